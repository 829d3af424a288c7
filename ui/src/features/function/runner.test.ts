import { describe, expect, it } from 'vitest';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
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
