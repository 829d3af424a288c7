/** What the charts of Home show and say. Pure over columns; must not know drawing. */
import { axisWords, RANGES, stepWords, type Range } from '$lib/chart/range';
import type { ChartSeries } from '$lib/chart/chart';
import { peak, stacked, sum, type SeriesTable } from '$lib/chart/series';
import { measured, priced, type Source } from '$lib/figures';
import { count, duration, exactDuration, exactMoney, percent } from '$lib/format';
import type { ChartKind } from '$lib/api/generated/ChartKind';

export interface Chart {
  kind: ChartKind;
  title: string;
  finding: string;
  series: ChartSeries[];
  empty: boolean;
  /** Where its figures come from. */
  source: Source;
}

export interface Kpi {
  label: string;
  value: string;
  detail: string;
  /** The same without rounding. */
  full?: string;
  source: Source;
}

const calls = (value: number): string => (Number.isInteger(value) ? count(value) : value.toFixed(1));
const ms = (value: number): string => duration(value * 1000);
const usd = (value: number): string => {
  if (value === 0) return '$0';
  const digits = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return exactMoney(value.toFixed(digits));
};

export function money(value: number): string {
  return value === 0 ? '$0' : exactMoney(value.toFixed(value < 0.000_001 ? 9 : value < 0.01 ? 6 : 2));
}

export interface Sums {
  calls: number;
  errors: number;
  refused: number;
  cold: number;
  costUsd: number;
  initUsd: number;
}

export function sums(table: SeriesTable): Sums {
  const initUsd = sum(table.initCostUsd);
  return {
    calls: sum(table.invocations),
    errors: sum(table.errors),
    refused: sum(table.throttles),
    cold: sum(table.coldStarts),
    costUsd:
      sum(table.requestCostUsd) +
      sum(table.computeCostUsd) +
      initUsd +
      sum(table.storageCostUsd) +
      sum(table.alwaysOnCostUsd),
    initUsd,
  };
}

/** The figures; `paid` when somebody pays for what they tell, else it ran here for nothing. */
export function kpis(table: SeriesTable, range: Range, paid: boolean): Kpi[] {
  const all = sums(table);
  const slow = peak(table.p95Ms);
  const counted = measured(`Counted over ${RANGES[range].words}`);
  return [
    { label: 'Calls', value: count(all.calls), detail: RANGES[range].words, source: counted },
    {
      label: 'Errors',
      value: count(all.errors),
      detail: all.calls > 0 ? percent(all.errors, all.calls) : 'no calls',
      source: counted,
    },
    { label: 'Refused', value: count(all.refused), detail: 'over the limit, 429', source: counted },
    {
      label: 'Cold starts',
      value: count(all.cold),
      detail: all.calls > 0 ? `${percent(all.cold, all.calls)} of calls` : 'no calls',
      source: counted,
    },
    {
      label: `Slowest p95`,
      value: slow ? ms(slow.value) : 'none',
      detail: slow ? `at ${stepWords(range, table.time[slow.row] ?? 0)}` : 'no calls',
      ...(slow ? { full: exactDuration(slow.value * 1000) } : {}),
      source: measured(
        `The highest 95th percentile of a ${RANGES[range].step} in ${RANGES[range].words}, from a sketch within 1 %`,
      ),
    },
    {
      label: costTitle(paid),
      value: money(all.costUsd),
      detail: [
        ...(all.costUsd > 0 ? [`${percent(all.initUsd, all.costUsd)} start-up`] : []),
        ...(paid ? (all.costUsd > 0 ? [] : ['nothing used']) : ['$0 here']),
      ].join(', '),
      full: exactMoney(all.costUsd.toFixed(12)),
      source: priced(`What the calls of ${RANGES[range].words} were billed for`),
    },
  ];
}

const costTitle = (paid: boolean): string => (paid ? 'Cost at list price' : 'Cost on AWS');

