/** Invented functions, servers, calls, receipts and chart columns. Must not know commands. */
import type { Environment } from '$lib/api/generated/Environment';
import type { FunctionRecord } from '$lib/api/generated/FunctionRecord';
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { Receipt } from '$lib/api/generated/Receipt';
import type { SeriesQuery } from '$lib/api/generated/SeriesQuery';
import { SERIES_COLUMNS, type Answer } from '../host';

export const us = () => Date.now() * 1_000;
export const uuid = () => crypto.randomUUID();

export function receipt(ms: number, memoryMb: number): Receipt {
  const compute = ((ms / 1000) * (memoryMb / 1024) * 0.0000166667).toFixed(12);
  return {
    lines: [
      {
        name: 'request',
        label: '1 request',
        quantity: '1',
        unit: 'request',
        rateUsd: '0.0000002',
        amountUsd: '0.000000200',
      },
      {
        name: 'compute',
        label: `${ms} ms × ${memoryMb / 1024} GB`,
        quantity: '1',
        unit: 'GB-second',
        rateUsd: '0.0000166667',
        amountUsd: compute,
      },
    ],
    totalUsd: (Number(compute) + 0.0000002).toFixed(12),
    perUsd: 1_900_000,
    hereUsd: '0',
    words: '$1 buys 1.9 million of these',
    plan: 'AWS Lambda',
    priceRegion: 'us-east-1',
    priceDate: '2026-11-20',
    source: 'AWS price list',
  };
}

export function fakeFunction(name: string, part: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    id: `01J${name.toUpperCase().padEnd(23, '0').slice(0, 23)}`,
    account: 'local',
    region: 'local',
    name,
    version: 1,
    configuration: {
      runtime: 'python3.11',
      handler: 'app.handler',
      memoryMb: 128,
      timeoutS: 3,
      environmentNames: ['API_KEY'],
      reservedConcurrency: null,
      architecture: 'x86_64',
      description: '',
    },
    code: { sha256: 'a'.repeat(64), sizeBytes: 2_048, files: 2 },
    createdUs: us() - 3_600e6,
    deployedUs: us() - 600e6,
    deletedUs: null,
    ...part,
  };
}

export function fakeServer(of: FunctionRecord, part: Partial<Environment> = {}): Environment {
  return {
    id: uuid(),
    functionId: of.id,
    functionName: of.name,
    version: of.version,
    number: 1,
    engine: 'python',
    tier: 'parked',
    pid: 4_242,
    state: 'frozen',
    stateSinceUs: us(),
    bornUs: us() - 60e6,
    initUs: 21_000,
    endedUs: null,
    endReason: null,
    invocations: 3,
    busyUs: 9_000,
    memoryMb: of.configuration.memoryMb,
    maxMemoryBytes: 21e6,
    ...part,
  };
}

export function fakeInvocation(of: FunctionRecord, part: Partial<Invocation> = {}): Invocation {
  return {
    requestId: uuid(),
    functionId: of.id,
    functionName: of.name,
    version: of.version,
    environmentId: null,
    environmentNumber: 1,
    startedUs: us(),
    outcome: 'succeeded',
    start: 'thawed',
    phases: { queueUs: 400, initUs: 0, invokeUs: 2_900, freezeUs: 100 },
    billedMs: 3,
    memoryMb: of.configuration.memoryMb,
    maxMemoryMb: 21,
    architecture: 'x86_64',
    eventBytes: 2,
    responseBytes: 40,
    errorType: null,
    errorMessage: null,
    source: 'test',
    ...part,
  };
}

export function summary(of: FunctionRecord, servers: Environment[], calls: number): FunctionSummary {
  return {
    function: of,
    accountName: 'This computer',
    provider: 'local',
    servers,
    stats: {
      calls24h: calls,
      errors24h: Math.floor(calls / 40),
      throttles24h: 0,
      coldStarts24h: Math.ceil(calls / 30),
      p50Us: calls ? 2_900 : null,
      p95Us: calls ? 12_400 : null,
      p99Us: calls ? 48_000 : null,
      monthListUsd: (calls * 0.0000003).toFixed(9),
      callsByHour: Array.from({ length: 24 }, (_, hour) =>
        Math.round((calls / 24) * (1 + Math.sin(hour / 3))),
      ),
      errorsByHour: Array.from({ length: 24 }, (_, hour) => (hour === 20 ? Math.floor(calls / 40) : 0)),
      lastCallUs: calls ? us() - 9e6 : null,
    },
  };
}

export function detectedAs(name: string): Answer<'deploy_inspect'> {
  return {
    name,
    runtime: 'python3.11',
    runtimeReason: 'app.py',
    handler: 'app.handler',
    handlerReason: 'app.py defines handler',
    files: 2,
    sizeBytes: 2_048,
    highlights: [],
    problems: [],
    engineAvailable: true,
  };
}

/** Waves in the wire format of `series`: counts of columns and rows, then the columns. */
export function seriesBytes({ fromUs, toUs, grain }: SeriesQuery): ArrayBuffer {
  const step = { minute: 60, hour: 3_600, day: 86_400 }[grain];
  const rows = Math.max(1, Math.floor((toUs - fromUs) / 1e6 / step));
  const view = new DataView(new ArrayBuffer(8 + SERIES_COLUMNS.length * rows * 8));
  view.setUint32(0, SERIES_COLUMNS.length, true);
  view.setUint32(4, rows, true);
  SERIES_COLUMNS.forEach((column, index) => {
    for (let row = 0; row < rows; row++) {
      const wave = 1 + Math.sin(row / 4 + index);
      const value =
        column === 'time' ? fromUs / 1e6 + row * step : column.endsWith('Usd') ? 0.00001 * wave : 10 * wave;
      view.setFloat64(8 + (index * rows + row) * 8, value, true);
    }
  });
  return view.buffer;
}
