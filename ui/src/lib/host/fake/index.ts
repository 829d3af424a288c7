/** An invented host in memory, for unit tests and for drawing screens with `?host=fake` in development. Never in a build. */
import type { EventBatch } from '$lib/api/generated/EventBatch';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { SeriesQuery } from '$lib/api/generated/SeriesQuery';
import type { Answer, Host, JsonCommand, Request } from '../host';
import { answers, type Handlers, type World } from './answers';
import { fakeFunction, fakeInvocation, fakeServer, seriesBytes, us } from './things';

export { fakeFunction, fakeInvocation, fakeServer } from './things';

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
  const listeners = new Set<(batch: EventBatch) => void>();
  const world: World = {
    functions,
    servers: new Map(
      [...functions.values()].map((of, index) => [
        of.name,
        index === 2 ? [] : [fakeServer(of), fakeServer(of, { number: 2, state: 'warm' })],
      ]),
    ),
    invocations: [...functions.values()].flatMap((of) => [
      fakeInvocation(of),
      fakeInvocation(of, {
        startedUs: us() - 4e6,
        start: 'cold',
        phases: { queueUs: 300, initUs: 21_000, invokeUs: 3_100, freezeUs: 90 },
      }),
    ]),
    settings: {
      keepAliveUs: 300e6,
      freezeAfterUs: 0,
      defaultConcurrency: 20,
      priceRegion: 'us-east-1',
      theme: 'system',
      motion: 'system',
      singleKeys: true,
      rawDays: 90,
      maxLedgerMb: 4096,
      rollupDays: 800,
      keys: {},
      eventsFolder: null,
    },
    emit: (...events) => listeners.forEach((listener) => listener({ events, lagged: false })),
  };
  const { emit } = world;
  const overridden: Handlers = {};
  const handlers = answers(world);
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
      state('open');
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
    openPage: async () => {},
  };
}

function initialNames(): string[] {
  return new URLSearchParams(location.search).get('functions') === 'none'
    ? []
    : ['hello-python', 'kettle', 'resize-thumbnail'];
}
