/**
 * A picture at human pace: idle stretches are folded to a fixed width that says its length, so that 48 ms and 14 s
 * fit one honest picture. Pure numbers; must not know drawing.
 */
import { isFinal, type StageServer } from './model';
import { span } from '$lib/format';

export interface Fold {
  x0: number;
  x1: number;
  lengthUs: number;
  label: string;
}

export interface FoldedTime {
  x(us: number): number;
  folds: Fold[];
  /** Oldest instant shown. */
  fromUs: number;
  width: number;
}

export interface FoldOptions {
  width: number;
  nowUs: number;
  /** Width of a folded stretch. */
  foldPx?: number;
  /** Idle stretches shorter than this are not folded. */
  joinUs?: number;
  /** Time shown before and after activity. */
  padUs?: number;
  /** Smallest width of an active stretch. */
  minPx?: number;
}

type Stretch = [fromUs: number, toUs: number];

/** Stretches in which a server was born, woke, worked or failed. */
export function activity(servers: readonly StageServer[], nowUs: number): Stretch[] {
  const out: Stretch[] = [];
  for (const server of servers) {
    for (const segment of server.segments) {
      if (segment.fromUs > nowUs || segment.state === 'warm' || segment.state === 'frozen') continue;
      const toUs = isFinal(segment.state) ? segment.fromUs : Math.min(segment.toUs ?? nowUs, nowUs);
      out.push([segment.fromUs, toUs]);
    }
  }
  return out.sort((a, b) => a[0] - b[0]);
}

function joined(stretches: Stretch[], joinUs: number, padUs: number, nowUs: number): Stretch[] {
  const out: Stretch[] = [];
  for (const [from, to] of stretches) {
    const last = out.at(-1);
    if (last && from - padUs <= last[1] + joinUs) last[1] = Math.max(last[1], Math.min(to + padUs, nowUs));
    else out.push([from - padUs, Math.min(to + padUs, nowUs)]);
  }
  return out;
}

/** Maps time to pixels with the idle stretches folded; the oldest activity is left out when there is no room. */
export function foldTime(servers: readonly StageServer[], options: FoldOptions): FoldedTime {
  const { width, nowUs, foldPx = 56, joinUs = 250_000, padUs = 4_000, minPx = 14 } = options;
  let stretches = joined(activity(servers, nowUs), joinUs, padUs, nowUs);
  const last = stretches.at(-1);
  const tail = last && nowUs - last[1] > joinUs ? 1 : 0;
  const most = Math.max(1, Math.floor((width - tail * foldPx) / (foldPx + minPx * 1.5)));
  stretches = stretches.slice(-most);
  if (stretches.length === 0) stretches = [[nowUs - 1_000_000, nowUs]];
  const foldCount = stretches.length - 1 + tail;
  const room = Math.max(minPx, width - foldCount * foldPx);
  const widths = share(
    stretches.map(([from, to]) => Math.max(1, to - from)),
    room,
    minPx,
  );
  const points: [us: number, x: number][] = [];
  const folds: Fold[] = [];
  let x = 0;
  stretches.forEach(([from, to], index) => {
    points.push([from, x]);
    x += widths[index] ?? 0;
    points.push([to, x]);
    const next = stretches[index + 1]?.[0] ?? (tail ? nowUs : null);
    if (next === null) return;
    folds.push({ x0: x, x1: x + foldPx, lengthUs: next - to, label: foldLabel(next - to) });
    x += foldPx;
  });
  if (tail) points.push([nowUs, x]);
  return { x: (us) => interpolate(points, us), folds, fromUs: stretches[0]?.[0] ?? 0, width };
}

/** Shares `room` in proportion to `lengths`, none below `least`. */
function share(lengths: number[], room: number, least: number): number[] {
  const fixed = new Set<number>();
  for (;;) {
    const left = room - fixed.size * least;
    const sum = lengths.reduce((total, length, index) => (fixed.has(index) ? total : total + length), 0);
    const before = fixed.size;
    lengths.forEach((length, index) => {
      if (!fixed.has(index) && sum > 0 && (length / sum) * left < least) fixed.add(index);
    });
    if (fixed.size === before || fixed.size === lengths.length) {
      return lengths.map((length, index) => (fixed.has(index) || sum === 0 ? least : (length / sum) * left));
    }
  }
}

function interpolate(points: readonly [number, number][], us: number): number {
  const first = points[0];
  if (!first || us <= first[0]) return first?.[1] ?? 0;
  for (let index = 1; index < points.length; index++) {
    const a = points[index - 1];
    const b = points[index];
    if (a && b && us <= b[0])
      return a[1] + (b[0] === a[0] ? 0 : ((us - a[0]) / (b[0] - a[0])) * (b[1] - a[1]));
  }
  return points.at(-1)?.[1] ?? 0;
}

function foldLabel(us: number): string {
  const s = us / 1_000_000;
  return s < 10 ? `${s.toFixed(1)} s` : span(us);
}
