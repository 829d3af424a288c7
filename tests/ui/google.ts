/** The fake Google of `tests/google`, which Google's own clients accept, for screens. Must not know any screen. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { testAlone } from './hearth';
import { answers, freePort, judge } from './judge';

/** The Python with Google's clients in it; null when it is not installed. */
export const googlePython = judge(
  'HEARTH_JUDGE_GOOGLE_PYTHON',
  'accounts of Google are not shown, since its clients are not there',
);

export interface Google {
  url: string;
  /** Plants a table with a bill; see `plant` in `tests/google/bill.py`. */
  plant: (table: unknown) => Promise<void>;
  stop: () => void;
}

/** Starts one on a free port of 127.0.0.1; it ends with its standard input. */
export async function fakeGoogle(): Promise<Google> {
  if (googlePython === null) throw new Error('the test must be skipped');
  const port = await freePort();
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
  try {
    await answers(child, 'the fake Google', url);
  } catch (error) {
    stop();
    throw error;
  }
  return { url, plant, stop };
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
