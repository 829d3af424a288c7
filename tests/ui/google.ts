/** The fake Google of `tests/google`, which Google's own clients accept, for screens. Must not know any screen. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testAlone } from './hearth';

/** How long it may take to answer: it starts a whole Python on a busy machine. */
const ANSWERS_MS = 60_000;

/** The Python with Google's clients in it; null when it is not installed. */
export const googlePython = ((): string | null => {
  const path = process.env['HEARTH_JUDGE_GOOGLE_PYTHON'];
  try {
    if (path === undefined) throw new Error('HEARTH_JUDGE_GOOGLE_PYTHON is not set');
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    console.warn(
      `SKIPPED: a bill of Google is not shown, since its clients are not there (${String(error)}).`,
    );
    return null;
  }
})();

export interface Google {
  url: string;
  /** Plants a table with a bill; see `plant` in `tests/google/bill.py`. */
  plant: (table: unknown) => Promise<void>;
  stop: () => void;
}

/** Starts one on a free port of 127.0.0.1; it ends with its standard input. */
export async function fakeGoogle(): Promise<Google> {
  if (googlePython === null) throw new Error('the test must be skipped');
  const port = await new Promise<number>((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
  const file = join(__dirname, '../google/fake.py');
  const child = spawn(googlePython, [file, `${port}`, '--any-token'], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = (): void => void child.stdin.end();
  const plant = async (table: unknown): Promise<void> => {
    const answer = await fetch(`${url}/_fake/export`, { method: 'POST', body: JSON.stringify(table) });
    if (!answer.ok) throw new Error(`the fake Google answered ${answer.status}`);
  };
  const until = Date.now() + ANSWERS_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the fake Google ended by itself with ${child.exitCode}`);
    // Any answer will do.
    if (await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null))
      return { url, plant, stop };
    if (Date.now() > until) {
      stop();
      throw new Error(`the fake Google did not answer within ${ANSWERS_MS / 1000} s`);
    }
    await new Promise((done) => setTimeout(done, 150));
  }
}

/** Tests that each have a Hearth and a Google of their own. */
export const googleTest = testAlone.extend<{ google: string }>({
  google: async ({}, use) => {
    const { url, stop } = await fakeGoogle();
    try {
      await use(url);
    } finally {
      stop();
    }
  },
});
