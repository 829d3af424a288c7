/** What the Cost screen says in words. Pure; must not know the ledger. */
import type { CostMover } from '$lib/api/generated/CostMover';
import type { CostOverview } from '$lib/api/generated/CostOverview';
import type { WhatIfAnswer } from '$lib/api/generated/WhatIfAnswer';
import { count, money, smallMoney } from '$lib/format';

const NB = '\u00a0';
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `November` from `2026-11`, with its year when asked. */
export function monthWords(name: string, withYear = false): string {
  const [year = '', month = ''] = name.split('-');
  const words = MONTHS[Number(month) - 1] ?? name;
  return withYear ? `${words} ${year}` : words;
}

/** The short name of a month, as chart axes have it. */
export function monthShort(name: string): string {
  return monthWords(name).slice(0, 3);
}

/** Who runs an account, for people. */
export function providerWords(provider: string): string {
  return { local: 'here, $0', aws: 'AWS', azure: 'Azure', google: 'Google Cloud' }[provider] ?? provider;
}

/** An amount of any size in a few signs: whole dollars from 100 on, true digits below a cent. */
export function amount(usd: string | number): string {
  const value = Number(usd);
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size === 0) return '$0';
  return size >= 0.01 ? money(value) : smallMoney(value);
}

/** Two ends of a range; whole dollars once they are large. */
export function ends(low: string | number, high: string | number): [string, string] {
  const [from, to] = [Number(low), Number(high)];
  const short = (value: number) =>
    Math.abs(to) >= 10 ? `${value < 0 ? '−' : ''}$${count(Math.abs(value))}` : amount(value);
  return [short(from), short(to)];
}

/** A range in words: `$404 to $423`, one amount when both ends look the same. */
export function range(low: string | number, high: string | number): string {
  const [from, to] = ends(low, high);
  return from === to ? from : `${from} to ${to}`;
}

/** A change in percent: `+64 %`, `−6 %`, `0 %`. */
export function change(percent: number | null): string {
  if (percent === null) return 'new';
  const rounded = Math.round(percent);
  if (rounded === 0) return `0${NB}%`;
  return `${rounded > 0 ? '+' : '−'}${count(Math.abs(rounded))}${NB}%`;
}

/** Whether a change is worth a colour: more is to be looked at, less is good. */
export function direction(percent: number | null): 'up' | 'down' | '' {
  if (percent === null || Math.abs(percent) < 5) return '';
  return percent > 0 ? 'up' : 'down';
}

export function moverWords(mover: CostMover): string {
  return `${mover.percent === null ? '' : `${change(mover.percent)} `}${mover.words}`;
}

/** Cents of a thousand calls: `0.69¢`, `$1.20`. */
export function perThousand(usd: number, calls: number): string {
  if (calls === 0) return 'no calls';
  const each = (usd / calls) * 1_000;
  if (each >= 1) return money(each);
  const cents = each * 100;
  return cents === 0 ? '0¢' : `${Number(cents.toPrecision(2))}¢`;
}

/** What a chart of a month says, for those who do not see it. */
export function finding(month: CostOverview): string {
  const name = monthWords(month.month.name, true);
  const so = `Cost in ${name}: ${amount(month.cost.listUsd)} so far`;
  const { forecast } = month;
  if (forecast.known === 'yes')
    return `${so}, forecast ${range(forecast.lowUsd, forecast.highUsd)} at the end. Arrow keys read day by day.`;
  return `${so}. No forecast: ${forecast.reason}. Arrow keys read day by day.`;
}

/** What would change, as a verb and a range of positive amounts. */
export function effect(answer: WhatIfAnswer): { verb: 'Saves' | 'Adds' | 'Between'; words: string } {
  // Half a percent of the month is no change.
  const least = Number(answer.before.usd) * 0.005;
  const rest = (usd: string) => (Math.abs(Number(usd)) < least ? 0 : Number(usd));
  const low = rest(answer.changeLowUsd);
  const high = rest(answer.changeHighUsd);
  if (high <= 0 && low < 0) return { verb: 'Saves', words: range(high === 0 ? 0 : -high, -low) };
  if (low >= 0) return { verb: 'Adds', words: range(low, high) };
  return { verb: 'Between', words: `${amount(-low)} less and ${amount(high)} more` };
}

/** A rate of calls: `4.2 a second`, `310 an hour`. */
export function rate(perSecond: number): string {
  if (perSecond >= 1) return `${Number(perSecond.toPrecision(2))} a second`;
  if (perSecond * 60 >= 1) return `${Number((perSecond * 60).toPrecision(2))} a minute`;
  return `${Number((perSecond * 3_600).toPrecision(2))} an hour`;
}

/** A quantity with its unit, thousands apart and no more than four places. */
export function quantity(value: string, unit: string): string {
  const number = Number(value);
  const [whole = '0', fraction = ''] = number.toFixed(4).split('.');
  const places = fraction.replace(/0+$/, '');
  return `${count(Number(whole))}${places === '' ? '' : `.${places}`} ${unit}${number === 1 ? '' : 's'}`;
}
