/** The chart of a month as shapes: layers added up day by day, forecast, ghost, flags, days. Pure; must not draw. */
import type { CostFlag } from '$lib/api/generated/CostFlag';
import type { CostOverview } from '$lib/api/generated/CostOverview';
import type { WhatIfGhost } from '$lib/api/generated/WhatIfGhost';
import { monthShort } from './words';

export type Split = 'part' | 'function' | 'account';

/** One layer, from the bottom. `hatched` wears the hatch of start-up. */
export interface Layer {
  id: string;
  label: string;
  /** Custom property of its colour. */
  colour: string;
  hatched: boolean;
  /** Dollars of each day so far. */
  days: readonly number[];
  total: number;
}

const DAY_S = 86_400;
/** Colours of functions and accounts, which mean nothing by themselves: the name stands beside them. */
const PLAIN = ['--c-compute', '--c-always', '--c-request', '--st-restored', '--c-spark', '--c-other'];

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** The layers of a split, lowest first: what moves lies on top. */
export function layers(month: CostOverview, split: Split): Layer[] {
  const { days } = month;
  const layer = (id: string, label: string, colour: string, values: readonly number[]): Layer => ({
    id,
    label,
    colour,
    hatched: id === 'startUp',
    days: values,
    total: sum(values),
  });
  if (split === 'part') {
    return [
      layer('alwaysOn', 'Always on', '--c-always', days.alwaysOn),
      layer('storage', 'Storage', '--c-other', days.storage),
      layer('startUp', 'Start-up', '--c-init', days.startUp),
      layer('requests', 'Requests', '--c-request', days.requests),
      layer('compute', 'Compute', '--c-compute', days.compute),
    ].filter((one) => (one.id !== 'storage' && one.id !== 'alwaysOn') || one.total > 0);
  }
  const columns = split === 'function' ? days.functions : days.accounts;
  return columns
    .map((column, place) =>
      layer(
        column.id,
        column.name,
        column.id === '' ? '--c-other' : (PLAIN[place] ?? '--c-other'),
        column.usd,
      ),
    )
    .reverse();
}

/** What was spent up to the end of each day, starting with 0 at the first instant. */
export function added(days: readonly number[]): number[] {
  let all = 0;
  return [0, ...days.map((value) => (all += value))];
}

/** Where a month stands, in days from its first instant. */
export interface Times {
  /** Days of the month. */
  whole: number;
  /** Until when usage is known. */
  today: number;
  /** Ends of the days so far, with 0 before them; the last is `today`. */
  ends: number[];
}

export function times(month: CostOverview): Times {
  const { fromUs, toUs, untilUs } = month.month;
  const inDays = (us: number) => us / 1e6 / DAY_S;
  const whole = inDays(toUs - fromUs);
  const today = Math.min(whole, inDays(untilUs - fromUs));
  const ends = [0, ...month.days.time.map((_, place) => Math.min(place + 1, today))];
  return { whole, today, ends };
}

/** A forecast as lines from now to the end of the month, in dollars added up; none when there is none. */
export interface Ahead {
  at: number[];
  expected: number[];
  low: number[];
  high: number[];
}

export function ahead(month: CostOverview): Ahead | null {
  const { forecast } = month;
  if (forecast.known !== 'yes') return null;
  const { whole, today } = times(month);
  const spent = Number(month.cost.listUsd);
  const at = [today];
  const share = [0];
  const total = sum(forecast.daysUsd);
  let all = 0;
  forecast.daysUsd.forEach((usd, place) => {
    all += usd;
    at.push(Math.min(whole, Math.floor(today) + place + 1));
    share.push(total > 0 ? all / total : 0);
  });
  const toward = (end: string) => share.map((part) => spent + (Number(end) - spent) * part);
  return {
    at,
    expected: toward(forecast.expectedUsd),
    low: toward(forecast.lowUsd),
    high: toward(forecast.highUsd),
  };
}

