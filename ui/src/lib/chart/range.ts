/** The stretches of time that charts show. Pure; must not know the clock. */
import type { Grain } from '$lib/api/generated/Grain';
import type { SeriesQuery } from '$lib/api/generated/SeriesQuery';
import { clock, day } from '$lib/format';

export type Range = 'hour' | 'day' | 'week';

interface Shape {
  grain: Grain;
  stepS: number;
  steps: number;
  words: string;
  step: string;
}

export const RANGES: Record<Range, Shape> = {
  hour: { grain: 'minute', stepS: 60, steps: 60, words: 'the last hour', step: 'minute' },
  day: { grain: 'hour', stepS: 3600, steps: 24, words: 'the last day', step: 'hour' },
  week: { grain: 'hour', stepS: 3600, steps: 168, words: 'the last week', step: 'hour' },
};

/** The query of a range that ends with the step that `nowUs` is in. */
export function rangeQuery(range: Range, nowUs: number, functionName: string | null): SeriesQuery {
  const { grain, stepS, steps } = RANGES[range];
  const stepUs = stepS * 1_000_000;
  const toUs = (Math.floor(nowUs / stepUs) + 1) * stepUs;
  return { function: functionName, fromUs: toUs - steps * stepUs, toUs, grain };
}

/** An instant on the time axis of a range: a clock time, or the day where one begins. */
export function axisWords(range: Range, seconds: number): string {
  const us = seconds * 1_000_000;
  const time = clock(us).slice(0, 5);
  if (range === 'hour') return time;
  if (time === '00:00') return day(us);
  return range === 'week' ? '' : time;
}

/** An instant in full, for a cursor. */
export function stepWords(range: Range, seconds: number): string {
  const us = seconds * 1_000_000;
  const time = clock(us).slice(0, 5);
  return range === 'hour' ? time : `${day(us)}, ${time}`;
}
