/** F6 goes round the panes: title bar, sidebar, page, right pane, foot. */
const PANES = ['header.titlebar', 'nav.sidebar', 'main .phead', '#main', 'aside.drawer', 'footer.statusbar'];
const STOPS =
  'a[href], button:not([tabindex="-1"]), input, textarea, [contenteditable="true"], [tabindex="0"]';

export function cyclePane(back: boolean): void {
  const panes = PANES.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
    (pane) => pane !== null,
  );
  const focused = document.activeElement;
  const inside = panes.map((pane) => pane.contains(focused)).lastIndexOf(true);
  for (let step = 1; step <= panes.length; step += 1) {
    const pane = panes[(inside + (back ? -step : step) + panes.length * 2) % panes.length];
    if (!pane) continue;
    const target =
      pane.querySelector<HTMLElement>(STOPS) ??
      (pane.tabIndex >= -1 && pane.hasAttribute('tabindex') ? pane : null);
    if (target) {
      target.focus();
      return;
    }
  }
}
