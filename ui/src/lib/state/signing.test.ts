import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SigningIn } from '$lib/api/generated/SigningIn';
import { useHost } from '$lib/host';
import { fakeHost, type FakeHost } from '$lib/host/fake';
import { live } from './live.svelte';
import { signing } from './signing.svelte';

function one(step: SigningIn['step'], beganUs = 1): SigningIn {
  return {
    account: 'aws:corp',
    name: 'corp',
    provider: 'aws',
    flow: { kind: 'page', start: 'https://corp.awsapps.com/start' },
    step,
    beganUs,
    lines: [],
  };
}

describe('signing in', () => {
  let host: FakeHost;
  let now: SigningIn;
  beforeEach(() => {
    host = fakeHost([]);
    useHost(host);
    now = one({ kind: 'beginning' });
    host.answer('sign_in_begin', () => now);
    host.answer('sign_ins_list', () => [now]);
    host.answer('sign_in_cancel', () => (now = one({ kind: 'cancelled' })));
    host.answer('accounts_list', () => ({ accounts: [], lookedIn: [], nowUs: 0 }));
  });

  it('does what waited once, when the sign-in that it waited for is done', async () => {
    const stop = signing.start();
    const then = vi.fn();
    await signing.begin('aws:corp', then);
    expect(signing.shown?.one?.step.kind).toBe('beginning');
    now = one({ kind: 'done' }, 0);
    live.receive({ events: [{ kind: 'sign_in_changed' }], lagged: false });
    await vi.waitFor(() => expect(signing.of('aws:corp')?.beganUs).toBe(0));
    expect(then, 'an older one is not what it waits for').not.toHaveBeenCalled();
    now = one({ kind: 'done' });
    live.receive({ events: [{ kind: 'sign_in_changed' }, { kind: 'sign_in_changed' }], lagged: false });
    await vi.waitFor(() => expect(then).toHaveBeenCalledTimes(1));
    expect(signing.shown).toBeNull();
    live.receive({ events: [{ kind: 'sign_in_changed' }], lagged: false });
    await Promise.resolve();
    expect(then).toHaveBeenCalledTimes(1);
    stop();
  });

  it('keeps what waits when it failed and is begun again, and forgets it when it is cancelled', async () => {
    const then = vi.fn();
    await signing.begin('aws:corp', then);
    now = one({ kind: 'failed', error: { code: 'sign_in', message: 'refused', hint: null, detail: null } });
    await signing.begin('aws:corp');
    now = one({ kind: 'beginning' }, 2);
    await signing.begin('aws:corp');
    now = one({ kind: 'done' }, 2);
    await signing.begin('aws:corp');
    await vi.waitFor(() => expect(then).toHaveBeenCalledTimes(1));

    now = one({ kind: 'beginning' }, 3);
    await signing.begin('aws:corp', then);
    await signing.cancel('aws:corp');
    expect(host.calls.some((called) => called.command === 'sign_in_cancel')).toBe(true);
    now = one({ kind: 'done' }, 3);
    await signing.begin('aws:corp');
    await vi.waitFor(() => expect(signing.shown).toBeNull());
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('says why one could not be begun', async () => {
    host.answer('sign_in_begin', () => {
      throw { code: 'invalid_input', message: '`keys` has no sign-in', hint: 'Its keys', detail: null };
    });
    await signing.begin('aws:keys');
    expect(signing.error?.message).toContain('has no sign-in');
    signing.close();
    expect(signing.error).toBeNull();
  });
});
