import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { clouds } from '$lib/state/clouds.svelte';
import { live } from '$lib/state/live.svelte';
import { Change, making } from './change.svelte';
import { fakeAccount, fakeReview, unlocked } from './fake';

const request: CloudChangeRequest = {
  account: 'aws:dev',
  region: null,
  name: 'tea',
  change: { kind: 'delete', logs: false },
};
const fake = () => host() as FakeHost;
/** The id that the change which was begun last goes by. */
const id = (): string => {
  const begun = fake().calls.findLast((one) => one.command === 'cloud_apply');
  return (begun?.request as { changeId?: string } | undefined)?.changeId ?? '';
};
const step = (number: number, done: boolean, part: object = {}): HearthEvent => ({
  kind: 'cloud_step',
  changeId: id(),
  account: 'aws:dev',
  function: 'tea',
  number,
  of: 2,
  operation: 'x',
  state: done ? 'done' : 'begun',
  atUs: number * 1_000 + (done ? 400 : 0),
  ...part,
});
const tell = (...events: HearthEvent[]) => live.receive({ events, lagged: false });
const states = (change: Change) => change.calls.map((one) => one.state);

/** What `cloud_apply` answers, when the test says so. */
function held() {
  let settle: { done: () => void; failed: (error: object) => void } | undefined;
  const answer = new Promise<never>((done, failed) => {
    settle = { done: () => done({ function: null, results: [] } as never), failed };
  });
  fake().answer('cloud_apply', () => answer);
  return { done: () => settle?.done(), failed: (error: object) => settle?.failed(error) };
}
const planChanged = { code: 'plan_changed', message: 'not begun', hint: null, detail: null };

async function seen(account: AccountInfo = fakeAccount('dev', unlocked())): Promise<Change> {
  fake().answer('cloud_review', (wanted) => fakeReview(account, wanted));
  const change = new Change();
  await change.look(request);
  return change;
}

beforeEach(() => {
  fake().answer('accounts_list', () => ({ accounts: [], lookedIn: [], nowUs: 0 }));
});
afterEach(() => expect([...making], 'no change is left as going on').toEqual([]));

describe('a change in an account', () => {
  it('is reviewed first, and made with the digest of what was seen', async () => {
    const change = await seen();
    expect(change.phase).toBe('review');
    expect(fake().calls.map((one) => one.command)).not.toContain('cloud_apply');
    const answer = held();
    const made = change.apply();
    expect(change.phase).toBe('making');
    expect([...making]).toEqual(['Deploy tea to dev, eu-west-1']);
    answer.done();
    expect(await made).toBe(true);
    expect(fake().calls.at(-1)).toMatchObject({
      command: 'cloud_apply',
      request: { digest: 'd1', ...request },
    });
    expect(states(change)).toEqual(['made', 'made']);
  });

  it('shows each call as it goes by, and hears nobody else', async () => {
    const change = await seen();
    const answer = held();
    const made = change.apply();
    tell(step(1, false));
    expect(states(change)).toEqual(['calling', 'waiting']);
    tell(step(1, true), step(2, false, { changeId: 'other' }), step(2, true, { changeId: 'other' }));
    expect(states(change)).toEqual(['made', 'waiting']);
    expect(change.made).toBe(1);
    expect(change.calls[0]?.tookUs).toBe(400);
    answer.done();
    await made;
    tell(step(2, false), step(2, true));
    expect(change.calls[1], 'the last step may come after the answer').toMatchObject({
      state: 'made',
      tookUs: 400,
    });
    tell(step(1, false));
    expect(states(change), 'what comes later is of another change').toEqual(['made', 'made']);
  });

  it('is not made while the account is read-only or lacks a permission', async () => {
    const locked = await seen(fakeAccount('dev'));
    expect(locked.why).toBe('dev is read-only');
    expect(await locked.apply()).toBe(false);
    const denied = await seen();
    const review = denied.review;
    if (!review) throw new Error('there is a review');
    const calls = review.review.calls.map((one) => ({ ...one, may: 'denied' as const }));
    denied.review = { ...review, review: { ...review.review, calls } };
    expect(denied.why).toMatch(/lacks a permission/);
    expect(fake().calls.map((one) => one.command)).not.toContain('cloud_apply');
  });

  it('asks to look again when the plan became another one before the first call', async () => {
    const change = await seen();
    const answer = held();
    const made = change.apply();
    tell(step(1, false), step(1, true));
    answer.failed(planChanged);
    expect(await made).toBe(false);
    expect(change).toMatchObject({ phase: 'failed', outdated: true });
    expect(states(change), 'nothing was done').toEqual(['waiting', 'waiting']);
    expect(change.why).toMatch(/review again/);
    await change.again();
    expect(change).toMatchObject({ phase: 'review', outdated: false, error: null, beganMs: null });
  });

  it('says which call failed; a conflict on the way is no changed plan', async () => {
    const change = await seen();
    const answer = held();
    const made = change.apply();
    tell(step(1, false), step(1, true), step(2, false));
    answer.failed({ ...planChanged, code: 'conflict', message: 'the function is being updated' });
    await made;
    expect(states(change)).toEqual(['made', 'failed']);
    expect(change.outdated).toBe(false);
    expect(change.error?.message).toBe('the function is being updated');
  });

  it('that was begun is not forgotten before it ends', async () => {
    const change = await seen();
    const answer = held();
    const made = change.apply();
    change.reset();
    expect(change.phase).toBe('making');
    answer.done();
    await made;
    expect(change.phase).toBe('done');
  });

  it('is cancelled by its own id, shows what is taken back, and is not made again before a look', async () => {
    const change = await seen();
    await change.cancel();
    expect(fake().calls.map((one) => one.command)).not.toContain('cloud_change_cancel');
    const answer = held();
    fake().answer('cloud_change_cancel', () => ({}));
    const made = change.apply();
    tell(step(1, false), step(1, true), step(2, false));
    const mine = id();
    await change.cancel();
    await change.cancel();
    expect(fake().calls.filter((one) => one.command === 'cloud_change_cancel')).toEqual([
      { command: 'cloud_change_cancel', request: { changeId: mine } },
    ]);
    expect(change).toMatchObject({ phase: 'making', cancelling: true });
    tell(step(2, false, { state: 'taking_back' }));
    expect(states(change)).toEqual(['made', 'taking_back']);
    tell(step(2, false, { state: 'taken_back' }), step(1, false, { state: 'stays' }));
    answer.failed({ ...planChanged, code: 'cancelled', message: 'these calls stay in force: x' });
    expect(await made).toBe(false);
    expect(change).toMatchObject({ phase: 'failed', cancelled: true, cancelling: false });
    expect(states(change)).toEqual(['stays', 'taken_back']);
    expect(change.why).toMatch(/review again/);
    await change.again();
    expect(change).toMatchObject({ phase: 'review', cancelled: false, beganMs: null });
  });

  it('knows that the account was unlocked after the review', async () => {
    const change = await seen(fakeAccount('dev'));
    fake().answer('accounts_list', () => ({
      accounts: [fakeAccount('dev', unlocked())],
      lookedIn: [],
      nowUs: Date.now() * 1_000,
    }));
    clouds.accounts.point({});
    await clouds.accounts.refresh();
    expect(change.why).toBeNull();
  });
});
