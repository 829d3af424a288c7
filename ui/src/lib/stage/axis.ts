/**
 * Time across the width of a stage: from instants to pixels and back, evenly or with idle stretches folded, and the
 * ruler's lines. Pure numbers; must not know models, canvases or colours.
 */

export const WINDOW_US = 24_000_000;
/** Now stands this far from the right edge. */
const LEAD = 0.035;
/** Reduced motion: the window turns like a page, a quarter of its width each time. */
const PAGES = 4;
/** What is shown before what happened on a folded axis. */
export const PAD_PX = 14;
/** Room of a label on the ruler. */
const LABEL_PX = 36;
/** An instant and where it stands. */
export interface Point {
  us: number;
  x: number;
}

/** An idle stretch that is narrower than its time. */
export interface Fold {
  fromUs: number;
  toUs: number;
  label: string;
}

/** The stretch of time across the width: even, or with its idle stretches folded. */
export interface View {
  fromUs: number;
  toUs: number;
  width: number;
  /** The axis turns at its points; between the folds a pixel stands for `usPerPx`. */
  folded?: { usPerPx: number; points: readonly Point[]; folds: readonly Fold[] } | undefined;
}

type Folded = NonNullable<View['folded']>;

export function viewAt(
  atUs: number,
  originUs: number,
  width: number,
  windowUs = WINDOW_US,
  paged = false,
): View {
  let toUs = atUs + windowUs * LEAD;
  if (paged) {
    const pageUs = windowUs / PAGES;
    const page = Math.ceil((atUs - originUs + pageUs / 12) / pageUs) * pageUs;
    toUs = originUs + Math.max(windowUs, page);
  }
  const fromUs = Math.max(originUs - windowUs * 0.05, toUs - windowUs);
  return { fromUs, toUs: fromUs + windowUs, width };
}

export function xOf(view: View, us: number): number {
  if (view.folded) return xIn(view.folded, us);
  return ((us - view.fromUs) / (view.toUs - view.fromUs)) * view.width;
}

export function usAt(view: View, x: number): number {
  if (view.folded) return usIn(view.folded, x);
  return view.fromUs + (x / view.width) * (view.toUs - view.fromUs);
}

export interface Tick {
  us: number;
  x: number;
  label: string;
}

/** Steps of the ruler in milliseconds. */
const STEPS_MS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 6_000, 12_000, 30_000, 60_000,
  120_000,
];
/** Room of a label that is a distance, such as `+200 ms`. */
const DISTANCE_PX = 58;

/**
 * Grid lines with their labels in seconds since the session began: each 2 s, 1 s in a short window, more in a narrow
 * one. Where the axis is folded and a second is wide, each stretch says when it began and goes on from there.
 */
export function ticks(view: View, originUs: number): Tick[] {
  if (view.folded) return foldedTicks(view, view.folded, originUs);
  const perSecond = 1_000_000 / scaleOf(view);
  const least = view.toUs - view.fromUs > 14_000_000 ? 2_000 : 500;
  // Labels of a narrow picture stand further apart.
  const stepUs =
    (STEPS_MS.find((ms) => ms >= least && (ms / 1000) * perSecond >= LABEL_PX) ?? 120_000) * 1_000;
  return evenTicks(view, originUs, stepUs, view.fromUs, view.toUs);
}

function evenTicks(view: View, originUs: number, stepUs: number, fromUs: number, toUs: number): Tick[] {
  const out: Tick[] = [];
  for (let n = Math.ceil((fromUs - originUs) / stepUs); originUs + n * stepUs <= toUs; n++) {
    const s = (n * stepUs) / 1_000_000;
    const us = originUs + n * stepUs;
    out.push({ us, x: xOf(view, us), label: s < 0 ? '' : s === 0 ? '0 s' : `${s}` });
  }
  return out;
}

function foldedTicks(view: View, folded: Folded, originUs: number): Tick[] {
  const stepUs = (STEPS_MS.find((ms) => (ms * 1_000) / folded.usPerPx >= DISTANCE_PX) ?? 120_000) * 1_000;
  const out: Tick[] = [];
  const last = folded.points.at(-1);
  let fromUs = folded.points[0]?.us ?? view.fromUs;
  for (const fold of [...folded.folds, { fromUs: Math.max(view.toUs, last?.us ?? 0), toUs: Infinity }]) {
    const toUs = Math.min(fold.fromUs, view.toUs);
    if (toUs >= view.fromUs && fromUs <= view.toUs) {
      if (stepUs >= 1_000_000)
        out.push(...evenTicks(view, originUs, stepUs, Math.max(fromUs, view.fromUs), toUs));
      else {
        // What happens begins a little after the stretch that is shown around it.
        const startUs = fromUs + PAD_PX * folded.usPerPx;
        const first = Math.max(0, Math.ceil((view.fromUs - startUs) / stepUs));
        for (let n = first; startUs + n * stepUs <= toUs; n++) {
          const us = startUs + n * stepUs;
          const label =
            n === 0 ? `${((us - originUs) / 1_000_000).toFixed(1)} s` : `+${(n * stepUs) / 1_000} ms`;
          out.push({ us, x: xOf(view, us), label });
        }
      }
    }
    fromUs = fold.toUs;
  }
  return out;
}

/** Where an instant stands on a folded axis; beyond its ends time goes on evenly. */
export function xIn(folded: Folded | undefined, us: number): number {
  const points = folded?.points ?? [];
  const [a, b] = around(points, us, 'us');
  if (!a || !folded) return 0;
  if (!b || us < a.us || b.us === a.us) return a.x + (us - a.us) / folded.usPerPx;
  return a.x + ((us - a.us) / (b.us - a.us)) * (b.x - a.x);
}

/** The instant at a pixel of a folded axis. */
export function usIn(folded: Folded, x: number): number {
  const [a, b] = around(folded.points, x, 'x');
  if (!a) return 0;
  if (!b || x < a.x || b.x === a.x) return a.us + (x - a.x) * folded.usPerPx;
  return a.us + ((x - a.x) / (b.x - a.x)) * (b.us - a.us);
}

/** The points before and after a value; only the nearest one beyond an end. */
function around(
  points: readonly Point[],
  value: number,
  by: 'us' | 'x',
): [a: Point | undefined, b: Point | undefined] {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[by] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low === 0
    ? [points[0], undefined]
    : low === points.length
      ? [points[low - 1], undefined]
      : [points[low - 1], points[low]];
}

/** Microseconds that a pixel stands for, where nothing is folded. */
export function scaleOf(view: View): number {
  return view.folded?.usPerPx ?? (view.toUs - view.fromUs) / view.width;
}
