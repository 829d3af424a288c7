/** Somebody else's AWS on this computer, as the judge of what Hearth does in an account. Must not know any screen. */
import { testAlone } from './hearth';
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How long it may take to answer: it starts a whole Python on a busy machine. */
const ANSWERS_MS = 30_000;

/** Where it is installed; null when it is not, with a line for whoever reads the test's output. */
function ministackProgram(): string | null {
  const path = process.env['HEARTH_JUDGE_MINISTACK'];
  try {
    if (path === undefined) throw new Error('HEARTH_JUDGE_MINISTACK is not set');
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    console.warn(
      `SKIPPED: deploying to an account is not tested, since ministack is not there (${String(error)}). ` +
        'Run tests/tools/judges.sh and `source tests/tools/judges.env`.',
    );
    return null;
  }
}

export interface Ministack {
  url: string;
  /** Ends it with everything it started. */
  stop: () => Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

async function answers(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + ANSWERS_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`ministack ended by itself with ${child.exitCode}`);
    const health = await fetch(`${url}/_ministack/health`, {
      signal: AbortSignal.timeout(2_000),
    }).catch(() => null);
    if (health?.ok) return;
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(`ministack did not answer within ${ANSWERS_MS / 1000} s`);
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
    await answers(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** Where ministack is; tests that need it skip without. */
export const program = ministackProgram();

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
