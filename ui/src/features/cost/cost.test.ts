import { describe, expect, it } from 'vitest';
import type { CostOverview } from '$lib/api/generated/CostOverview';
import type { Tuning } from '$lib/api/generated/Tuning';
import type { WhatIfAnswer } from '$lib/api/generated/WhatIfAnswer';
import { added, ahead, ghost, layers, shownFlags, ticks, times } from './chart';
import { about, bounds, comparable, paidIn } from './estimated';
import { PLANS, WhatIf, measuredFactor, savingsOf } from './what-if.svelte';
import { amount, change, effect, monthWords, perThousand, quantity, range, rate } from './words';

const DAY_US = 86_400e6;

/** Three and a half days of a month of five: a dollar a day, a tenth of it start-up. */
function month(): CostOverview {
  const money = { listUsd: '3.5', afterGrantsUsd: '0' };
  return {
    month: { name: '2026-11', fromUs: 0, toUs: 5 * DAY_US, untilUs: 3.5 * DAY_US, current: true, months: [] },
    cost: money,
    days: {
      time: [0, 86_400, 172_800, 259_200],
      requests: [0.2, 0.2, 0.2, 0.1],
      compute: [0.7, 0.7, 0.7, 0.35],
      startUp: [0.1, 0.1, 0.1, 0.05],
      storage: [0, 0, 0, 0],
      alwaysOn: [0, 0, 0, 0],
      functions: [
        { id: 'a', name: 'search', usd: [0.9, 0.9, 0.9, 0.45] },
        { id: '', name: '3 others', usd: [0.1, 0.1, 0.1, 0.05] },
      ],
      accounts: [],
    },
    forecast: {
      known: 'yes',
      expectedUsd: '5',
      lowUsd: '4.5',
      highUsd: '5.5',
      daysUsd: [0.5, 1],
      historyDays: 20,
      reason: '',
    },
    flags: [],
  } as unknown as CostOverview;
}

describe('the chart of a month', () => {
  it('adds layers up to what was spent, whatever the split', () => {
    for (const split of ['part', 'function'] as const) {
      const all = layers(month(), split).reduce((sum, layer) => sum + layer.total, 0);
      expect(all).toBeCloseTo(3.5);
    }
    expect(layers(month(), 'part').map((layer) => layer.id)).toEqual(['startUp', 'requests', 'compute']);
    expect(layers(month(), 'function').map((layer) => layer.label)).toEqual(['3 others', 'search']);
    expect(added([1, 2])).toEqual([0, 1, 3]);
  });

  it('ends the last day now and the forecast with the month', () => {
    expect(times(month())).toEqual({ whole: 5, today: 3.5, ends: [0, 1, 2, 3, 3.5] });
    const lines = ahead(month());
    expect(lines?.at).toEqual([3.5, 4, 5]);
    expect(lines?.expected).toEqual([3.5, 4, 5]);
    expect(lines?.low.at(-1)).toBe(4.5);
    const over = month();
    over.forecast = { known: 'no', reason: 'the month is over' };
    expect(ahead(over)).toBeNull();
  });

  it('draws the ghost from all functions less one, more what it would be', () => {
    const before = [0.9, 0.9, 0.9, 0.45];
    const half = before.map((value) => value / 2);
    const time = month().days.time;
    const line = ghost(month(), { time, before, after: half, low: half, high: before });
    expect(line?.mid.at(-1)).toBeCloseTo(3.5 - 1.575);
    expect(line?.high.at(-1)).toBeCloseTo(3.5);
    expect(ghost(month(), null)).toBeNull();
    expect(ghost(month(), { time: [0], before: [1], after: [1], low: [1], high: [1] })).toBeNull();
  });

  it('has round steps of money and flags that can be told apart', () => {
    expect(ticks(420)).toEqual([0, 200, 400]);
    expect(ticks(0.0037).length).toBeGreaterThan(2);
    expect(ticks(0)).toEqual([0]);
    const flag = (day: number, words: string) => ({
      atUs: day * DAY_US,
      words,
      functionId: 'a',
      name: 'a',
      version: 1,
      billed: true,
    });
    const all = [flag(1, 'v1'), flag(1.1, 'v2'), flag(3, 'a long tale of a change'), flag(3.4, 'v4')];
    const shown = shownFlags(all, 0, (day) => day * 50, 0, 1_000);
    expect(shown.map(({ title, words }) => [title, words])).toEqual([
      ['v2 and 1 more', 'v2 and 1 more'],
      ['a long tale of a change', null],
      ['v4', 'v4'],
    ]);
  });
});

