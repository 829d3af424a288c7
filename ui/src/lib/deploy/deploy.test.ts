import { beforeEach, describe, expect, it, vi } from 'vitest';
import { host, type Picked } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { app } from '$lib/state/app.svelte';
import { router } from '$lib/state/router.svelte';
import { deploying } from './deploy.svelte';

const picked: Picked = { source: { kind: 'path', path: '/home/me/hello' }, label: 'hello' };
const fake = () => host() as FakeHost;
const commands = () => fake().calls.map((call) => call.command);

/** Home is the first run while there is no function, and shows an error itself. */
async function functionsHere(total: number): Promise<void> {
  fake().answer('functions_list', () => ({ functions: [], ofAccounts: [], total }));
  app.functions.point({ filter: `${total}` });
  await vi.waitFor(() => expect(app.functions.data?.total).toBe(total));
  fake().calls.length = 0;
}

beforeEach(async () => {
  deploying.reset();
  deploying.forget();
  router.replace('home');
  await functionsHere(0);
});

describe('deploying', () => {
  it('deploys a folder that is understood and goes to its Test page with an event that fits', async () => {
    await deploying.start(picked);
    expect(commands()).toEqual(['deploy_inspect', 'deploy']);
    expect(deploying.phase).toBe('idle');
    expect(deploying.suggested.get('hello-python')).toContain('Ada');
    expect(location.hash, 'and runs there once').toBe('#/function/hello-python/test?run=1');
  });

  it('asks first when the handler is not found', async () => {
    fake().answer('deploy_inspect', () => ({
      name: 'hello',
      runtime: 'python3.11',
      runtimeReason: 'app.py',
      handler: null,
      handlerReason: 'no file defines handler',
      files: 1,
      sizeBytes: 10,
      highlights: [],
      problems: ['no file defines handler'],
      engineAvailable: true,
    }));
    await deploying.start(picked);
    expect(deploying.phase).toBe('review');
    expect(commands()).toEqual(['deploy_inspect']);
    await deploying.go({ handler: 'app.main' });
    expect(fake().calls.at(-1)).toMatchObject({
      command: 'deploy',
      request: { handler: 'app.main', source: picked.source },
    });
  });

  it('keeps an error where the drop was made, with what to do', async () => {
    fake().answer('deploy_inspect', () => {
      throw {
        code: 'invalid_package',
        message: 'the zip has a path outside of it: ../x',
        hint: 'Make the zip again',
        detail: null,
      };
    });
    await deploying.start(picked);
    expect(deploying.phase).toBe('failed');
    expect(deploying.error?.hint).toBe('Make the zip again');
    expect(router.route.screen).toBe('home');
  });

  it('goes where an error can be seen when Home shows charts', async () => {
    await functionsHere(2);
    fake().answer('deploy_inspect', () => {
      throw { code: 'invalid_package', message: 'no zip', hint: null, detail: null };
    });
    await deploying.start(picked);
    expect(deploying.phase).toBe('failed');
    expect(location.hash).toBe('#/deploy');
  });

  it('speaks of what was dropped last, from its first moment', async () => {
    let fail: (why: Error) => void = () => {};
    fake().dropped = () => Promise.reject(new Error('no zip'));
    const carried = (name: string) => ({ entries: [{ name } as FileSystemEntry], files: [] });
    deploying.drop(carried('bad.zip'));
    await vi.waitFor(() => expect(deploying.phase).toBe('failed'));
    expect(deploying.label).toBe('bad.zip');
    fake().dropped = () => new Promise((_, reject) => (fail = reject));
    deploying.drop(carried('kettle'));
    expect(deploying.label).toBe('kettle');
    fail(new Error('kettle is empty: there is nothing to deploy'));
    await vi.waitFor(() => expect(deploying.phase).toBe('failed'));
    expect(deploying.label).toBe('kettle');
  });

  it('ends reading when it is cancelled', () => {
    let ended = false;
    fake().dropped = (_, watch) => {
      watch?.signal?.addEventListener('abort', () => (ended = true));
      return new Promise(() => {});
    };
    deploying.drop({ entries: [], files: [new File(['x'], 'app.py')] });
    deploying.reset();
    expect(ended).toBe(true);
    expect(deploying.phase).toBe('idle');
  });

  it('forgets a cancelled job: its late answer changes nothing', async () => {
    const going = deploying.start(picked);
    deploying.reset();
    await going;
    expect(deploying.phase).toBe('idle');
    expect(commands()).not.toContain('deploy');
  });
});

describe('what is dropped while a job goes on', () => {
  it('waits for its turn and is deployed too', async () => {
    deploying.dropPath(picked);
    deploying.dropPath({ source: { kind: 'path', path: '/home/me/second' }, label: 'second' });
    await vi.waitFor(() =>
      expect(commands()).toEqual(['deploy_inspect', 'deploy', 'deploy_inspect', 'deploy']),
    );
    const sources = fake()
      .calls.filter((call) => call.command === 'deploy')
      .map((call) => (call.request as { source: { path: string } }).source.path);
    expect(sources).toEqual(['/home/me/hello', '/home/me/second']);
  });
});

describe('on the Deploy screen', () => {
  beforeEach(() => router.replace('deploy'));

  it('goes step by step: nothing is deployed before a person says so, and what was made stays in sight', async () => {
    await deploying.start(picked);
    expect(deploying.phase).toBe('review');
    expect(commands()).toEqual(['deploy_inspect']);
    await deploying.go({ name: 'hello-python' });
    expect(deploying.phase).toBe('done');
    expect(deploying.deployed?.function.name).toBe('hello-python');
    expect(router.route.screen).toBe('deploy');
  });

  it('begins anew when it is asked for; what was half-done is taken up only when a person says so', async () => {
    await deploying.start(picked);
    const { detected } = deploying;
    expect(deploying.phase).toBe('review');
    deploying.anew();
    expect(deploying.phase).toBe('idle');
    expect(deploying.left).toMatchObject({ detected });
    deploying.resume();
    expect(deploying.phase).toBe('review');
    expect(deploying.detected).toBe(detected);
    expect(deploying.left).toBeNull();
  });

  it('keeps what stands there when no folder was chosen after all', async () => {
    await deploying.start(picked);
    const { detected } = deploying;
    fake().pickFolder = () => Promise.resolve(null);
    deploying.choose();
    await vi.waitFor(() => expect(deploying.phase).toBe('review'));
    expect(deploying.detected).toBe(detected);
  });

  it('takes a folder as the next version of a function that is here', async () => {
    fake().pickFolder = () => Promise.resolve(picked);
    deploying.newCode('kettle');
    await vi.waitFor(() => expect(deploying.phase).toBe('review'));
    expect(deploying.detected?.name).toBe('kettle');
    expect(commands()).toEqual(['deploy_inspect']);
  });

  it('runs a sample at once, since it was asked for by its name', async () => {
    await deploying.start({ source: { kind: 'sample', sample: 'kettle' }, label: 'kettle' });
    expect(commands()).toEqual(['deploy_inspect', 'deploy']);
    expect(location.hash).toMatch(/^#\/function\//);
  });
});
