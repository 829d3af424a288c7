import { describe, expect, it } from 'vitest';
import type { Budget } from '$lib/api/generated/Budget';
import { fakeBrake } from '$lib/host/fake/brake';
import type { Rehearsed } from '$lib/api/generated/Rehearsed';
import { actWords, amount, parseAlerts, pill, rehearsed, scopeKey, scopeOf } from './words';

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

describe('a rehearsal', () => {
  const one = (act: Rehearsed['act'], atNextCall = false): Rehearsed => ({
    function: act,
    act,
    atNextCall,
    reason: 'spent',
    spentUsd: '1',
    usdPerHour: '0',
    calls24h: 1,
    formerConcurrency: null,
  });
  const of = (mode: 'off' | 'suggest' | 'armed', functions: Rehearsed[]) =>
    rehearsed({ atUs: 1, mode, functions, refused: '', answer: '', release: '', notes: [] });

  it('says what the brake would do, and that it would do nothing', () => {
    expect(of('armed', [one('stops'), one('runs')])).toBe('The brake would stop 1 function.');
    expect(of('suggest', [one('asks'), one('asks')])).toBe('The brake would ask to stop 2 functions.');
    expect(of('off', [one('off')])).toBe('The brake would only tell of 1 function.');
    expect(of('armed', [one('runs'), one('rests')])).toBe('The brake would do nothing: nothing runs away.');
    expect(of('armed', [one('holds')])).toBe(
      'The brake would do nothing more: nothing runs away. It holds 1 function already.',
    );
    expect(actWords(one('stops', true))).toBe('would stop it with its next call');
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