/** The charts; `paid` as for the figures. */
export function charts(table: SeriesTable, range: Range, paid: boolean): Chart[] {
  const all = sums(table);
  const words = RANGES[range].words;
  const at = (row: number): string => stepWords(range, table.time[row] ?? 0);
  const busiest = peak(table.invocations);
  const coldest = peak(table.initP95Ms);
  const slowest = peak(table.p95Ms);
  const none = table.initCostUsd;
  const [initTop = none, requestTop = none, computeTop = none, storageTop = none] = stacked([
    table.initCostUsd,
    table.requestCostUsd,
    table.computeCostUsd,
    table.storageCostUsd,
  ]);
  return [
    {
      kind: 'invocations',
      source: measured(`Calls, failures and refusals of each ${RANGES[range].step}, counted`),
      title: 'Invocations',
      empty: all.calls + all.refused === 0,
      finding:
        all.calls + all.refused === 0
          ? `No invocation in ${words}.`
          : `${count(all.calls)} invocations in ${words}, ${count(all.errors)} errors, ${count(all.refused)} refused; most at ${at(busiest?.row ?? 0)}.`,
      series: [
        {
          id: 'throttles',
          label: 'refused',
          values: table.throttles,
          stackedOn: table.invocations,
          shape: 'bars',
          colour: '--st-throttled',
          whole: true,
          format: calls,
        },
        {
          id: 'invocations',
          label: 'calls',
          values: table.invocations,
          shape: 'bars',
          colour: '--c-compute',
          whole: true,
          format: calls,
        },
        {
          id: 'errors',
          label: 'errors',
          values: table.errors,
          shape: 'bars',
          colour: '--st-failed',
          whole: true,
          format: calls,
        },
      ],
    },
    {
      kind: 'cold_starts',
      source: measured(`Servers started in each ${RANGES[range].step}, and how long that took`),
      title: 'Cold starts',
      empty: all.cold === 0,
      finding:
        all.cold === 0
          ? `No cold start in ${words}.`
          : `${count(all.cold)} cold starts in ${words}; the slowest start-up, 95th percentile, was ${coldest ? ms(coldest.value) : 'unknown'}.`,
      series: [
        {
          id: 'cold',
          label: 'cold starts',
          values: table.coldStarts,
          shape: 'bars',
          colour: '--c-init',
          hatch: '--st-init-2',
          whole: true,
          format: calls,
        },
        {
          id: 'initP95',
          label: 'start-up p95',
          values: table.initP95Ms,
          shape: 'dotted',
          right: true,
          colour: '--tx-2',
          format: ms,
        },
        {
          id: 'initP50',
          label: 'start-up p50',
          values: table.initP50Ms,
          shape: 'line',
          right: true,
          colour: '--tx-1',
          format: ms,
        },
      ],
    },
    {
      kind: 'durations',
      source: measured(
        `Time in the handler as percentiles of each ${RANGES[range].step}, from merged sketches within 1 %`,
      ),
      title: 'Duration',
      empty: slowest === null,
      finding:
        slowest === null
          ? `No duration in ${words}.`
          : `Duration as percentiles in ${words}; the highest p95 was ${ms(slowest.value)} at ${at(slowest.row)}.`,
      series: [
        { id: 'p50', label: 'p50', values: table.p50Ms, shape: 'line', colour: '--c-compute', format: ms },
        { id: 'p95', label: 'p95', values: table.p95Ms, shape: 'line', colour: '--c-always', format: ms },
        { id: 'p99', label: 'p99', values: table.p99Ms, shape: 'dotted', colour: '--tx-2', format: ms },
      ],
    },
    {
      kind: 'cost',
      source: priced(`What the calls of each ${RANGES[range].step} were billed for`),
      title: costTitle(paid),
      empty: all.costUsd === 0,
      finding:
        all.costUsd === 0
          ? `No cost in ${words}.`
          : `${money(all.costUsd)} ${paid ? 'at list price' : 'on AWS'} in ${words}, ${percent(all.initUsd, all.costUsd)} of it start-up${paid ? '' : '; $0 here'}.`,
      series: [
        ...(sum(table.alwaysOnCostUsd) > 0
          ? [
              {
                id: 'always',
                label: 'always on',
                values: table.alwaysOnCostUsd,
                stackedOn: storageTop,
                shape: 'bars' as const,
                colour: '--c-always',
                format: usd,
              },
            ]
          : []),
        ...(sum(table.storageCostUsd) > 0
          ? [
              {
                id: 'storage',
                label: 'storage',
                values: table.storageCostUsd,
                stackedOn: computeTop,
                shape: 'bars' as const,
                colour: '--c-other',
                format: usd,
              },
            ]
          : []),
        {
          id: 'compute',
          label: 'compute',
          values: table.computeCostUsd,
          stackedOn: requestTop,
          shape: 'bars',
          colour: '--c-compute',
          format: usd,
        },
        {
          id: 'request',
          label: 'requests',
          values: table.requestCostUsd,
          stackedOn: initTop,
          shape: 'bars',
          colour: '--c-request',
          format: usd,
        },
        {
          id: 'init',
          label: 'start-up',
          values: table.initCostUsd,
          shape: 'bars',
          colour: '--c-init',
          hatch: '--st-init-2',
          format: usd,
        },
      ],
    },
  ];
}

export const axis = (range: Range) => (seconds: number) => axisWords(range, seconds);
export const step = (range: Range) => (seconds: number) => stepWords(range, seconds);
