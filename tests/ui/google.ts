/** The Google of the tests on this computer, which Google's own clients accept (`tests/google`). Must not know any screen. */
import { testAlone } from './hearth';
import { freePort } from './ministack';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';

/** How long it may take to answer: it starts a whole Python on a busy machine. */
const ANSWERS_MS = 30_000;

/** Its Python; null when it is not there, with a line for whoever reads the test's output. */
function googlePython(): string | null {
  const path = process.env['HEARTH_JUDGE_GOOGLE_PYTHON'];
  try {
    if (path === undefined) throw new Error('HEARTH_JUDGE_GOOGLE_PYTHON is not set');
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    console.warn(
      `SKIPPED: functions of Google are not tested in the window (${String(error)}). ` +
        'Run tests/tools/judges.sh and `source tests/tools/judges.env`.',
    );
    return null;
  }
}

/** Where its Python is; tests that need it skip without. */
export const python = googlePython();

async function answers(url: string): Promise<void> {
  const until = Date.now() + ANSWERS_MS;
  while (Date.now() < until) {
    const asked = fetch(`${url}/_fake/seen`, { method: 'POST', body: '{}', signal: AbortSignal.timeout(2_000) });
    if (await asked.then((answer) => answer.ok).catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(`the fake of Google did not answer within ${ANSWERS_MS / 1000} s`);
}

/** Tests that each have a Hearth and a Google of their own. */
export const googleTest = testAlone.extend<{ google: string }>({
  google: async ({}, use) => {
    if (python === null) throw new Error('the test must be skipped');
    const port = await freePort();
    const fake = join(resolve(__dirname, '../..'), 'tests/google/fake.py');
    const child = spawn(python, [fake, `${port}`, '--any-token'], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    const url = `http://127.0.0.1:${port}`;
    try {
      await answers(url);
      await use(url);
    } finally {
      // It ends, with the functions in it, when nobody writes to it any more.
      child.stdin.end();
      await ended;
    }
  },
});
