import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { UnfinishedChange } from '$lib/api/generated/UnfinishedChange';
import { useHost } from '$lib/host';
import { fakeHost, type FakeHost } from '$lib/host/fake';
import { live } from './live.svelte';
import { takingBack, unfinished } from './unfinished.svelte';

const one: UnfinishedChange = {
  id: '3f9a01bc',
  account: 'aws:dev',
  accountName: 'dev',
  provider: 'aws',
  region: 'eu-west-1',
  function: 'kettle',
  title: 'Deploy kettle to dev, eu-west-1',
  commandLine: 'hearth deploy /srv/kettle --to dev:eu-west-1 --name kettle',
  isDeploy: true,
  folder: '/srv/kettle',
  begunUs: 1,
  calls: [{ operation: 'iam:CreateRole', canBeTakenBack: true }],
};

describe('unfinished changes', () => {
  let host: FakeHost;
  let left: UnfinishedChange[];
  beforeEach(() => {
    host = fakeHost([]);
    useHost(host);
    left = [one];
    host.answer('unfinished_list', () => left);
    host.answer('unfinished_forget', ({ id }) => {
      left = left.filter((other) => other.id !== id);
      return {};
    });
  });

  it('are known anew when a change in an account has ended, and closed when none is left', async () => {
    const stop = unfinished.start();
    await vi.waitFor(() => expect(unfinished.all).toEqual([one]));
    unfinished.open();
    left = [one, { ...one, id: '00aa11bb' }];
    live.receive({ events: [{ kind: 'accounts_changed' }], lagged: false });
    await vi.waitFor(() => expect(unfinished.all.length).toBe(2));
    await unfinished.forget(one);
    expect(unfinished.shown, 'another one is left').toBe(true);
    const last = unfinished.all[0];
    if (last) await unfinished.forget(last);
    expect(unfinished.all).toEqual([]);
    expect(unfinished.shown).toBe(false);
    stop();
  });

  it('are taken back where they were begun', () => {
    expect(takingBack(one)).toEqual({
      account: 'aws:dev',
      region: 'eu-west-1',
      name: 'kettle',
      change: { kind: 'take_back', unfinished: '3f9a01bc' },
    });
  });
});
