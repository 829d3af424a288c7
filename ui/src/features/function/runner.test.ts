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
    expect(runner.error?.message).toContain('not JSON');
    expect((host() as FakeHost).calls).toEqual([]);
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
