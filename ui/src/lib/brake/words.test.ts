import { describe, expect, it } from 'vitest';
import type { Budget } from '$lib/api/generated/Budget';
import { fakeBrake } from '$lib/host/fake/brake';
import { amount, parseAlerts, pill, scopeKey, scopeOf } from './words';

const budget = (part: Partial<Budget>): Budget => ({ ...fakeBrake().budgets[0]!, ...part });

describe('the pill', () => {
  it('says what is held before anything else', () => {
    const status = fakeBrake();
    const held = { function: 'kettle', formerConcurrency: null, sinceUs: 1, by: 'brake', reason: 'spent' };
    const suggestions = [{ function: 'other', reason: 'spent', sinceUs: 1 }];
    expect(pill({ ...status, held: [held], suggestions }).text).toBe('Brake holds kettle');
    expect(pill({ ...status, held: [held, held], suggestions }).text).toBe('Brake holds 2 functions');
    expect(pill({ ...status, suggestions })).toEqual({ text: 'Stop other?', tone: 'warn' });
  });

  it('says the mode and the fullest budget', () => {
    const status = { ...fakeBrake(), mode: 'armed' as const };
    expect(pill({ ...status, budgets: [] })).toEqual({ text: 'Brake: armed', tone: 'ember' });
    const budgets = [
      budget({ spentPercent: 12 }),
      budget({ spentPercent: 83.9, amountUsd: '10', state: 'alert' }),
    ];
    expect(pill({ ...status, budgets })).toEqual({ text: 'Brake: armed, 83 % of $10.00', tone: 'warn' });
  });
});

it('scopes are one word and come back', () => {
  for (const key of ['all', 'account:local', 'function:a:b']) {
    expect(scopeKey(scopeOf(key)!)).toBe(key);
  }
  for (const key of ['', 'function:', 'team:x']) expect(scopeOf(key)).toBeNull();
});

it('amounts under a cent keep two digits that matter', () => {
  expect(amount('12.5')).toBe('$12.50');
  expect(amount('0')).toBe('$0');
  expect(amount('0.0000001').replace(/\s/g, '')).toBe('$0.000000100');
});

it('alerts are whole percents', () => {
  expect(parseAlerts('50, 80 %,100')).toEqual([50, 80, 100]);
  expect(parseAlerts('')).toEqual([]);
  for (const text of ['0', '1001', 'ten', '2.5', '1 2 3 4 5 6 7 8 9 10 11'])
    expect(parseAlerts(text)).toBeNull();
});
