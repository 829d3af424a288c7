import { describe, expect, it } from 'vitest';
import { isAlive, LIMITS, segmentAt, StageModel, stateAt } from './model';
import { born, changed, environment, finished, invocation, snapshot, started } from './testing';

const S = 1_000_000;

function model(...events: Parameters<StageModel['apply']>[0][]): StageModel {
  const made = new StageModel('f1');
  made.load(snapshot({ nowUs: 0, limit: 2 }));
  for (const event of events) made.apply(event);
  return made;
}

it('says how many calls a snapshot had no room for', () => {
  const made = new StageModel('f1');
  made.load({ ...snapshot({ invocations: [invocation('r1', 1)] }), total: 14_000, truncated: true });
  expect(made.leftOut).toBe(13_999);
  made.load(snapshot());
  expect(made.leftOut).toBe(0);
});

describe('segments', () => {
  it('turns transitions into stretches that meet', () => {
    const one = environment(1, 1);
    const made = model(...born(one, 'r1', 1, 0.5, 0.25));
    expect(
      made.server('env-1')?.segments.map((s) => [s.state, s.fromUs / S, s.toUs === null ? null : s.toUs / S]),
    ).toEqual([
      ['init', 1, 1.5],
      ['warm', 1.5, 1.5],
      ['busy', 1.5, 1.75],
      ['warm', 1.75, 1.75],
      ['frozen', 1.75, null],
    ]);
  });

  it('changes nothing when an event comes twice or is in the snapshot too', () => {
    const one = environment(1, 1);
    const events = born(one, 'r1', 1, 0.5, 0.25);
    const made = model(...events);
    const before = JSON.stringify([made.servers, made.requests]);
    for (const event of events) made.apply(event);
    made.load(snapshot({ limit: 2, invocations: [] }));
    expect(JSON.stringify([made.servers, made.requests])).toBe(before);
  });

  it('puts a late transition in its place', () => {
    const one = environment(1, 1);
    const made = model(
      changed(one, 1, 'init', 'r1'),
      changed(one, 3, 'frozen'),
      changed(one, 2, 'busy', 'r1'),
    );
    expect(made.server('env-1')?.segments.map((s) => s.state)).toEqual(['init', 'busy', 'frozen']);
    expect(stateAt(made.servers[0]!, 2.5 * S)).toBe('busy');
  });

  it('says what a server did at an instant, and nothing before its birth', () => {
    const one = environment(1, 1);
    const made = model(...born(one, 'r1', 1, 0.5, 0.25), changed(one, 9, 'reaped'));
    const server = made.servers[0]!;
    expect(stateAt(server, 0.9 * S)).toBeNull();
    expect(stateAt(server, 1.2 * S)).toBe('init');
    expect(segmentAt(server, 1.6 * S)?.requestId).toBe('r1');
    expect(isAlive(server, 8.9 * S)).toBe(true);
    expect(isAlive(server, 9 * S)).toBe(false);
  });
});

describe('rows', () => {
  it('gives the lowest row whose server died at least 1.2 s before', () => {
    const made = model(
      changed(environment(1, 1), 1, 'init'),
      changed(environment(1, 1), 2, 'reaped'),
      changed(environment(2, 2.5), 2.5, 'init'),
      changed(environment(3, 4), 4, 'init'),
    );
    expect(made.servers.map((server) => server.row)).toEqual([0, 1, 0]);
  });

  it('takes a row at once when rows run out, so that rows never exceed the limit', () => {
    const made = model(
      changed(environment(1, 1), 1, 'init'),
      changed(environment(2, 1), 1, 'init'),
      changed(environment(1, 1), 2, 'failed'),
      changed(environment(3, 2.1), 2.1, 'init'),
    );
    expect(made.servers.map((server) => server.row)).toEqual([0, 1, 0]);
    expect(made.rows).toBe(2);
  });
});

describe('requests', () => {
  it('numbers requests in the order in which they arrived and ties them to their servers', () => {
    const made = model(started('a', 1), started('b', 2), ...born(environment(1, 2), 'b', 2, 0.1, 0.1));
    expect(made.requests.map((request) => [request.number, request.id, request.environmentId])).toEqual([
      [1, 'a', null],
      [2, 'b', 'env-1'],
    ]);
    expect(made.request('b')).toMatchObject({
      start: 'cold',
      startUs: 2.1 * S,
      endUs: 2.2 * S,
      outcome: 'succeeded',
    });
  });

  it('prices a call with the rates of the snapshot and keeps start-up apart', () => {
    const made = model(...born(environment(1, 1), 'r1', 1, 0.4, 0.6));
    const request = made.request('r1')!;
    expect(request.costUsd).toBeCloseTo(0.0000002 + 0.0000166667 * 0.5 * 1, 12);
    expect(request.initCostUsd).toBeCloseTo(0.0000166667 * 0.5 * 0.4, 12);
  });

  it('prices a refused call at nothing', () => {
    const made = model(finished('r1', 1, { outcome: 'throttled', start: 'none', billedMs: 0 }));
    expect(made.request('r1')).toMatchObject({ outcome: 'throttled', costUsd: 0 });
  });

  it('ignores other functions', () => {
    const made = model();
    const other = { ...invocation('x', 1), functionId: 'f2' };
    expect(made.apply({ kind: 'invocation_finished', invocation: other })).toBe(false);
    expect(made.requests).toHaveLength(0);
  });
});

describe('bounds', () => {
  it('forgets old calls but keeps their sums', () => {
    const made = model();
    for (let n = 0; n < LIMITS.requests + 500; n++) made.apply(finished(`r${n}`, n));
    expect(made.requests.length).toBeLessThanOrEqual(LIMITS.requests);
    expect(made.requests.length + made.dropped.requests).toBe(LIMITS.requests + 500);
    expect(made.dropped.costUsd).toBeGreaterThan(0);
    expect(made.requests.at(-1)?.number).toBe(LIMITS.requests + 500);
  });

  it('clears what ended and starts to count again; living servers stay', () => {
    const one = environment(1, 1);
    const two = environment(2, 1);
    const made = model(
      ...born(one, 'a', 1, 0.1, 0.1),
      ...born(two, 'b', 1, 0.1, 0.1),
      changed(one, 3, 'reaped'),
    );
    made.clear(5 * S);
    expect(made.servers.map((server) => server.id)).toEqual(['env-2']);
    expect(made.requests).toHaveLength(0);
    made.apply(started('c', 6));
    expect(made.request('c')?.number).toBe(1);
    made.apply(finished('a', 1));
    expect(made.request('a'), 'what was cleared stays cleared').toBeUndefined();
  });
});

describe('activity', () => {
  it('moves while a server works and rests when all are frozen', () => {
    const made = model(...born(environment(1, 1), 'r1', 1, 0.5, 0.25));
    expect(made.isActive(1.2 * S)).toBe(true);
    expect(made.isActive(1.6 * S)).toBe(true);
    expect(made.isActive(2 * S)).toBe(false);
  });

  it('tells the earliest change once', () => {
    const made = model();
    made.takeTouched();
    made.apply(started('a', 4));
    made.apply(started('b', 3));
    expect(made.takeTouched()).toBe(3 * S);
    expect(made.takeTouched()).toBe(Number.POSITIVE_INFINITY);
  });
});
