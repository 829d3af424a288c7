import { describe, expect, it } from 'vitest';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { fakeBrake } from '$lib/host/fake/brake';
import { brake } from './brake.svelte';
import { live } from './live.svelte';
import { overlays } from './overlays.svelte';

const kettle = {
  function: 'kettle',
  formerConcurrency: 7,
  sinceUs: 1,
  by: 'brake',
  reason: 'kettle spent its budget',
};

describe('the brake', () => {
  it('lets go of all that it holds with one call', async () => {
    const fake = host() as FakeHost;
    fake.answer('brake_status', () => ({ ...fakeBrake(), held: [kettle] }));
    brake.status.point({});
    await brake.status.refresh();
    await brake.release();
    expect(fake.calls).toContainEqual({ command: 'brake_release', request: { functions: ['kettle'] } });
    expect(brake.status.data?.held).toEqual([]);
    expect(overlays.toasts.at(-1)?.text).toBe('Released kettle');
  });

  it('asks nothing of Hearth when it holds nothing', async () => {
    const fake = host() as FakeHost;
    brake.status.data = fakeBrake();
    await brake.release();
    expect(fake.calls.map((one) => one.command)).not.toContain('brake_release');
  });

  it('tells alerts as they come', () => {
    const stop = brake.start();
    live.receive({
      events: [
        { kind: 'budget_alert', title: '80 % of a budget is spent', text: 'All of it.', urgent: false },
      ],
      lagged: false,
    });
    expect(overlays.toasts.at(-1)).toMatchObject({ text: '80 % of a budget is spent', detail: 'All of it.' });
    stop();
  });

  it('says why a budget was refused', async () => {
    const fake = host() as FakeHost;
    fake.answer('budget_set', () => {
      throw { code: 'invalid_input', message: '`x` cannot be a budget', hint: null, detail: null };
    });
    const request = { scope: { kind: 'all' } as const, amountUsd: 'x', alerts: [] };
    const error = await brake.change(fake.call('budget_set', request));
    expect(error?.message).toBe('`x` cannot be a budget');
  });
});
