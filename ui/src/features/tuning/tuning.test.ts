import { describe, expect, it } from 'vitest';
import type { TunedSize } from '$lib/api/generated/TunedSize';
import type { Tuning } from '$lib/api/generated/Tuning';
import { finding, isTie, marksOf, pointsOf, pointWords, ticksOf } from './curve';
import { emptyDraft, placeOf, planOf, sizesOf } from './plan';
import { restoreWords } from './words';

/** With plain spaces: what is shown has no-break ones. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

function size(memoryMb: number, p50: number, usd: string, skipped: string | null = null): TunedSize {
  return {
    memoryMb,
    skipped,
    warm: {
      calls: 20,
      durationP50Us: p50,
      durationP95Us: p50 * 2,
      durationMeanUs: p50,
      initP50Us: 0,
      initP95Us: 0,
      billedP50Ms: Math.ceil(p50 / 1_000),
      billedP95Ms: Math.ceil(p50 / 500),
      billedMs: Math.ceil(p50 / 50),
      usdPerCall: '0.000001',
      usdPerMillion: usd,
    },
    cold: null,
    maxMemoryMb: 60,
  };
}

function tuning(part: Partial<Tuning> = {}): Tuning {
  return {
    id: 'T1',
    functionId: 'F1',
    version: 1,
    account: 'local',
    plan: { ...emptyDraft('tea'), name: 'tea', memoryMb: [128, 256], runs: 20, coldRuns: 3, events: [] },
    configuration: {
      runtime: 'quickjs',
      handler: 'index.handler',
      memoryMb: 192,
      timeoutS: 3,
      environmentNames: [],
      reservedConcurrency: null,
      architecture: 'x86_64',
      description: '',
    },
    status: 'done',
    restore: 'verified',
    startedUs: 0,
    endedUs: 1,
    done: 46,
    total: 46,
    currentMb: null,
    sizes: [size(128, 20_000, '0.25'), size(256, 9_000, '0.4'), size(512, 1, '1', 'out of memory')],
    cheapestMb: 128,
    fastestMb: 256,
    balancedMb: 256,
    priceRegion: 'us-east-1',
    priceDate: '2026-11-23',
    remarks: [],
    problem: null,
    ...part,
  };
}

describe('a tie', () => {
  it('is told when the fastest size is no faster in any way that counts', () => {
    const sizes = [size(128, 15_400, '0.23'), size(256, 15_300, '0.27')];
    const tied = tuning({ sizes, balancedMb: 128 });
    expect(isTie(tied)).toBe(true);
    expect(plain(finding(tied))).toBe('Of 2 sizes, 128 MB is cheapest, and none is clearly faster');
    expect(marksOf(tied, 256)).toEqual([]);
    expect(isTie(tuning()), 'twice as fast is faster').toBe(false);
  });
});

describe('the plan', () => {
  it('reads sizes however they are written, sorted and each once', () => {
    expect(sizesOf(' 512,128; 256 128')).toEqual([128, 256, 512]);
    expect(sizesOf('')).toBe('Write at least one memory size');
    expect(sizesOf('128, much')).toBe('much is not a memory size in MB');
    expect(sizesOf('64')).toContain('not 64');
  });

  it('says what is missing, one thing at a time', () => {
    const draft = emptyDraft('tea');
    expect(planOf({ ...draft, name: null })).toBe('Choose a function');
    expect(planOf({ ...draft, runs: null })).toBe('Warm calls are 1 to 1 000');
    expect(planOf({ ...draft, coldRuns: 1.5 })).toBe('Cold starts are 0 to 100');
    expect(planOf({ ...draft, events: [{ event: '{', weight: 1 }] })).toBe('The event is not JSON');
    const two = [
      { event: '1', weight: 1 },
      { event: '2', weight: 0 },
    ];
    expect(planOf({ ...draft, events: two })).toBe('Event 2 weighs 1 to 1 000');
    expect(planOf(draft)).toEqual({
      name: 'tea',
      memoryMb: [128, 256, 512, 1024],
      runs: 20,
      coldRuns: 3,
      events: [{ event: '{}', weight: 1 }],
      parallel: false,
    });
  });
});

describe('the curve', () => {
  it('has a point for each size that was measured, with its marks', () => {
    expect(pointsOf(tuning()).map(({ memoryMb, marks }) => [memoryMb, marks])).toEqual([
      [128, ['cheapest']],
      [256, ['fastest', 'balanced']],
    ]);
  });

  it('says its finding and each point in words', () => {
    expect(plain(finding(tuning()))).toBe('Of 2 sizes, 128 MB is cheapest, 256 MB fastest, 256 MB balanced');
    expect(plain(finding(tuning({ fastestMb: 128 })))).toBe('Of 2 sizes, 128 MB is cheapest and fastest');
    expect(finding(tuning({ sizes: [] }))).toBe('No size was measured');
    const [first] = pointsOf(tuning());
    expect(first && plain(pointWords(first))).toBe('128 MB: half under 20 ms, $0.25 a million, cheapest');
  });

  it('has round ticks from zero that reach the largest value', () => {
    expect(ticksOf(38, 4)).toEqual([0, 10, 20, 30, 40]);
    expect(ticksOf(0.4, 5)).toHaveLength(5);
    expect(ticksOf(0, 5)).toEqual([0, 1]);
  });
});

describe('the memory size', () => {
  it('is said to be pending, put back, or left to somebody else', () => {
    expect(restoreWords(tuning()).tone).toBe('good');
    expect(plain(restoreWords(tuning()).text)).toBe('192 MB is set again, and was read back.');
    expect(restoreWords(tuning({ status: 'failed', restore: 'pending' })).tone).toBe('bad');
    expect(restoreWords(tuning({ status: 'running', restore: 'pending' })).tone).toBe('plain');
    expect(restoreWords(tuning({ restore: 'changed_by_others' })).text).toContain('that one stays');
  });
});

describe('where a function is', () => {
  it('tells a function of an account from one of this computer', () => {
    expect(placeOf('tea')).toEqual({ name: 'tea' });
    const place = { account: 'aws:org/dev', region: 'eu-west-1', name: 'tea' };
    expect(placeOf('aws:org/dev/eu-west-1/tea')).toEqual(place);
    expect(planOf(emptyDraft('aws:org/dev/eu-west-1/tea'))).toMatchObject(place);
  });
});
