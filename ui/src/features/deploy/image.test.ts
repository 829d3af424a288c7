import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import { deploying } from '$lib/deploy/deploy.svelte';
import { Container } from '$lib/deploy/image.svelte';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { fakeAccount, fakeReview, unlocked } from '$lib/review/fake';
import { clouds } from '$lib/state/clouds.svelte';
import { router } from '$lib/state/router.svelte';
import { flowOf } from './flows';
import { ImageFlow } from './of-image.svelte';

const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea:4';
const fake = () => host() as FakeHost;
const able = (part: Partial<AccountInfo> = {}): Partial<AccountInfo> => ({
  capabilities: ['deploy', 'deploy_image', 'delete', 'invoke'],
  ...part,
});

async function found(...accounts: AccountInfo[]): Promise<void> {
  fake().answer('accounts_list', () => ({ accounts, lookedIn: [], nowUs: Date.now() * 1_000 }));
  clouds.accounts.point({});
  await clouds.accounts.refresh();
}

/** The flow of the image that is on the Deploy screen. */
function begun(image = ''): ImageFlow {
  deploying.image();
  const { container } = deploying;
  if (!container) throw new Error('no image was begun');
  container.image = image;
  return flowOf(container) as ImageFlow;
}

beforeEach(() => {
  deploying.reset();
  deploying.forget();
  router.replace('deploy');
});

describe('a container image', () => {
  it('is asked for first, and names the function until a person does', async () => {
    await found();
    const flow = begun();
    expect(flow).toMatchObject({ step: 'found', name: '', why: 'Write the address of the image first' });
    flow.container.image = 'tea:4';
    expect(flow.why).toMatch(/names no registry/);
    flow.container.image = IMAGE;
    expect(flow).toMatchObject({ name: 'tea', why: null });
    flow.name = 'kettle';
    flow.container.image = IMAGE.replace('tea', 'cup');
    expect(flow.name, 'what was written stays').toBe('kettle');
    flow.name = ' ';
    expect(flow.why).toBe('Write a name first');
  });

  it('goes where images are taken, and nowhere else', async () => {
    await found(fakeAccount('dev', able()), fakeAccount('old', { capabilities: ['deploy'] }));
    const flow = begun(IMAGE);
    flow.next();
    expect(flow, 'the only account that can').toMatchObject({ where: 'aws:dev', why: null });
    flow.target = 'aws:old';
    expect(flow.why).toBe('Hearth deploys no container image to AWS');
    expect(flow.whyNotHere).toMatch(/no container images/);
  });

  it('goes to its own region, and says why it cannot go to another one', async () => {
    await found(fakeAccount('dev', able(), { location: 'us-east-1' }));
    const flow = begun(IMAGE);
    flow.next();
    expect(flow).toMatchObject({ location: 'eu-west-1', why: null });
    flow.region = 'us-east-1';
    expect(flow.why).toMatch(/is in eu-west-1/);
    flow.region = null;
    flow.container.image = '127.0.0.1:5000/tea:4';
    expect(flow.location, 'another registry names no region').toBe('us-east-1');
  });

  it('is reviewed with what a person set, made once after a yes, and never deployed here', async () => {
    const account = fakeAccount('dev', able(unlocked()));
    await found(account);
    fake().answer('cloud_review', (request) => fakeReview(account, request));
    fake().answer('cloud_apply', () => ({ function: null, results: [] }));
    const before = fake().calls.length;
    const flow = begun(` ${IMAGE} `);
    flow.next();
    flow.wishes.memory = '512';
    flow.wishes.timeout = '30';
    flow.wishes.role = 'arn:aws:iam::111122223333:role/tea';
    flow.architecture = 'arm64';
    flow.next();
    expect(fake().calls.at(-1)).toEqual({
      command: 'cloud_review',
      request: {
        account: 'aws:dev',
        region: 'eu-west-1',
        name: 'tea',
        change: {
          kind: 'deploy_image',
          image: IMAGE,
          architecture: 'arm64',
          memoryMb: 512,
          timeoutS: 30,
          role: 'arn:aws:iam::111122223333:role/tea',
          environment: null,
        },
      },
    });
    await expect.poll(() => flow.why).toBeNull();
    flow.next();
    await expect.poll(() => flow.change.phase).toBe('done');
    const called = fake()
      .calls.slice(before)
      .map((one) => one.command);
    expect(called.filter((one) => one === 'cloud_apply')).toHaveLength(1);
    expect(called).not.toContain('deploy');
    expect(called).not.toContain('deploy_inspect');
  });

  it('is kept while a person looks at the other source, and forgotten when nothing was written', async () => {
    await found(fakeAccount('dev', able()));
    const flow = begun(IMAGE);
    deploying.code();
    expect(deploying).toMatchObject({ phase: 'idle', container: null });
    deploying.image();
    expect(deploying.job && flowOf(deploying.job), 'the same steps').toBe(flow);
    expect(deploying.left).toBeNull();
    flow.container.image = ' ';
    deploying.code();
    expect(deploying.left).toBeNull();
  });

  it('may be that of a function which is there', async () => {
    await found(fakeAccount('dev', able()), fakeAccount('test', able()));
    const to = { account: 'aws:test', region: 'eu-west-1', name: 'kettle' };
    const container = new Container(to);
    container.image = IMAGE;
    const flow = flowOf(container);
    flow.next();
    expect(flow).toMatchObject({ name: 'kettle', where: 'aws:test', location: 'eu-west-1', why: null });
  });
});
