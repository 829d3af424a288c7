/** What the lanes show, in words: how the servers are, and what became of the requests. Must not draw. */
import { count, plural } from '$lib/format';
import type { Totals } from '$lib/stage/sweep';

/** How many servers are in which state, those that some are in. */
export function statesIn(sum: Totals): string[] {
  const { busy, thaw, init, restored, warm, frozen } = sum.states;
  const pairs: [number, string][] = [
    [busy + thaw, 'busy'],
    [init + restored, 'being born'],
    [warm, 'warm'],
    [frozen, 'frozen'],
  ];
  return pairs.filter(([many]) => many > 0).map(([many, word]) => `${many} ${word}`);
}

/** The requests so far. `canSend` is false where the function can only be watched. */
export function requestsIn(sum: Totals | null, canSend: boolean): string {
  if (!sum || sum.requests === 0)
    return canSend ? 'No request yet. Send one and watch a server be born.' : 'No request in this stretch.';
  const parts = [
    `${plural(sum.requests, 'request')} so far`,
    `${count(sum.cold)} met a cold start`,
    ...(sum.refused > 0 ? [`${count(sum.refused)} ${sum.refused === 1 ? 'was' : 'were'} refused`] : []),
  ];
  return `${parts.join(', ')}.`;
}
