/**
 * The second click of a double-click never presses what the first one brought under the pointer. It was meant for what
 * was there before: a deploy is not undone by being pressed twice, nor a run cancelled.
 */
const PRESSABLE =
  'button, a[href], input, label, summary, select, [role=option], [role=menuitem], tr[tabindex]';

let first: Element | null = null;

/** Whether a click is to be taken as not made. Must hear each click of the window, before anybody else. */
export function isStray(event: Pick<MouseEvent, 'detail' | 'target'>): boolean {
  const pressed = event.target instanceof Element ? event.target.closest(PRESSABLE) : null;
  // The keyboard counts no clicks.
  if (event.detail < 2) {
    first = pressed;
    return false;
  }
  return pressed !== null && pressed !== first;
}
