/** F6 goes round the panes: title bar, sidebar, page head, content, right pane, dock, foot. */
interface Pane {
  selector: string;
  /** Inside of it, but a pane of its own. */
  except?: string;
}

const PANES: readonly Pane[] = [
  { selector: 'header.titlebar' },
  { selector: 'nav.sidebar' },
  { selector: 'main .phead' },
  { selector: '#main', except: '.phead, aside.drawer, section.dock' },
  { selector: 'aside.drawer' },
  { selector: 'section.dock' },
  { selector: 'footer.statusbar' },
];
const STOPS =
  'a[href], button:not([tabindex="-1"]), input, textarea, [contenteditable="true"], [tabindex="0"]';

function holds(pane: Pane, element: Element | null): boolean {
  if (!element?.closest(pane.selector)) return false;
  return pane.except === undefined || element.closest(pane.except) === null;
}

function stopOf(pane: Pane): HTMLElement | null {
  const box = document.querySelector<HTMLElement>(pane.selector);
  const stops = [...(box?.querySelectorAll<HTMLElement>(STOPS) ?? [])];
  return stops.find((stop) => holds(pane, stop)) ?? (box?.hasAttribute('tabindex') ? box : null);
}

export function cyclePane(back: boolean): void {
  const at = PANES.findIndex((pane) => holds(pane, document.activeElement));
  for (let step = 1; step <= PANES.length; step += 1) {
    const index = (at + (back ? -step : step) + PANES.length * 2) % PANES.length;
    const pane = PANES[index];
    const target = pane ? stopOf(pane) : null;
    if (target && target !== document.activeElement) {
      target.focus();
      return;
    }
  }
}
