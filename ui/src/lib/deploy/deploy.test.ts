import { beforeEach, describe, expect, it, vi } from 'vitest';
import { host, type Picked } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { router } from '$lib/state/router.svelte';
import { deploying } from './deploy.svelte';

const picked: Picked = { source: { kind: 'path', path: '/home/me/hello' }, label: 'hello' };
const fake = () => host() as FakeHost;
const commands = () => fake().calls.map((call) => call.command);

beforeEach(() => {
  deploying.reset();
  router.replace('home');
});

describe('deploying', () => {
  it('deploys a folder that is understood and goes to its Test page with an event that fits', async () => {
    await deploying.start(picked);
    expect(commands()).toEqual(['deploy_inspect', 'deploy']);
    expect(deploying.phase).toBe('idle');
    expect(deploying.suggested.get('hello-python')).toContain('Ada');
    expect(location.hash).toBe('#/function/hello-python/test');
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

  it('runs a sample at once, since it was asked for by its name', async () => {
    await deploying.start({ source: { kind: 'sample', sample: 'kettle' }, label: 'kettle' });
    expect(commands()).toEqual(['deploy_inspect', 'deploy']);
    expect(location.hash).toMatch(/^#\/function\//);
  });
});
