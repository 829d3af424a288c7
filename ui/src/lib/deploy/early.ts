/** Takes over what was dropped before the screens were there; see public/early.js. */
import type { Dropped } from '$lib/host';

declare global {
  interface Window {
    hearthTakeDrops?: () => Dropped | undefined;
  }
}

/** What was dropped until now, once; from now on the screens hear of drops by themselves. */
export function takeEarlyDrop(): Dropped | null {
  return window.hearthTakeDrops?.() ?? null;
}
