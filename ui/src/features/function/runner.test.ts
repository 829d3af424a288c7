import { describe, expect, it, vi } from 'vitest';
import type { InvocationDetail } from '$lib/api/generated/InvocationDetail';
import type { LogLine } from '$lib/api/generated/LogLine';
import type { Outcome } from '$lib/api/generated/Outcome';
import { host, type Answer, type Request } from '$lib/host';
import { fakeFunction, fakeInvocation, type FakeHost } from '$lib/host/fake';
import { live } from '$lib/state/live.svelte';
import { Runner } from './runner.svelte';

describe('a run', () => {
  it('shows the answer, its price and its log lines', async () => {
    const runner = new Runner(() => 'kettle');
    await runner.run('{"name":"Ada"}', false);
    expect(runner.error).toBeNull();
    expect(JSON.parse(runner.shown?.text ?? '')).toEqual({ hello: 'Ada', calls: 4 });
    expect(runner.shown?.detail?.logs).toHaveLength(3);
    expect(runner.running).toBeNull();
  });

  it('shows lines that come after its answer', async () => {
    const fake = host() as FakeHost;
    const runner = new Runner(() => 'kettle');
    await runner.run('{}', false);
    const before = runner.shown?.detail;
    const requestId = runner.shown?.requestId ?? '';
    const line = before?.logs[0];
    if (!before || !line) throw new Error('a run of the fake host has lines');
    fake.answer('invocation_get', () => ({ ...before, logs: [...before.logs, line], logCount: 4 }));
    const stop = runner.follow();
    live.receive({
      events: [{ kind: 'logged', lines: [{ ...line, requestId: 'of another call' }] }],
      lagged: false,
    });
    live.receive({ events: [{ kind: 'logged', lines: [{ ...line, requestId }] }], lagged: false });
    await vi.waitFor(() => expect(runner.shown?.detail?.logs).toHaveLength(4));
    expect(fake.calls.filter((call) => call.command === 'invocation_get')).toHaveLength(2);
    stop();
  });

  it('does not send an event that is not JSON, and says why', async () => {
    const runner = new Runner(() => 'kettle');
    await runner.run('{oops', false);
    expect(runner.error?.message).toContain('not JSON: line 1, column 2');
    expect((host() as FakeHost).calls).toEqual([]);
  });

  it('leaves nothing of the run before under what is wrong now', async () => {
    const runner = new Runner(() => 'kettle');
    await runner.run('{}', false);
    expect(runner.shown).not.toBeNull();
    await runner.run('{oops', false);
    expect(runner.shown).toBeNull();
    (host() as FakeHost).answer('invoke', () => {
      throw { code: 'internal', message: 'no', hint: null, detail: null };
    });
    await runner.run('{}', false);
    expect(runner.error?.message).toBe('no');
    expect(runner.shown).toBeNull();
  });

  it('greets with the newest run, but never in the place of one that was asked for', async () => {
    const runner = new Runner(() => 'kettle');
    const other = new Runner(() => 'kettle');
    await other.run('{"a":1}', false);
    const id = other.shown?.requestId ?? '';
    expect(await runner.greet(id)).not.toBeNull();
    expect(runner.shown?.requestId).toBe(id);
    await runner.run('{}', false);
    const own = runner.shown?.requestId;
    await runner.greet(id);
    expect(runner.shown?.requestId).toBe(own);
  });

  /** A host whose run goes on until it is told to end. */
  function held(): { fake: FakeHost; end: (how: 'well' | 'lost') => void } {
    const fake = host() as FakeHost;
    let settle: (how: 'well' | 'lost') => void = () => {};
    const known = answers();
    fake.answer('invoke', (request) => {
      return new Promise((resolve, reject) => {
        settle = (how) =>
          how === 'well'
            ? resolve(known(request))
            : reject({
                code: 'internal',
                message: 'Hearth does not answer',
                hint: null,
                detail: null,
                unanswered: true,
              });
      });
    });
    return { fake, end: (how) => settle(how) };
  }
  const answers = () => (request: Request<'invoke'>) => {
    const invocation = fakeInvocation(fakeFunction('kettle'), { requestId: request.requestId ?? '' });
    return { requestId: invocation.requestId, payload: 'done', invocation } as Answer<'invoke'>;
  };
  const lineOf = (requestId: string, text: string): LogLine => ({
    atUs: 1,
    functionId: 'f',
    environmentId: 'e',
    requestId,
    origin: 'function',
    level: 'info',
    text,
  });

  it('shows its lines while it goes on, and nothing of the run before once it takes a while', async () => {
    const { fake, end } = held();
    fake.answer('invocation_get', () => ({ logs: [], logCount: 0 }) as unknown as InvocationDetail);
    const runner = new Runner(() => 'kettle');
    const stop = runner.follow();
    const going = runner.run('{}', false);
    expect(runner.slow).toBe(false);
    const lines = [lineOf(runner.running ?? '', 'tick 0'), lineOf('another', 'not mine')];
    live.receive({ events: [{ kind: 'logged', lines }], lagged: false });
    expect(runner.lines.map((line) => line.text)).toEqual(['tick 0']);
    await vi.waitFor(() => expect(runner.slow).toBe(true));
    end('well');
    await going;
    expect(runner.slow).toBe(false);
    expect(runner.shown?.text).toBe('"done"');
    stop();
  });

  it('takes up a run that goes on already, and can cancel it', async () => {
    const fake = host() as FakeHost;
    const run = fakeInvocation(fakeFunction('kettle'), { requestId: 'r-1', outcome: 'running' });
    const kept = { event: null, response: '"late"', truncated: false, receipt: null, explanation: null };
    let outcome: Outcome = 'running';
    fake.answer(
      'invocation_get',
      () =>
        ({
          ...kept,
          invocation: { ...run, outcome },
          logs: [lineOf('r-1', 'tick 0')],
          logCount: 1,
        }) as unknown as InvocationDetail,
    );
    const runner = new Runner(() => 'kettle');
    const stop = runner.follow();
    await runner.adopt(run);
    expect(runner.running).toBe('r-1');
    expect(runner.slow).toBe(true);
    expect(runner.lines).toHaveLength(1);
    await runner.cancel();
    expect(fake.calls).toContainEqual({ command: 'invoke_cancel', request: { requestId: 'r-1' } });
    outcome = 'cancelled';
    live.receive({
      events: [{ kind: 'invocation_finished', invocation: { ...run, outcome } }],
      lagged: false,
    });
    await vi.waitFor(() => expect(runner.running).toBeNull());
    expect(runner.shown?.text).toBe('"late"');
    // A list that is a moment old does not bring it back.
    await runner.adopt(run);
    expect(runner.running).toBeNull();
    stop();
  });

  it('does not say that it did not run when nobody answered, and finds out later', async () => {
    const { fake, end } = held();
    const runner = new Runner(() => 'kettle');
    const going = runner.run('{}', false);
    const id = runner.running ?? '';
    end('lost');
    await going;
    expect(runner.unknown).toBe(id);
    fake.answer('invocation_get', () => {
      throw {
        code: 'internal',
        message: 'Hearth does not answer',
        hint: null,
        detail: null,
        unanswered: true,
      };
    });
    await runner.lookUp();
    expect(runner.unknown, 'still').toBe(id);
    const invocation = fakeInvocation(fakeFunction('kettle'), { requestId: id });
    fake.answer(
      'invocation_get',
      () => ({ invocation, response: '"ran"', logs: [], logCount: 0 }) as unknown as InvocationDetail,
    );
    await runner.lookUp();
    expect(runner.unknown).toBeNull();
    expect(runner.error).toBeNull();
    expect(runner.shown?.text).toBe('"ran"');
  });

  it('says that a run never arrived when Hearth knows nothing of it', async () => {
    const { fake, end } = held();
    const runner = new Runner(() => 'kettle');
    const going = runner.run('{}', false);
    end('lost');
    await going;
    fake.answer('invocation_get', () => {
      throw { code: 'not_found', message: 'there is no call', hint: null, detail: null };
    });
    await runner.lookUp();
    expect(runner.unknown).toBeNull();
    expect(runner.error?.message).toBe('Hearth never got this run');
  });

  it('cancels by the id it chose itself', async () => {
    const fake = host() as FakeHost;
    let answer: () => void = () => {};
    fake.answer(
      'invoke',
      () =>
        new Promise(
          (_, reject) =>
            (answer = () => reject({ code: 'internal', message: 'cancelled', hint: null, detail: null })),
        ),
    );
    const runner = new Runner(() => 'kettle');
    const going = runner.run('{}', false);
    const id = runner.running;
    await runner.cancel();
    answer();
    await going;
    expect(fake.calls).toContainEqual({ command: 'invoke_cancel', request: { requestId: id } });
    expect(runner.running).toBeNull();
  });
});
