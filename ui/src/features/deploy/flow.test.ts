import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { Detected } from '$lib/api/generated/Detected';
import { deploying } from '$lib/deploy/deploy.svelte';
import { host, type Picked } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { fakeAccount, fakeReview, unlocked } from '$lib/review/fake';
import { clouds } from '$lib/state/clouds.svelte';
import { router } from '$lib/state/router.svelte';
import { HERE } from './flow.svelte';
import { flowOf } from './flows';
import { CodeFlow } from './of-code.svelte';

const fake = () => host() as FakeHost;
const folder: Picked = { source: { kind: 'path', path: '/home/me/tea' }, label: 'tea' };
const ofHere: Picked = { source: { kind: 'function', name: 'tea' }, label: 'tea' };
const detected = (part: Partial<Detected> = {}): Detected => ({
  name: 'tea',
  runtime: 'python3.11',
  runtimeReason: 'app.py',
  handler: 'app.handler',
  handlerReason: 'app.py defines handler',
  files: 1,
  sizeBytes: 10,
  highlights: [],
  problems: [],
  engineAvailable: true,
  ...part,
});

async function found(...accounts: AccountInfo[]): Promise<void> {
  const here = fakeAccount('This computer', {}, { id: 'local', signIn: 'local' });
  fake().answer('accounts_list', () => ({
    accounts: [here, ...accounts],
    lookedIn: ['~/.aws/config'],
    nowUs: Date.now() * 1_000,
  }));
  clouds.accounts.point({});
  await clouds.accounts.refresh();
}

beforeEach(() => {
  deploying.reset();
  router.replace('deploy');
});

describe('where a deploy goes', () => {
  it('is this computer unless a person says otherwise, even with one account', async () => {
    await found(fakeAccount('dev'));
    const flow = new CodeFlow(detected(), folder);
    flow.next();
    expect(flow).toMatchObject({ step: 'where', where: HERE, why: null });
    expect(flow.accounts.map((one) => one.account.name)).toEqual(['dev']);
  });

  it('is the only account that it can go to for code that is here already, but never production', async () => {
    await found(fakeAccount('dev'), fakeAccount('old', {}, { state: 'expired' }));
    expect(new CodeFlow(detected(), ofHere)).toMatchObject({ step: 'where', where: 'aws:dev' });
    await found(fakeAccount('shop', { isProduction: true }));
    expect(new CodeFlow(detected(), ofHere)).toMatchObject({ where: null, why: 'Choose where first' });
    await found(fakeAccount('dev'), fakeAccount('test'));
    expect(new CodeFlow(detected(), ofHere).where, 'two are a choice').toBeNull();
  });

  it('is where it was begun once, when it is gone on with', async () => {
    await found(fakeAccount('dev'), fakeAccount('shop', { isProduction: true }));
    const to = { account: 'aws:shop', region: 'eu-west-3', name: 'kettle' };
    const flow = new CodeFlow(detected(), { ...folder, to });
    expect(flow).toMatchObject({ step: 'where', where: 'aws:shop', location: 'eu-west-3' });
    expect(flow.request).toMatchObject({ account: 'aws:shop', region: 'eu-west-3', name: 'kettle' });
    const lacking = new CodeFlow(detected({ handler: null }), { ...folder, to });
    expect(lacking, 'what was not found is asked first').toMatchObject({ step: 'found', name: 'kettle' });
  });

  it('says why an account cannot be chosen', async () => {
    const flow = new CodeFlow(detected(), folder);
    const why = (part: Partial<AccountInfo>, account: Partial<AccountInfo['account']> = {}) =>
      flow.whyNot(fakeAccount('dev', part, account));
    expect(why({}, { state: 'expired' })).toBe('Its sign-in ended');
    expect(why({}, { state: 'missing' })).toBe('Nobody is signed in');
    expect(why({}, { state: 'broken', problem: 'source_profile is not there' })).toMatch(/source_profile/);
    expect(why({ capabilities: ['invoke'] })).toBe('Hearth cannot deploy to AWS yet');
    expect(why({}), 'read-only can be unlocked').toBeNull();
    flow.runtime = 'quickjs';
    expect(why({})).toMatch(/no QuickJS/);
  });

  it('may be an account when the runtime is not on this computer', async () => {
    await found(fakeAccount('dev'));
    const flow = new CodeFlow(detected({ engineAvailable: false }), folder);
    flow.next();
    expect(flow.why).toMatch(/not on this computer/);
    flow.target = 'aws:dev';
    expect(flow.why).toBeNull();
  });
});

