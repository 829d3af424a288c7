/**
 * Where the keyboard is after going to another page: on the page's main list, else on its heading, so that the page's
 * keys act at once. Must not move a focus that a page took itself, nor one that a person put somewhere meanwhile.
 */
import { tick } from 'svelte';

/** Data of a page may still be on its way. */
const WAIT_MS = 2_000;
/** From the key until the address has changed. */
const SOON_MS = 1_000;
const ROW = '.tablebox tbody tr[tabindex="0"]';

let askedMs = -SOON_MS;

/** A key or the palette leads somewhere: the focus shall go with the person. */
export function takeFocusAlong(): void {
  askedMs = performance.now();
}

const isNowhere = (element: Element | null): boolean => element === null || element === document.body;

/** Another page is shown. */
export async function arrive(): Promise<void> {
  const asked = performance.now() - askedMs < SOON_MS;
  askedMs = -SOON_MS;
  const before = document.activeElement;
  await tick();
  const untilMs = performance.now() + WAIT_MS;
  let put: Element | null = null;
  const look = (): void => {
    const main = document.getElementById('main');
    const at = document.activeElement;
    const mayMove = isNowhere(at) || at === put || at === main || (asked && put === null && at === before);
    if (!main || !mayMove) return;
    const row = main.querySelector<HTMLElement>(ROW);
    const heading = main.querySelector<HTMLElement>('h1');
    if (row) row.focus({ preventScroll: true });
    else if (heading && put !== heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      put = heading;
    }
    if (!row && performance.now() < untilMs) requestAnimationFrame(look);
  };
  look();
}
