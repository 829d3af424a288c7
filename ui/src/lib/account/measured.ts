/** What a provider measured of a function in the last 24 hours, in words. Pure; must not ask anybody. */
import type { Measured } from '$lib/api/generated/Measured';
import type { Metric } from '$lib/api/generated/Metric';
import { count, duration } from '$lib/format';

export interface Told {
  label: string;
  value: string;
}

/** One entry for each figure that was read; a mean only where there is something to divide by. */
export function told(measured: readonly Measured[]): Told[] {
  const of = (metric: Metric) => measured.find((one) => one.metric === metric)?.value;
  const each = (sum: number | undefined, many: number | undefined) =>
    sum === undefined || !many ? undefined : duration((sum / many) * 1000);
  const plain = (value: number | undefined) => (value === undefined ? undefined : count(value));
  const compute = of('compute_mb_ms');
  const all: [string, string | undefined][] = [
    ['Calls', plain(of('invocations'))],
    ['Errors', plain(of('errors'))],
    ['Refused', plain(of('throttles'))],
    ['A call takes', each(of('duration_ms'), of('invocations'))],
    ['Servers started', plain(of('cold_starts'))],
    ['A start takes', each(of('init_ms'), of('cold_starts'))],
    ['Servers at once, most', plain(of('environments'))],
    ['GB-seconds', compute === undefined ? undefined : count(Math.round(compute / 1_024) / 1_000)],
  ];
  return all.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}
