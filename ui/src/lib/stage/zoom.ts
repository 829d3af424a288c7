/**
 * Which stretch of time a stage shows when it does not flow: what happened fills the width at one scale, and idle
 * stretches are folded to a fixed width that says their length. Pure numbers; must not know canvases, players or the DOM.
 */
import { span } from '$lib/format';
import { PAD_PX, scaleOf, usIn, WINDOW_US, xIn, xOf, type Fold, type Point, type View } from './axis';
import { isFinal, type StageModel } from './model';

/** Width of a folded stretch. */
export const FOLD_PX = 72;
/** Room at the right edge, where now stands. */
const LEAD_PX = 26;
/** What happens closer together than this is one burst. */
const BURST_US = 250_000;
/** Less than this is not folded: a server that freezes after its work stands beside it. */
export const QUIET_US = 25_000;
/** Bursts before the newest one that a fit also shows, when they cost no more than this much of its scale. */
const MOST_BURSTS = 3;
const FAIR = 3;
/** The shortest and the longest stretch that a fit spreads over the width. */
const LEAST_FIT_US = 20_000;
/** The shortest and the longest stretch that a person can zoom to. */
export const ZOOM_US = { least: 2_000, most: 600_000_000 };

export type Stretch = readonly [fromUs: number, toUs: number];

/** A place that stays where it is while the scale changes. */
export interface Anchor {
  us: number;
  x: number;
}

/**
 * When something happened, oldest first and joined: a request waited or ran, a server was born, woke, worked, froze or
 * ended. `work` leaves freezing and ending out, which need no room.
 */
export function happenings(model: StageModel, work = false): Stretch[] {
  const found: [number, number][] = [];
  const last = model.lastUs;
  for (const request of model.requests) {
    found.push([request.atUs, request.endUs ?? Math.max(request.atUs, last)]);
  }
  for (const server of model.servers) {
    for (const segment of server.segments) {
      const { state, fromUs, toUs } = segment;
      if (state === 'warm') continue;
      const instant = isFinal(state) || state === 'frozen';
      if (work && instant && state !== 'failed') continue;
      found.push([fromUs, instant ? fromUs : (toUs ?? Math.max(fromUs, last))]);
    }
  }
  return joined(found, 0);
}

/** Stretches that are no further apart than `gapUs` become one. */
export function joined(stretches: readonly Stretch[], gapUs: number): Stretch[] {
  const out: [number, number][] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1] + gapUs) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** The end of the burst that `atUs` is in or after: it decides the scale of a picture of that moment. */
export function burstEnd(stretches: readonly Stretch[], atUs: number): number {
  const bursts = joined(stretches, BURST_US);
  const burst = bursts.findLast(([from]) => from <= atUs) ?? bursts[0];
  return burst?.[1] ?? atUs;
}

/** Turns of the axis, from its left end at pixel 0, at a scale; between them time is even. */
function axis(
  stretches: readonly Stretch[],
  usPerPx: number,
  endUs: number,
): { points: Point[]; folds: Fold[]; length: number } {
  const pad = PAD_PX * usPerPx;
  const padded = stretches
    .filter(([from]) => from <= endUs)
    .map(([from, to]): Stretch => [from - pad, Math.min(to, endUs) + pad]);
  const leastUs = Math.max(QUIET_US, FOLD_PX * usPerPx);
  const shown = joined(padded, leastUs);
  if (shown.length === 0) shown.push([endUs - WINDOW_US, endUs]);
  const points: Point[] = [];
  const folds: Fold[] = [];
  let x = 0;
  shown.forEach(([from, to], index) => {
    const next = shown[index + 1]?.[0] ?? Math.max(endUs, to);
    points.push({ us: from, x });
    x += (to - from) / usPerPx;
    points.push({ us: to, x });
    const idle = next - to;
    if (idle <= 0) return;
    const folded = idle > leastUs;
    if (folded) folds.push({ fromUs: to, toUs: next, label: foldLabel(idle) });
    x += folded ? FOLD_PX : idle / usPerPx;
    if (index === shown.length - 1) points.push({ us: next, x });
  });
  return { points, folds, length: x };
}

/**
 * The scale at which the newest burst until `endUs`, and fairly the few before it, fill the width. Room is left for the
 * idle stretch after it, so that the scale stays while that grows.
 */
export function fitScale(
  stretches: readonly Stretch[],
  work: readonly Stretch[],
  endUs: number,
  width: number,
): number {
  const most = WINDOW_US / width;
  const least = LEAST_FIT_US / width;
  const bursts = joined(work, BURST_US).filter(([from]) => from <= endUs);
  const scaleFor = (burst: Stretch): number => {
    const shown = stretches.filter(([, to]) => to >= burst[0]);
    let [low, high] = [least, most];
    for (let round = 0; round < 22; round++) {
      const middle = Math.sqrt(low * high);
      if (axis(shown, middle, endUs).length > width - LEAD_PX - FOLD_PX) low = middle;
      else high = middle;
    }
    return high;
  };
  const newest = bursts.at(-1);
  if (!newest) return most;
  const alone = scaleFor(newest);
  for (let many = Math.min(MOST_BURSTS, bursts.length); many > 1; many--) {
    const scale = scaleFor(bursts[bursts.length - many] as Stretch);
    if (scale <= alone * FAIR) return scale;
  }
  return alone;
}

export interface FoldedOptions {
  width: number;
  endUs: number;
  usPerPx: number;
  /** Holds an instant at a place; without one the end stands at the right. */
  anchor?: Anchor | null;
}

/** A view with its idle stretches folded. */
export function foldedView(stretches: readonly Stretch[], options: FoldedOptions): View {
  const { width, endUs, usPerPx, anchor = null } = options;
  const { points, folds, length } = axis(stretches, usPerPx, endUs);
  const least = Math.min(0, width - LEAD_PX - length);
  const whole: View = { fromUs: 0, toUs: 1, width, folded: { usPerPx, points, folds } };
  const wanted = anchor ? anchor.x - xIn(whole.folded, anchor.us) : least;
  const offset = Math.min(0, Math.max(least, wanted));
  const moved = { usPerPx, folds, points: points.map(({ us, x }) => ({ us, x: x + offset })) };
  return { fromUs: usIn(moved, 0), toUs: usIn(moved, width), width, folded: moved };
}

/** A view between two others, for the moment in which one becomes the other. */
export function between(a: View, b: View, part: number): View {
  const turns = new Set<number>();
  for (const view of [a, b]) {
    for (const point of view.folded?.points ?? []) turns.add(point.us);
    turns.add(view.fromUs).add(view.toUs);
  }
  const points = [...turns]
    .sort((left, right) => left - right)
    .map((us) => ({ us, x: xOf(a, us) * (1 - part) + xOf(b, us) * part }));
  const usPerPx = Math.exp(Math.log(scaleOf(a)) * (1 - part) + Math.log(scaleOf(b)) * part);
  const folded = { usPerPx, points, folds: (part < 0.5 ? a : b).folded?.folds ?? [] };
  return { fromUs: usIn(folded, 0), toUs: usIn(folded, b.width), width: b.width, folded };
}

function foldLabel(us: number): string {
  const s = us / 1_000_000;
  if (s < 1) return `${Math.round(us / 1_000)}\u00a0ms`;
  return s < 10 ? `${s.toFixed(1)}\u00a0s` : span(us);
}
