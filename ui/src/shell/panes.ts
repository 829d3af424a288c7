/** F6 goes round the panes: title bar, sidebar, page head, content, its rows, right pane, dock, foot. */
interface Pane {
  selector: string;
  /** What the keyboard comes to first; its first stop without one. */
  stop?: string;
  /** Inside of it, but a pane of its own. */
  except?: string;
}

const PANES: readonly Pane[] = [
  { selector: 'header.titlebar' },
  { selector: 'nav.sidebar' },
  { selector: 'main .phead' },
  { selector: '#main', except: '.phead, .tablebox, aside.drawer, section.dock' },
  { selector: '#main .tablebox', stop: 'tbody tr[tabindex="0"]', except: 'aside.drawer, section.dock' },
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
  const boxes = [...document.querySelectorAll<HTMLElement>(pane.selector)];
  const first = boxes.flatMap((box) => [...box.querySelectorAll<HTMLElement>(pane.stop ?? STOPS)]);
  const any = boxes.flatMap((box) => [...box.querySelectorAll<HTMLElement>(STOPS)]);
  const found = [...first, ...any].find((stop) => holds(pane, stop));
  return found ?? boxes.find((box) => pane.stop === undefined && box.hasAttribute('tabindex')) ?? null;
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
