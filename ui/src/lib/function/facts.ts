/** Sentences and figures about one function, the same in table, drawer and page. */
import type { FunctionDetail } from '$lib/api/generated/FunctionDetail';
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';
import { megabytes, runtimeName } from '$lib/format';
import { statesInWords, type MarkState } from '$lib/states';

export const FUNCTION_TABS = [
  { id: 'overview', label: 'Overview' },
  { id: 'test', label: 'Test' },
  { id: 'code', label: 'Code' },
  { id: 'config', label: 'Config' },
  { id: 'triggers', label: 'Triggers' },
  { id: 'logs', label: 'Logs' },
  { id: 'lanes', label: 'Lanes' },
  { id: 'cost', label: 'Cost' },
  { id: 'history', label: 'History' },
] as const;
export type FunctionTab = (typeof FUNCTION_TABS)[number]['id'];

/** Tabs of a function in an account: running it, its code and settings, and what its log tells. */
export const ACCOUNT_TABS = FUNCTION_TABS.filter((tab) =>
  ['overview', 'test', 'code', 'config', 'logs', 'lanes', 'history'].includes(tab.id),
);

/** The tab of an address; the first one for what is unknown. */
export function tabOf(id: string | undefined): FunctionTab {
  return FUNCTION_TABS.find((known) => known.id === id)?.id ?? 'overview';
}

export function statesOf(summary: FunctionSummary): MarkState[] {
  return summary.servers.map((server) => server.state);
}

/** "Python 3.11, x86, 512 MB." */
export function kindOf({ function: one }: FunctionSummary): string {
  const { runtime, architecture, memoryMb, description } = one.configuration;
  const kind = `${runtimeName(runtime)}, ${architecture === 'arm64' ? 'arm64' : 'x86'}, ${megabytes(memoryMb)}.`;
  return description ? `${description.replace(/\.?$/, '.')} ${kind}` : kind;
}

/** "12 servers now" and "2 busy, 10 frozen". */
export function serversNow(states: readonly MarkState[]): { title: string; detail: string } {
  if (states.length === 0) return { title: 'No servers now', detail: 'the next call starts one' };
  return {
    title: `${states.length} ${states.length === 1 ? 'server' : 'servers'} now`,
    detail: statesInWords(states),
  };
}

export interface Bar {
  upToMs: number;
  warm: number;
  cold: number;
}

const LEAST_BARS = 12;

/** Steps of the histogram without the empty ones at either end. */
export function histogram(detail: FunctionDetail): Bar[] {
  const bars = detail.durationHistogram.map(([upToMs, warm, cold]) => ({ upToMs, warm, cold }));
  const first = bars.findIndex((bar) => bar.warm + bar.cold > 0);
  if (first < 0) return [];
  const last = bars.findLastIndex((bar) => bar.warm + bar.cold > 0);
  const [from, to] = [Math.max(0, first - 1), Math.min(bars.length, last + 2)];
  // A few bars alone would be as wide as the page: their neighbours without calls stay.
  const more = Math.max(0, LEAST_BARS - (to - from));
  return bars.slice(Math.max(0, from - Math.ceil(more / 2)), to + Math.ceil(more / 2));
}

/** Ratio of two neighbours' bounds where there is one bar alone: five bars for ten times as long. */
const RATIO = 10 ** (1 / 5);

/** The least duration that the first bar may hold, in milliseconds: its left edge. */
export function lowestMs(bars: readonly Bar[]): number {
  const [first, second] = bars;
  return first ? first.upToMs / (second ? second.upToMs / first.upToMs : RATIO) : 0;
}

/** Where a duration stands among bars of equal width, from 0 to 100: a bar's bound is its right edge. */
export function placeAmong(bars: readonly Bar[], ms: number): number {
  const [first] = bars;
  if (!first) return 0;
  const lowest = lowestMs(bars);
  const steps = Math.log(ms / lowest) / Math.log(first.upToMs / lowest);
  return Math.max(0, Math.min(100, (steps / bars.length) * 100));
}

/** The account and the region that a function lives in. */
export function placeOf({ function: one, accountName }: FunctionSummary): string {
  return one.account === 'local' ? 'This computer' : `${accountName}, ${one.region}`;
}
