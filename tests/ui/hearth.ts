/** A `hearth serve` of its own for each worker, and what tests do with it. Must not know any screen. */
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type CDPSession, type Locator, type Page } from '@playwright/test';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

export interface Served {
  ui: string;
  lambda: string;
  dataDir: string;
}

interface WorkerFixtures {
  /** What the tests of a worker share. */
  shared: Served;
}

interface TestFixtures {
  /** The worker's own; a test that is repeated counts its calls from the beginning, on one of its own. */
  hearth: Served;
  /** A page that has signed in and shows Home. */
  app: Page;
  /** Everything the page complained about. */
  complaints: string[];
}

/** The browser to use: `HEARTH_CHROMIUM`, else the system's; none lets Playwright use its own. */
export function browserPath(): string | undefined {
  const named = process.env['HEARTH_CHROMIUM'];
  if (named) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      const path = realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim());
      // Ubuntu's is a snap, or a script that starts one: it sees neither the tests' folders nor their profiles.
      const isSnap = /(^\/snap\/|\/snap$)/.test(path) || readStart(path).includes('/snap/');
      if (!isSnap) return path;
    } catch {
      // Not this one; the next name is tried.
    }
  }
  return undefined;
}

function readStart(path: string): string {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4096);
    return start.toString('latin1', 0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** The binary under test: `HEARTH_BIN`, else the debug build. */
export function binary(): string {
  const path =
    process.env['HEARTH_BIN'] ??
    join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), 'debug/hearth');
  if (!existsSync(path)) throw new Error(`no hearth at ${path}: build it, or name it with HEARTH_BIN`);
  return path;
}

export function sampleFolder(name: string): string {
  return join(ROOT, 'assets/samples', name);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let text = '';
    let complaints = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end !== -1) done(text.slice(0, end));
    });
    child.once('exit', (code) => failed(new Error(`hearth serve ended with ${code}: ${complaints}`)));
  });
}

/** A started `hearth serve`. */
export interface Serving {
  served: Served;
  /** Ends it; `keep` leaves its data folder. */
  stop: (keep?: 'keep') => Promise<void>;
}

/** Starts `hearth serve`, on a fresh data folder and free ports unless others are named. */
export async function serve(
  again: { dataDir?: string; port?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Serving> {
  const dataDir = again.dataDir ?? mkdtempSync(join(tmpdir(), 'hearth-e2e-'));
  const child = spawn(
    binary(),
    ['--data-dir', dataDir, '--json', 'serve', '--port', `${again.port ?? 0}`, '--lambda-port', '0'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Accounts of whoever runs the tests are none of theirs.
      env: {
        ...process.env,
        AWS_CONFIG_FILE: join(dataDir, 'no-aws-config'),
        AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'no-aws-credentials'),
        AWS_ACCESS_KEY_ID: '',
        CLOUDSDK_CONFIG: join(dataDir, 'no-gcloud'),
        GOOGLE_APPLICATION_CREDENTIALS: '',
        AWS_SECRET_ACCESS_KEY: '',
        ...again.env,
      },
    },
  );
  const line = JSON.parse(await firstLine(child)) as {
    ui: string;
    lambda: string;
  };
  const stop = async (keep?: 'keep'): Promise<void> => {
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), 8_000);
    await ended;
    clearTimeout(late);
    if (keep === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  return { served: { ...line, dataDir }, stop };
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  shared: [
    async ({}, use) => {
      const { served, stop } = await serve();
      await use(served);
      await stop();
    },
    { scope: 'worker' },
  ],
  hearth: async ({ shared }, use, { repeatEachIndex }) => {
    if (repeatEachIndex === 0) return use(shared);
    const { served, stop } = await serve();
    await use(served);
    await stop();
  },
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await use(complaints);
    expect(complaints, 'the page had nothing to complain about').toEqual([]);
  },
  app: async ({ page, hearth, complaints }, use) => {
    void complaints;
    await page.goto(hearth.ui);
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    await use(page);
  },
});

/** Tests that each have a Hearth of their own: what other tests ran lately is none of theirs. */
export const testAlone = test.extend<{ hearth: Served }>({
  hearth: async ({}, use) => {
    const { served, stop } = await serve();
    await use(served);
    await stop();
  },
});

export { expect };

/** Calls a command the way the page does. */
export async function rpc<T>(page: Page, command: string, request: unknown): Promise<T> {
  return page.evaluate(
    async ([name, body]) => {
      const response = await fetch(`/rpc/${name as string}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(JSON.stringify(answer));
      return answer as never;
    },
    [command, request] as const,
  );
}

/** Deploys a sample under a name of the test's own, without the screens. */
export async function deploySample(page: Page, sample: string, name: string): Promise<void> {
  await rpc(page, 'deploy', {
    source: { kind: 'sample', sample },
    name,
    runtime: null,
    handler: null,
    memoryMb: null,
    timeoutS: null,
    environment: null,
  });
}

/** Goes to a place by its address. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
}

/** Drops a real folder at once, whatever the window shows. */
export async function dropAt(page: Page, folder: string): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 700,
      y: 450,
      data,
    });
  await session.detach();
}

/** Drops a real folder on the window, as the file manager does. A page cannot make such a drop by itself. */
export async function dropFolder(page: Page, folder: string): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  const at = { x: 700, y: 450 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, ...at, data });
  // Chromium now and then delivers a drop that it was sent by a program to nobody: the page itself is the witness.
  await page.evaluate(() => {
    document.documentElement.dataset.dropped = 'no';
    window.addEventListener('drop', () => (document.documentElement.dataset.dropped = 'yes'), {
      capture: true,
      once: true,
    });
  });
  await expect(async () => {
    await send('dragEnter');
    // A person lets go when the window says that it takes the folder; a busy machine takes a moment to say so.
    await expect(async () => {
      await send('dragOver');
      await expect(page.locator('.veil')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 3_000 });
    await send('drop');
    await expect(page.locator('html')).toHaveAttribute('data-dropped', 'yes', { timeout: 1_000 });
  }).toPass();
  await session.detach();
}

/** A copy of a sample that a test may change. */
export function copyOf(sample: string, name: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'hearth-e2e-src-')), name);
  cpSync(sampleFolder(sample), folder, { recursive: true });
  return folder;
}

/** Counts what a person presses. */
export class Presses {
  count = 0;

  async click(target: Locator): Promise<void> {
    await target.click();
    this.count++;
  }
}

/** Whether anything makes the window scroll sideways, or a part stick out of it. */
export async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const out: string[] = [];
    if (document.documentElement.scrollWidth > wide)
      out.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.querySelectorAll<HTMLElement>('button, a, input, h1, .sentence, canvas')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || getComputedStyle(element).visibility === 'hidden') continue;
      // What scrolls may be longer than what is seen of it.
      let clipped = false;
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== 'visible') clipped = true;
      }
      if (!clipped && (box.right > wide + 1 || box.left < -1))
        out.push(`${element.tagName} ${element.textContent?.trim().slice(0, 30)}`);
    }
    return out;
  });
}

/** What the checker of accessibility has against the page. */
export async function violations(page: Page): Promise<string[]> {
  const axe = await new AxeBuilder({ page }).analyze();
  return axe.violations.map((one) => one.id);
}

/** In a large window and in the smallest: nothing sticks out, and nothing stands in anybody's way. */
export async function fits(page: Page): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [1024, 640],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await overflow(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
  }
}
