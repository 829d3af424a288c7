/** Somebody else's AWS on this computer, as the judge of what Hearth does in an account. Must not know any screen. */
import { testAlone } from './hearth';
import { answers, freePort, judge } from './judge';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Ministack {
  url: string;
  /** Ends it with everything it started. */
  stop: () => Promise<void>;
}

/** Starts one on a free port of 127.0.0.1, with a home of its own; `script` is run by its Python in place of itself. */
async function startMinistack(program: string, script: readonly string[] = []): Promise<Ministack> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-ministack-'));
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: `${port}`,
    HOME: folder,
    TMPDIR: folder,
    LAMBDA_EXECUTOR: 'local',
  };
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('AWS_') && !(name in env)) env[name] = value;
  }
  // A group of its own, so that the workers it starts end with it.
  const [run, ...more] = script.length > 0 ? [join(dirname(program), 'python'), ...script] : [program];
  const child = spawn(run ?? program, more, {
    cwd: folder,
    env,
    stdio: 'ignore',
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(child, 'ministack', `${url}/_ministack/health`, (answer) => answer.ok);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** Where ministack is; tests that need it skip without. */
export const program = judge(
  'HEARTH_JUDGE_MINISTACK',
  'accounts of AWS are not shown, since ministack is not there',
);

/** Tests that each have a Hearth and a cloud of their own: what one makes, no other finds. */
export function cloudTest(script: readonly string[] = []) {
  return testAlone.extend<{ cloud: Ministack }>({
    cloud: async ({}, use) => {
      if (program === null) throw new Error('the test must be skipped');
      const cloud = await startMinistack(program, script);
      await use(cloud);
      await cloud.stop();
    },
  });
}
