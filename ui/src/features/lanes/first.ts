/** Which function's lanes are worth looking at when none was asked for. Pure; must not know the screen. */
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';

const WORKING: ReadonlySet<string> = new Set(['busy', 'init', 'restored', 'thaw']);

/** The one with most servers at work; else the one that was active last, and of those that never were the first. */
export function liveliest(rows: readonly FunctionSummary[]): FunctionSummary | null {
  const working = (row: FunctionSummary): number =>
    row.servers.filter((server) => WORKING.has(server.state)).length;
  const active = (row: FunctionSummary): number =>
    Math.max(row.stats.lastCallUs ?? 0, ...row.servers.map((server) => server.stateSinceUs));
  return [...rows].sort((a, b) => working(b) - working(a) || active(b) - active(a))[0] ?? null;
}
