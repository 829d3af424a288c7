import { describe, expect, it, vi } from 'vitest';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
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
