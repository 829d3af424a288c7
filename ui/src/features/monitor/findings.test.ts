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
    const found = charts(table(), 'hour').map((chart) => plain(chart.finding));
    expect(found[0]).toMatch(/^3 invocations in the last hour, 1 errors, 2 refused; most at \d\d:\d\d\.$/);
    expect(found[1]).toBe(
      '1 cold starts in the last hour; the slowest start-up, 95th percentile, was 25 ms.',
    );
    expect(found[3]).toBe('$0.000 002 on AWS in the last hour, 20 % of it start-up; $0 here.');
  });

  it('stands costs on each other from start-up up', () => {
    const cost = charts(table(), 'hour')[3]!;
    expect(cost.series.map((one) => [one.id, one.stackedOn?.[0] ?? 0])).toEqual([
      ['compute', 0.000001],
      ['request', 0.0000004],
      ['init', 0],
    ]);
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
    expect(charts(empty, 'day').map((chart) => chart.empty)).toEqual([true, true, true, true]);
    expect(kpis(empty, 'day').map((kpi) => kpi.value)).toEqual(['0', '0', '0', '0', 'none', '$0']);
  });
});