describe('what was measured', () => {
  it('takes the place of an assumption when a tuning has both sizes', () => {
    const size = (memoryMb: number, meanUs: number | null) => ({
      memoryMb,
      warm: meanUs === null ? null : { durationMeanUs: meanUs },
    });
    const tuning = { sizes: [size(512, 100), size(1024, 60), size(2048, null)] } as unknown as Tuning;
    expect(measuredFactor(tuning, 512, 1024)).toBeCloseTo(0.6);
    expect(measuredFactor(tuning, 512, 2048)).toBeNull();
    expect(measuredFactor(tuning, 512, 640)).toBeNull();
    expect(measuredFactor(null, 512, 1024)).toBeNull();
  });
});

describe('words of money', () => {
  it('tells ranges, changes and small amounts plainly', () => {
    expect(monthWords('2026-11', true)).toBe('November 2026');
    expect(range('404.1', '422.9')).toBe('$404 to $423');
    expect(range('4.1', '4.1')).toBe('$4.10');
    expect(amount('0.0000123456')).toBe('$0.000\u202f012\u202f346');
    expect(amount(-2)).toBe('−$2.00');
    expect(change(64.2)).toBe('+64\u00a0%');
    expect(change(-6)).toBe('−6\u00a0%');
    expect(change(null)).toBe('new');
    expect(perThousand(302.69, 43_900_000)).toBe('0.69¢');
    expect(rate(0.002)).toBe('7.2 an hour');
    expect(quantity('1234567.5', 'GB-second')).toBe('1\u202f234\u202f567.5 GB-seconds');
  });

  it('says what a change does to the month', () => {
    const answer = (low: string, high: string) =>
      ({ before: { usd: '58' }, changeLowUsd: low, changeHighUsd: high }) as unknown as WhatIfAnswer;
    expect(effect(answer('-15.2', '-11.1'))).toEqual({ verb: 'Saves', words: '$11 to $15' });
    expect(effect(answer('2', '3'))).toEqual({ verb: 'Adds', words: '$2.00 to $3.00' });
    expect(effect(answer('-15.2', '0.01')).words).toBe('$0 to $15');
    expect(effect(answer('-1', '2'))).toEqual({ verb: 'Between', words: '$1.00 less and $2.00 more' });
  });
});

describe('what a plan does not have', () => {
  it('is neither offered nor asked for', () => {
    const what = new WhatIf();
    what.choose('search');
    what.memoryMb = 512;
    what.architecture = 'arm64';
    what.provisioned = 5;
    what.ephemeralMb = 1024;
    what.region = 'eu-west-1';
    what.savings = '3y';
    const asked = (plan: (typeof PLANS)[number]['value']) => {
      what.plan = plan;
      const request = what.request('2026-11');
      const names = [
        'memoryMb',
        'architecture',
        'provisioned',
        'ephemeralMb',
        'region',
        'savingsPlan',
      ] as const;
      return names.filter((name) => request?.[name] !== null);
    };
    expect(asked('lambda')).toHaveLength(6);
    expect(asked('fargate')).toEqual(['memoryMb', 'architecture', 'region', 'savingsPlan']);
    expect(asked('azurePremium')).toEqual(['memoryMb', 'region']);
    for (const plan of ['azureConsumption', 'azureFlex', 'cloudRunRequest', 'googleGen1'] as const)
      expect(asked(plan)).toEqual(['memoryMb', 'region']);
    for (const plan of ['cloudflare', 'ownServer'] as const) expect(asked(plan)).toEqual([]);
    expect(savingsOf('azurePremium').map((one) => one.value)).toEqual(['', '1y', 'own']);
    expect(savingsOf('cloudRunRequest')).toEqual([]);
  });
});

describe('amounts that are not exact dollars', () => {
  it('has a sign and a range where it is estimated', () => {
    const exact = { listUsd: '3.5', afterGrantsUsd: '1' };
    expect([about(exact), bounds(exact)]).toEqual(['$3.50', null]);
    const estimated = {
      ...exact,
      bounds: { listLowUsd: '3', listHighUsd: '4', afterGrantsLowUsd: '0.5', afterGrantsHighUsd: '1.5' },
    };
    expect([about(estimated), bounds(estimated)]).toEqual(['≈\u00a0$3.50', '$3.00 to $4.00']);
    expect([about(estimated, 'grants'), bounds(estimated, 'grants')]).toEqual([
      '≈\u00a0$1.00',
      '$0.50 to $1.50',
    ]);
  });

  it('names its currency, and two currencies have no difference', () => {
    const answer = { before: { currency: 'USD' }, after: { currency: 'CNY' } } as unknown as WhatIfAnswer;
    expect(comparable(answer)).toBe(false);
    expect(paidIn(answer.before, '$0.30')).toBe('$0.30');
    expect(paidIn(answer.after, '$0.30 to $0.40')).toBe('CNY\u00a00.30 to CNY\u00a00.40');
  });
});
