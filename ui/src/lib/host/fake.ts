/** An invented host in memory, for unit tests and for drawing screens with `?host=fake` in development. Never in a build. */
import type { SeriesQuery } from '$lib/api/generated/SeriesQuery';
import type { Environment } from '$lib/api/generated/Environment';
import type { EventBatch } from '$lib/api/generated/EventBatch';
import type { FunctionRecord } from '$lib/api/generated/FunctionRecord';
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { LogLine } from '$lib/api/generated/LogLine';
import type { Receipt } from '$lib/api/generated/Receipt';
import type { Settings } from '$lib/api/generated/Settings';
import { type Answer, type Host, type JsonCommand, type Request, SERIES_COLUMNS } from './host';

const us = () => Date.now() * 1_000;
const uuid = () => crypto.randomUUID();

type Handlers = { [C in JsonCommand]?: (request: Request<C>) => Answer<C> | Promise<Answer<C>> };

function receipt(ms: number, memoryMb: number): Receipt {
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

function summary(of: FunctionRecord, servers: Environment[], calls: number): FunctionSummary {
  return {
    function: of,
    servers,
    stats: {
      calls24h: calls,
      errors24h: Math.floor(calls / 40),
      throttles24h: 0,
      coldStarts24h: Math.ceil(calls / 30),
      p50Us: calls ? 2_900 : null,
      p95Us: calls ? 12_400 : null,
      p99Us: calls ? 48_000 : null,
      monthAwsUsd: (calls * 0.0000003).toFixed(9),
      callsByHour: Array.from({ length: 24 }, (_, hour) =>
        Math.round((calls / 24) * (1 + Math.sin(hour / 3))),
      ),
      errorsByHour: Array.from({ length: 24 }, (_, hour) => (hour === 20 ? Math.floor(calls / 40) : 0)),
      lastCallUs: calls ? us() - 9e6 : null,
    },
  };
}

export interface FakeHost extends Host {
  /** What was called, newest last. */
  readonly calls: { command: string; request: unknown }[];
  /** Answers a command differently. */
  answer<C extends JsonCommand>(
    command: C,
    handler: (request: Request<C>) => Answer<C> | Promise<Answer<C>>,
  ): void;
  emit(...events: HearthEvent[]): void;
  readonly saved: { name: string; bytes: Uint8Array }[];
}

/** A host with some functions, or with none for the first run. */
export function fakeHost(names: string[] = initialNames()): FakeHost {
  const functions = new Map(names.map((name, index) => [name, fakeFunction(name, { version: index + 1 })]));
  const servers = new Map(
    [...functions.values()].map((of, index) => [
      of.name,
      index === 2 ? [] : [fakeServer(of), fakeServer(of, { number: 2, state: 'warm' })],
    ]),
  );
  const invocations: Invocation[] = [...functions.values()].flatMap((of) => [
    fakeInvocation(of),
    fakeInvocation(of, {
      startedUs: us() - 4e6,
      start: 'cold',
      phases: { queueUs: 300, initUs: 21_000, invokeUs: 3_100, freezeUs: 90 },
    }),
  ]);
  const listeners = new Set<(batch: EventBatch) => void>();
  let settings: Settings = {
    keepAliveUs: 300e6,
    freezeAfterUs: 0,
    defaultConcurrency: 20,
    priceRegion: 'us-east-1',
    theme: 'system',
    motion: 'system',
  };
  const emit = (...events: HearthEvent[]) =>
    listeners.forEach((listener) => listener({ events, lagged: false }));
  const one = (name: string) => {
    const of = functions.get(name);
    if (!of) throw { code: 'not_found', message: `no function named ${name}`, hint: null, detail: null };
    return of;
  };
  const rows = () =>
    [...functions.values()].map((of, index) =>
      summary(of, servers.get(of.name) ?? [], index === 2 ? 0 : 240 * (index + 1)),
    );
  const line = (of: FunctionRecord, text: string, part: Partial<LogLine> = {}): LogLine => ({
    atUs: us(),
    functionId: of.id,
    environmentId: 'e',
    requestId: null,
    origin: 'function',
    level: 'info',
    text,
    ...part,
  });
  const overridden: Handlers = {};

  const handlers: Handlers = {
    app_info: () => ({
      version: '0.1.0',
      ownerPid: 1_234,
      dataDir: '/home/me/.local/share/hearth',
      nowUs: us(),
      priceRegion: settings.priceRegion,
      priceDate: '2026-11-20',
      hostsContacted: [],
      engines: [
        {
          engine: 'quickjs',
          runtime: 'quickjs',
          version: '2025-09-13',
          path: null,
          available: true,
          reason: null,
          parked: 0,
        },
        {
          engine: 'python',
          runtime: 'python3.11',
          version: '3.11.7',
          path: '/usr/bin/python3.11',
          available: true,
          reason: null,
          parked: 1,
        },
        {
          engine: 'node',
          runtime: 'nodejs20.x',
          version: null,
          path: null,
          available: false,
          reason: 'no node on the PATH; install Node.js 20 or newer',
          parked: 0,
        },
        {
          engine: 'provided',
          runtime: 'provided.al2023',
          version: null,
          path: null,
          available: true,
          reason: null,
          parked: 0,
        },
      ],
      servers: [...servers.values()].flat().length,
      serversMemoryBytes: [...servers.values()].flat().length * 21e6,
      memoryLimit: 'sampled',
      memoryLimitReason: null,
      recordingProblem: null,
    }),
    settings_get: () => settings,
    settings_set: (next) => {
      settings = next;
      return settings;
    },
    samples_list: () => [
      {
        name: 'kettle',
        description: 'A kettle that boils, in JavaScript',
        runtime: 'quickjs',
        available: true,
      },
      {
        name: 'hello-python',
        description: 'Says hello and counts its calls',
        runtime: 'python3.11',
        available: true,
      },
    ],
    functions_list: ({ filter }) => ({
      functions: rows().filter((row) =>
        `${row.function.name} ${row.function.configuration.runtime}`.includes(filter.toLowerCase()),
      ),
      total: functions.size,
    }),
    function_get: ({ name }) => {
      const of = one(name);
      const row = rows().find((candidate) => candidate.function.name === name);
      return {
        summary: row ?? summary(of, [], 0),
        arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        versions: [
          {
            functionId: of.id,
            version: of.version,
            configuration: of.configuration,
            code: of.code,
            deployedUs: of.deployedUs,
            cause: 'deploy',
          },
        ],
        typicalReceipt: receipt(3, of.configuration.memoryMb),
        durationHistogram: [1, 2, 4, 8, 16, 32, 64].map((ms, index) => [
          ms,
          [4, 60, 110, 40, 12, 3, 0][index] ?? 0,
          [0, 0, 0, 0, 3, 6, 1][index] ?? 0,
        ]),
      };
    },
    deploy_inspect: () => ({
      name: 'hello-python',
      runtime: 'python3.11',
      runtimeReason: 'app.py',
      handler: 'app.handler',
      handlerReason: 'app.py defines handler',
      files: 2,
      sizeBytes: 2_048,
      highlights: [['app.py', 'the handler']],
      problems: [],
      engineAvailable: true,
    }),
    deploy: ({ name }) => {
      const of = fakeFunction(name ?? 'hello-python');
      functions.set(of.name, of);
      servers.set(of.name, []);
      emit({ kind: 'functions_changed', name: of.name });
      return {
        function: of,
        detected: detectedAs(of.name),
        created: true,
        suggestedEvent: '{\n  "name": "Ada"\n}',
      };
    },
    function_delete: ({ name }) => {
      functions.delete(name);
      emit({ kind: 'functions_changed', name });
      return {};
    },
    function_restore: ({ name }) => {
      const of = fakeFunction(name);
      functions.set(name, of);
      emit({ kind: 'functions_changed', name });
      return of;
    },
    function_configure: ({ name, memoryMb, timeoutS }) => {
      const of = one(name);
      const next = {
        ...of,
        version: of.version + 1,
        configuration: {
          ...of.configuration,
          memoryMb: memoryMb ?? of.configuration.memoryMb,
          timeoutS: timeoutS ?? of.configuration.timeoutS,
        },
      };
      functions.set(name, next);
      emit({ kind: 'functions_changed', name });
      return next;
    },
    function_rollback: ({ name }) => one(name),
    function_reap: () => ({}),
    code_list: () => ({
      files: [
        { path: 'app.py', sizeBytes: 120, editable: true },
        { path: 'requirements.txt', sizeBytes: 9, editable: true },
      ],
      handlerFile: 'app.py',
    }),
    code_read: ({ path }) => ({
      path,
      text:
        path === 'app.py'
          ? 'calls = 0\n\ndef handler(event, context):\n    global calls\n    calls += 1\n    return {"hello": event.get("name"), "calls": calls}\n'
          : 'requests\n',
    }),
    code_save: ({ name }) => one(name),
    invoke: ({ name, requestId }) => {
      const of = one(name);
      const invocation = fakeInvocation(of, { requestId: requestId ?? uuid() });
      invocations.unshift(invocation);
      emit({ kind: 'invocation_finished', invocation });
      return {
        requestId: invocation.requestId,
        payload: { hello: 'Ada', calls: 4 },
        functionError: null,
        logTail: 'hello Ada\n',
        coldStart: false,
        phases: invocation.phases,
        environmentId: null,
        billedMs: 3,
        receipt: receipt(3, 128),
        invocation,
        explanation: null,
      };
    },
    invoke_cancel: () => ({}),
    invoke_send: ({ count }) => ({ requestIds: Array.from({ length: count }, uuid) }),
    events_library: () => [
      { id: 'empty', title: 'Empty object', service: 'Plain', body: '{}' },
      { id: 's3-put', title: 'Object created', service: 'S3', body: '{\n  "Records": []\n}' },
    ],
    events_saved: ({ name }) => [{ function: name, name: 'ada', body: '{"name":"Ada"}' }],
    event_save: () => ({}),
    event_delete: () => ({}),
    invocations_list: ({ function: name, limit }) => {
      const found = invocations.filter((invocation) => name === null || invocation.functionName === name);
      return { invocations: found.slice(0, limit ?? 200), next: null, total: found.length };
    },
    invocation_get: ({ requestId }) => {
      const invocation = invocations.find((candidate) => candidate.requestId === requestId);
      if (!invocation)
        throw { code: 'not_found', message: `no invocation ${requestId}`, hint: null, detail: null };
      const of = one(invocation.functionName);
      return {
        invocation,
        event: '{"name":"Ada"}',
        response: '{"hello":"Ada","calls":4}',
        truncated: false,
        receipt: receipt(invocation.billedMs, invocation.memoryMb),
        logs: [
          line(of, `START RequestId: ${requestId}`, { origin: 'platform', requestId }),
          line(of, 'hello Ada', { requestId }),
          line(of, 'no cup on the table', { level: 'warn', requestId }),
        ],
        logCount: 3,
        explanation: null,
      };
    },
    logs_list: () => ({
      lines: [...functions.values()].slice(0, 1).map((of) => line(of, 'hello Ada')),
      older: null,
      newest: null,
    }),
    environments_list: () => [...servers.values()].flat(),
    environment_reap: () => ({}),
    lanes_snapshot: () =>
      ({
        nowUs: us(),
        environments: [...servers.values()].flat(),
        transitions: [],
        invocations,
        total: invocations.length,
        truncated: false,
        limit: 20,
      }) as never,
  };

  const calls: FakeHost['calls'] = [];
  const saved: FakeHost['saved'] = [];
  return {
    kind: 'fake',
    calls,
    saved,
    emit,
    answer: (command, handler) => {
      (overridden as Record<string, unknown>)[command] = handler;
    },
    async call(command, request) {
      calls.push({ command, request });
      const handler = (overridden[command] ?? handlers[command]) as ((request: unknown) => never) | undefined;
      if (!handler)
        throw {
          code: 'internal',
          message: `the fake host does not know ${command}`,
          hint: null,
          detail: null,
        };
      return await handler(request);
    },
    raw: async (command, request) =>
      command === 'series'
        ? seriesBytes(request as SeriesQuery)
        : (new TextEncoder().encode('name\n').buffer as ArrayBuffer),
    events(onBatch, state) {
      listeners.add(onBatch);
      state(true);
      return () => listeners.delete(onBatch);
    },
    pickFolder: async () => ({
      source: { kind: 'path', path: '/home/me/hello-python' },
      label: 'hello-python',
    }),
    dropped: async () => ({ source: { kind: 'path', path: '/home/me/hello-python' }, label: 'hello-python' }),
    onDrop: () => () => {},
    saveFile: async (name, bytes) => {
      saved.push({ name, bytes });
      return true;
    },
  };
}

function initialNames(): string[] {
  return new URLSearchParams(location.search).get('functions') === 'none'
    ? []
    : ['hello-python', 'kettle', 'resize-thumbnail'];
}

function detectedAs(name: string): Answer<'deploy_inspect'> {
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
function seriesBytes({ fromUs, toUs, grain }: SeriesQuery): ArrayBuffer {
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
