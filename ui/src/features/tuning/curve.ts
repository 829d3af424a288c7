/** Time against cost: where the points lie, which marks they have, and what the picture says. Pure. */
import type { Tuning } from '$lib/api/generated/Tuning';
import { duration, megabytes, money, plural } from '$lib/format';

export type Mark = 'cheapest' | 'fastest' | 'balanced';
export const MARKS: readonly Mark[] = ['cheapest', 'fastest', 'balanced'];

export interface Point {
  memoryMb: number;
  timeUs: number;
  p95Us: number;
  /** US dollars for a million warm calls. */
  usd: number;
  marks: Mark[];
}

export function marksOf(tuning: Tuning, memoryMb: number): Mark[] {
  const of = {
    cheapest: tuning.cheapestMb,
    fastest: tuning.fastestMb,
    balanced: tuning.balancedMb,
  };
  return MARKS.filter((mark) => of[mark] === memoryMb && !(mark === 'fastest' && isTie(tuning)));
}

/** Sizes whose warm calls were measured, by size. */
export function pointsOf(tuning: Tuning): Point[] {
  return tuning.sizes.flatMap(({ memoryMb, skipped, warm }) =>
    skipped !== null || warm === null
      ? []
      : [
          {
            memoryMb,
            timeUs: warm.durationP50Us,
            p95Us: warm.durationP95Us,
            usd: Number(warm.usdPerMillion),
            marks: marksOf(tuning, memoryMb),
          },
        ],
  );
}

/** A round step so that at most `most` of them reach `top`. */
export function stepOf(top: number, most: number): number {
  if (!(top > 0)) return 1;
  const rough = top / most;
  const ten = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((one) => one * ten).find((step) => step >= rough) ?? 10 * ten;
}

/** Ticks from 0 to at least `top`. */
export function ticksOf(top: number, most: number): number[] {
  const step = stepOf(top, most);
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** One size in words. */
export function pointWords(point: Point): string {
  const marks = point.marks.length > 0 ? `, ${point.marks.join(', ')}` : '';
  return `${megabytes(point.memoryMb)}: half under ${duration(point.timeUs)}, ${money(point.usd)} a million${marks}`;
}

/** Sizes this much faster are told; below it the next tuning may say the opposite. */
const NOTABLE = 0.05;

/** Whether the fastest size is no faster than the cheapest in any way that counts: nothing is gained by its price. */
export function isTie(tuning: Tuning): boolean {
  const timeOf = (memoryMb: number | null): number | undefined =>
    tuning.sizes.find((size) => size.memoryMb === memoryMb)?.warm?.durationP50Us;
  const [cheapest, fastest] = [timeOf(tuning.cheapestMb), timeOf(tuning.fastestMb)];
  if (cheapest === undefined || fastest === undefined || tuning.cheapestMb === tuning.fastestMb) return false;
  return cheapest - fastest < cheapest * NOTABLE || duration(cheapest) === duration(fastest);
}

/** What the picture says, in one sentence. */
export function finding(tuning: Tuning): string {
  const points = pointsOf(tuning);
  if (points.length === 0) return 'No size was measured';
  const [cheapest, fastest] = [tuning.cheapestMb, tuning.fastestMb];
  const size = (memoryMb: number | null) => (memoryMb === null ? 'unknown' : megabytes(memoryMb));
  if (cheapest === fastest)
    return `Of ${plural(points.length, 'size')}, ${size(cheapest)} is cheapest and fastest`;
  if (isTie(tuning))
    return `Of ${plural(points.length, 'size')}, ${size(cheapest)} is cheapest, and none is clearly faster`;
  return `Of ${plural(points.length, 'size')}, ${size(cheapest)} is cheapest, ${size(fastest)} fastest, ${size(tuning.balancedMb)} balanced`;
}
