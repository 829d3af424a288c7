import { expect, it } from 'vitest';
import { daysOf, lastMonths, sum, totals } from './billed';

const NOV_15_US = Date.UTC(2026, 10, 15, 12) * 1_000;

it('asks for whole months, and for this one until today', () => {
  expect(lastMonths(NOV_15_US).slice(0, 2)).toEqual(['2026-11', '2026-10']);
  expect(daysOf('2026-11', NOV_15_US)).toEqual({ since: '2026-11-01', until: '2026-11-15' });
  expect(daysOf('2026-02', NOV_15_US)).toEqual({ since: '2026-02-01', until: '2026-02-28' });
});

it('adds amounts up to the last digit', () => {
  expect(sum(['0.000123456789', '0.1', '0.2'])).toBe('0.300123456789');
  expect(sum(['1.5', '-2'])).toBe('−0.5');
  expect(sum(['1.2E-7', '3e2'])).toBe('300.00000012');
  expect(sum(['1.50', '0.5', '10'])).toBe('12');
  expect(sum([])).toBe('0');
  expect(sum(['1', 'much']), 'unknown, not nothing').toBeNull();
});

it('keeps currencies apart', () => {
  const row = (amount: string, currency: string) => ({
    day: '2026-11-01',
    service: null,
    resource: 'kettle',
    meter: null,
    amount,
    currency,
    quantity: null,
    unit: null,
  });
  expect(totals([row('1', 'USD'), row('2.5', 'EUR'), row('1', 'EUR')])).toEqual([
    { currency: 'EUR', amount: '3.5' },
    { currency: 'USD', amount: '1' },
  ]);
});
