import { describe, expect, it } from 'vitest';
import type { SeriesTable } from '$lib/chart/series';
import { charts, kpis, sums } from './findings';

const NONE = Number.NaN;

function table(more: Partial<Record<keyof SeriesTable, number[]>> = {}): SeriesTable {
  const values: Record<string, number[]> = {
    time: [0, 60],
    invocations: [3, 0],
    errors: [1, 0],
    throttles: [0, 2],
    coldStarts: [1, 0],
    p50Ms: [12, NONE],
    p95Ms: [48, NONE],
    p99Ms: [90, NONE],
    initP50Ms: [20, NONE],
    initP95Ms: [25, NONE],
    requestCostUsd: [0.0000006, 0],
    computeCostUsd: [0.000001, 0],
    initCostUsd: [0.0000004, 0],
    storageCostUsd: [0, 0],
    alwaysOnCostUsd: [0, 0],
    ...more,
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, column]) => [name, new Float64Array(column)]),
  ) as SeriesTable;
}

const plain = (text: string): string => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

describe('home', () => {
  it('adds columns up', () => {
    const all = sums(table());
    expect(all).toMatchObject({ calls: 3, errors: 1, refused: 2, cold: 1 });
    expect(all.costUsd).toBeCloseTo(0.000002, 12);
  });

  it('says the finding of each chart', () => {
    const found = charts(table(), 'hour', false).map((chart) => plain(chart.finding));
    expect(found[0]).toMatch(/^3 invocations in the last hour, 1 errors, 2 refused; most at \d\d:\d\d\.$/);
    expect(found[1]).toBe(
      '1 cold starts in the last hour; the slowest start-up, 95th percentile, was 25 ms.',
    );
    expect(found[3]).toBe('$0.000 002 on AWS in the last hour, 20 % of it start-up; $0 here.');
  });

  it('stands costs on each other from start-up up', () => {
    const cost = charts(table(), 'hour', false)[3]!;
    expect(cost.series.map((one) => [one.id, one.stackedOn?.[0] ?? 0])).toEqual([
      ['compute', 0.000001],
      ['request', 0.0000004],
      ['init', 0],
    ]);
  });

  it('adds what stands by all the time, and says list price where somebody pays', () => {
    const withService = table({ alwaysOnCostUsd: [0.000002, 0], storageCostUsd: [0.000001, 0] });
    expect(sums(withService).costUsd).toBeCloseTo(0.000005, 12);
    const cost = charts(withService, 'hour', true)[3]!;
    expect(cost.title).toBe('Cost at list price');
    expect(plain(cost.finding)).toBe('$0.000 005 at list price in the last hour, 8 % of it start-up.');
    const tops = cost.series.map((one) => [one.id, (one.stackedOn?.[0] ?? 0) * 1e6]);
    expect(tops.map(([id]) => id)).toEqual(['always', 'storage', 'compute', 'request', 'init']);
    expect(tops[0]![1]).toBeCloseTo(3, 9);
    expect(tops[1]![1]).toBeCloseTo(2, 9);
  });

  it('says that there is nothing when there is nothing', () => {
    const empty = table({
      invocations: [0, 0],
      errors: [0, 0],
      throttles: [0, 0],
      coldStarts: [0, 0],
      p95Ms: [NONE, NONE],
      requestCostUsd: [0, 0],
      computeCostUsd: [0, 0],
      initCostUsd: [0, 0],
    });
    expect(charts(empty, 'day', false).map((chart) => chart.empty)).toEqual([true, true, true, true]);
    expect(kpis(empty, 'day', false).map((kpi) => kpi.value)).toEqual(['0', '0', '0', '0', 'none', '$0']);
  });
});