/** The first day on which the forecast is over a budget, `30 Nov`; `may` when only its upper end is. */
export function passes(month: CostOverview, budget: number): { day: string; may: boolean } | null {
  const line = ahead(month);
  if (line === null || Number(month.cost.listUsd) >= budget) return null;
  const first = (values: readonly number[]) => values.findIndex((usd) => usd > budget);
  const likely = first(line.expected);
  const place = likely === -1 ? first(line.high) : likely;
  const at = line.at[place];
  if (at === undefined) return null;
  return { day: `${Math.ceil(at)} ${monthShort(month.month.name)}`, may: likely === -1 };
}

/** The ghost: what all functions together would have added up to, day by day. */
export interface Ghost {
  days: number[];
  mid: number[];
  low: number[];
  high: number[];
}

export function ghost(month: CostOverview, what: WhatIfGhost | null): Ghost | null {
  if (what === null || what.time.length === 0 || what.time.length !== month.days.time.length) return null;
  const totals = layers(month, 'part').reduce(
    (all, layer) => all.map((value, place) => value + (layer.days[place] ?? 0)),
    month.days.time.map(() => 0),
  );
  const less = totals.map((value, place) => value - (what.before[place] ?? 0));
  const days = (after: readonly number[]) =>
    less.map((value, place) => Math.max(0, value + (after[place] ?? 0)));
  const mid = days(what.after);
  return { days: mid, mid: added(mid), low: added(days(what.low)), high: added(days(what.high)) };
}

/** Round steps of an axis of money from 0 to just over `most`: 3 to 6 of them. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  const all = [];
  for (let at = 0; at <= most * 1.001; at += step) all.push(at);
  return all;
}

/** A flag in the chart; its words are left out where they would run into those of another. */
export interface Flag {
  at: number;
  /** Distance from the left, in pixels. */
  x: number;
  title: string;
  /** Words beside it, and on which side; none when there is no room. */
  words: string | null;
  left: boolean;
  /** A deploy among many: a notch at the axis, so that what has a price stands out. */
  small: boolean;
}

/** So many flags have room as such. */
const MOST_FLAGS = 8;

/** Width of a character of an axis text, in pixels. */
export const CHARACTER = 5.9;
const NEAR = 10;

/**
 * Flags with as many words as have room between `from` and `to` pixels: changes that have a price first, newest first.
 * Of several on one place the one that has a price is told, with how many it stands for.
 */
export function shownFlags(
  flags: readonly CostFlag[],
  fromUs: number,
  x: (day: number) => number,
  from: number,
  to: number,
): Flag[] {
  const places: { at: number; x: number; flag: CostFlag; more: number }[] = [];
  for (const flag of flags) {
    const at = (flag.atUs - fromUs) / 1e6 / DAY_S;
    const before = places.at(-1);
    if (before && x(at) - before.x < NEAR) {
      before.more += 1;
      if (flag.billed || !before.flag.billed) before.flag = flag;
    } else places.push({ at, x: x(at), flag, more: 0 });
  }
  const small = (place: { flag: CostFlag }) => places.length > MOST_FLAGS && !place.flag.billed;
  // A notch takes no room; the words of another flag may stand over it.
  const taken = places.map((place) => (small(place) ? [0, -1] : [place.x - 1, place.x + NEAR]));
  const free = (start: number, end: number, own: number) =>
    start >= from &&
    end <= to &&
    taken.every(([a = 0, b = 0], index) => index === own || end < a || start > b);
  const shown: Flag[] = places.map((place) => ({
    at: place.at,
    x: place.x,
    title: `${place.flag.words}${place.more > 0 ? ` and ${place.more} more` : ''}`,
    words: null,
    left: false,
    small: small(place),
  }));
  const order = places.map((_, index) => index).reverse();
  order.sort((one, other) => Number(places[other]?.flag.billed) - Number(places[one]?.flag.billed));
  for (const index of order) {
    const flag = shown[index];
    if (!flag || flag.small) continue;
    const wide = flag.title.length * CHARACTER;
    const sides = [
      { left: true, start: flag.x - 8 - wide, end: flag.x - 2 },
      { left: false, start: flag.x + 11, end: flag.x + 13 + wide },
    ];
    const side = sides.find(({ start, end }) => free(start, end, index));
    if (!side) continue;
    flag.words = flag.title;
    flag.left = side.left;
    taken.push([side.start, side.end]);
  }
  return shown;
}