describe('a deploy to an account', () => {
  it('asks for a review with what a person set, and changes nothing before a yes', async () => {
    const account = fakeAccount('dev', unlocked());
    await found(account);
    fake().answer('cloud_review', (request) => fakeReview(account, request));
    fake().answer('cloud_apply', () => ({ function: null, results: [] }));
    const flow = new CodeFlow(detected(), folder);
    flow.next();
    flow.target = 'aws:dev';
    flow.region = 'us-east-1';
    flow.wishes.memory = '256';
    flow.wishes.variables = 'COLOUR=a=b\n\nEMPTY=';
    flow.next();
    expect(fake().calls.at(-1)).toEqual({
      command: 'cloud_review',
      request: {
        account: 'aws:dev',
        region: 'us-east-1',
        name: 'tea',
        change: {
          kind: 'deploy',
          source: folder.source,
          runtime: 'python3.11',
          handler: 'app.handler',
          architecture: null,
          plan: null,
          memoryMb: 256,
          timeoutS: null,
          role: null,
          environment: { COLOUR: 'a=b', EMPTY: '' },
        },
      },
    });
    await expect.poll(() => flow.change.phase).toBe('review');
    expect(fake().calls.map((one) => one.command)).not.toContain('cloud_apply');
    flow.back();
    expect(flow).toMatchObject({ step: 'where' });
    flow.next();
    await expect.poll(() => flow.why).toBeNull();
    flow.next();
    await expect.poll(() => flow.change.phase).toBe('done');
    expect(fake().calls.map((one) => one.command)).not.toContain('deploy');
  });

  it('does not go on with settings that are wrong', async () => {
    await found(fakeAccount('dev'));
    const flow = new CodeFlow(detected(), folder);
    flow.next();
    flow.target = 'aws:dev';
    flow.wishes.memory = '64';
    expect(flow.why).toMatch(/not 64/);
    flow.wishes.memory = '';
    flow.wishes.variables = 'no value';
    expect(flow.why).toMatch(/NAME=value/);
    flow.wishes.variables = '';
    flow.wishes.role = 'my-role';
    expect(flow.why).toMatch(/arn:/);
  });

  it('says the plan of a new app on Azure, and asks for no plan where a person chose none', async () => {
    await found(
      fakeAccount('dev', {}, { provider: 'azure', id: 'azure:dev', location: 'westeurope' }),
      fakeAccount('old'),
    );
    const flow = new CodeFlow(detected(), folder);
    flow.next();
    flow.target = 'azure:dev';
    expect(flow.request.change).toMatchObject({ plan: null });
    flow.wishes.azurePlan = 'consumption';
    expect(flow).toMatchObject({ why: null, request: { change: { plan: 'consumption' } } });
    flow.wishes.timeout = '900';
    expect(flow.why).toMatch(/at most 600 s, not 900/);
    flow.wishes.azurePlan = 'premium';
    expect(flow.why).toBeNull();
    flow.wishes.memory = '512';
    expect(flow.why).toMatch(/Premium plan the memory cannot be chosen/);
    flow.target = 'aws:old';
    expect(flow, 'other vendors have no such plan').toMatchObject({
      why: null,
      request: { change: { plan: null, memoryMb: 512 } },
    });
  });

  it('outlives the page', () => {
    const one = detected();
    const job = { picked: folder, detected: one };
    expect(flowOf(job)).toBe(flowOf({ ...job }));
  });
});

describe('a function that is here', () => {
  it('comes to the steps with its code, and is not deployed anew', async () => {
    router.replace('function', ['tea', 'test']);
    deploying.function('tea');
    await expect.poll(() => deploying.phase).toBe('review');
    expect(router.route.screen).toBe('deploy');
    expect(fake().calls).toContainEqual({
      command: 'deploy_inspect',
      request: { source: { kind: 'function', name: 'tea' } },
    });
    expect(fake().calls.map((one) => one.command)).not.toContain('deploy');
  });
});
