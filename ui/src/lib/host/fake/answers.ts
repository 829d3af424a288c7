/** What the invented host answers to each command. Must not know transports. */
import type { Environment } from '$lib/api/generated/Environment';
import type { FunctionRecord } from '$lib/api/generated/FunctionRecord';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { LogLine } from '$lib/api/generated/LogLine';
import type { Settings } from '$lib/api/generated/Settings';
import type { Answer, JsonCommand, Request } from '../host';
import { brakeAnswers } from './brake';
import { detectedAs, fakeFunction, fakeInvocation, receipt, summary, us, uuid } from './things';

export type Handlers = { [C in JsonCommand]?: (request: Request<C>) => Answer<C> | Promise<Answer<C>> };

/** What the invented host holds. */
export interface World {
  readonly functions: Map<string, FunctionRecord>;
  readonly servers: Map<string, Environment[]>;
  readonly invocations: Invocation[];
  settings: Settings;
  emit(...events: HearthEvent[]): void;
}

export function answers(world: World): Handlers {
  const { functions, servers, invocations, emit } = world;
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
  return {
    ...brakeAnswers(),
    demo_status: () => ({
      state: 'off',
      percent: 0,
      calls: 0,
      functions: 0,
      seed: 0,
      fromUs: null,
      madeUs: null,
    }),
    app_info: () => ({
      version: '0.1.0',
      ownerPid: 1_234,
      dataDir: '/home/me/.local/share/hearth',
      nowUs: us(),
      priceRegion: world.settings.priceRegion,
      priceRegions: ['eu-west-1', 'us-east-1'],
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
    settings_get: () => world.settings,
    settings_set: (next) => {
      world.settings = next;
      return next;
    },
    runtime_pace: ({ speed }) => ({
      speed,
      keepAliveUs: world.settings.keepAliveUs / speed,
      untilUs: speed === 1 ? null : us() + 30e6,
    }),
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
      ofAccounts: [],
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
    events_folder: () => ({ folder: null, events: [], more: 0, problem: null }),
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
}
