/** Months that can be asked for, and amounts of a bill added up without losing a digit. Pure. */
import type { BilledRow } from '$lib/api/generated/BilledRow';

/** This month and the eleven before, as vendors count them: in UTC. */
export function lastMonths(nowUs: number): string[] {
  const now = new Date(nowUs / 1_000);
  return Array.from({ length: 12 }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}

/** The first and the last day of a month; of this month until today. */
export function daysOf(month: string, nowUs: number): { since: string; until: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  const today = new Date(nowUs / 1_000).toISOString().slice(0, 10);
  return { since: `${month}-01`, until: last < today ? last : today };
}

/** The sum of decimals in text, exact; null when one is no decimal. */
export function sum(amounts: readonly string[]): string | null {
  const parts = amounts.map((text) => /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text.trim()));
  const numbers: { digits: bigint; places: number }[] = [];
  for (const part of parts) {
    if (!part) return null;
    const [, sign, whole = '', fraction = '', exponent = '0'] = part;
    const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
    numbers.push({ digits, places: fraction.length - Number(exponent) });
  }
  const places = Math.max(0, ...numbers.map((one) => one.places));
  const total = numbers.reduce((all, one) => all + one.digits * 10n ** BigInt(places - one.places), 0n);
  const text = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  const fraction = text.slice(text.length - places).replace(/0+$/, '');
  const whole = places === 0 ? text : text.slice(0, -places);
  return `${total < 0n ? '−' : ''}${whole}${places === 0 || fraction === '' ? '' : `.${fraction}`}`;
}

/** What was billed in each currency; an amount that is no decimal makes its sum unknown. */
export function totals(rows: readonly BilledRow[]): { currency: string; amount: string | null }[] {
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  return currencies.map((currency) => ({
    currency,
    amount: sum(rows.filter((row) => row.currency === currency).map((row) => row.amount)),
  }));
}
