import { describe, expect, it } from 'vitest';
import type { PricedTask } from '$lib/api/generated/PricedTask';
import type { RunningCost } from '$lib/api/generated/RunningCost';
import { amount, hourly, isMoving, monthly, sizeWords, taskState } from './words';

const cost = (hourUsd: string, monthUsd: string, unknown: string[] = []): RunningCost => ({
  hourUsd,
  monthUsd,
  hour: {
    lines: [],
    currency: 'USD',
    list: hourUsd,
    total: hourUsd,
    low: hourUsd,
    high: hourUsd,
    unknown,
    assumptions: [],
    priceDate: '2026-11-23',
  },
});

const task = (state: string, failed: boolean | null): PricedTask => ({
  location: 'eu-west-1',
  cluster: 'shop',
  id: '0123456789abcdef',
  resource: 'arn',
  state,
  stopped: state === 'STOPPED',
  service: null,
  taskDefinition: 'web:1',
  size: null,
  launch: 'fargate',
  madeUs: null,
  billedFromUs: null,
  startedUs: null,
  stoppedUs: null,
  stop: failed === null ? null : { code: '', reason: '', words: 'It ended.', hint: null, failed },
  containers: [],
  cost: null,
  soFar: null,
  costUnknown: null,
});

describe('containers in words', () => {
  it('says a size as people do, and what is not known', () => {
    const size = {
      cpuUnits: 256,
      memoryMb: 512,
      storageGb: 20,
      architecture: 'arm64' as const,
      windows: false,
    };
    expect(sizeWords(size, 'fargate_spot')).toBe('0.25 vCPU, 512\u00a0MB, arm64, Spot');
    expect(sizeWords(null, 'other')).toBe('size unknown, own machines');
  });

  it('shows an hour with the digits that matter, and the least where a part is unknown', () => {
    expect(hourly(cost('0.0123425', '9.010025')).replace(/\s/g, '')).toBe('$0.012340');
    expect(monthly(cost('0.0123425', '9.010025', ['ipv4']))).toBe('≥\u00a0$9.01');
    expect(hourly(cost('0', '0'))).toBe('$0');
    expect(amount('0')).toBe('$0');
  });

  it('tells a task that failed from one that ended', () => {
    expect(taskState(task('STOPPED', true))).toEqual({ text: 'stopped, failed', tone: 'bad' });
    expect(taskState(task('STOPPED', false)).tone).toBe('t3');
    expect(taskState(task('PENDING', null)).tone).toBe('warn');
    expect([isMoving(task('PENDING', null)), isMoving(task('RUNNING', null))]).toEqual([true, false]);
  });
});
