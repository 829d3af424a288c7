/** A run that takes a while is seen while it goes on, is found after a reload, and is never said not to have run. */
import { test as plain } from '@playwright/test';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, goTo, rpc, serve, test } from './hearth';
import type { Page } from '@playwright/test';

/** Deploys a function that says something each half second for as long as its event says. */
async function deploySlow(page: Page, name: string): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'hearth-e2e-src-')), name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'app.py'),
    'import time\n\ndef handler(event, context):\n' +
      '    for tick in range(event.get("ticks", 0)):\n        print("tick", tick, flush=True)\n        time.sleep(0.5)\n' +
      '    return {"ticks": event.get("ticks", 0)}\n',
  );
  const source = { kind: 'path', path: folder };
  const rest = { runtime: null, handler: null, memoryMb: null, timeoutS: 60, environment: null };
  await rpc(page, 'deploy', { source, name, ...rest });
}

async function setEvent(page: Page, text: string): Promise<void> {
  await page.getByLabel('Event, JSON').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

const main = (page: Page) => page.getByRole('main');

test('a long run shows its time, lines and server while it goes on, and after a reload it can be cancelled', async ({
  app,
}) => {
  await deploySlow(app, 'slow');
  await goTo(app, '#/function/slow/test');
  const result = main(app).getByRole('region', { name: 'Result' });
  await setEvent(app, '{"ticks": 0}');
  await app.getByRole('button', { name: /^Run Ctrl/ }).click();
  await expect(result.getByLabel('Result, JSON')).toContainText('"ticks": 0');
  await setEvent(app, '{"ticks": 60}');
  const run = app.getByRole('button', { name: /^Run Ctrl/ });
  // The second click of a double-click meets the same button, and cancels nothing.
  await run.dblclick();
  await expect(result.getByRole('timer')).toBeVisible();
  await expect(result.getByLabel('Result, JSON'), 'the old answer is gone').toHaveCount(0);
  await expect(result.getByRole('group', { name: /^Receipt/ })).toHaveCount(0);
  await expect(result.getByText('tick 2', { exact: true })).toBeVisible();
  await expect(result.getByRole('timer')).not.toHaveText(/^0\./);
  const runs = main(app).getByRole('region', { name: 'Runs' });
  await expect(runs.getByRole('row').filter({ hasText: 'running' })).toHaveCount(1);
  await expect(runs.getByRole('row').filter({ hasText: 'running' })).not.toContainText('no server');
  // The strip goes on: two pictures of it are not the same.
  const strip = main(app)
    .getByRole('region', { name: /^Servers of/ })
    .locator('canvas');
  await expect(main(app).getByRole('img', { name: /Server 1 busy/ })).toBeVisible();
  const before = await strip.screenshot();
  await expect.poll(async () => (await strip.screenshot()).equals(before)).toBe(false);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'going.png') });

  await app.reload();
  await expect(result.getByRole('timer')).toBeVisible();
  await expect(result.getByText('tick 0', { exact: true })).toBeVisible();
  await result.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(result.getByText('cancelled', { exact: true })).toBeVisible();
  await expect(run).toBeVisible();
});

plain(
  'a run whose Hearth went away is not said not to have run, and is looked up afterwards',
  async ({ context }) => {
    const first = await serve();
    const page = await context.newPage();
    await page.goto(first.served.ui);
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    await deploySlow(page, 'slow');
    await goTo(page, '#/function/slow/test');
    const result = main(page).getByRole('region', { name: 'Result' });
    await setEvent(page, '{"ticks": 4}');
    await page.getByRole('button', { name: /^Run Ctrl/ }).click();
    await expect(result.getByText('tick 0', { exact: true })).toBeVisible();
    // Nobody answers any more, from one moment to the next.
    await page.route('**/rpc/**', (route) => route.abort());
    await first.stop('keep');
    await expect(result.getByRole('alert')).toContainText('whether it ran is not known yet');
    await expect(result.getByText('It did not run')).toHaveCount(0);

    await page.unroute('**/rpc/**');
    const port = Number(new URL(first.served.ui).port);
    const second = await serve({ dataDir: first.served.dataDir, port });
    const other = await context.newPage();
    await other.goto(second.served.ui);
    await expect(other.getByRole('contentinfo').getByText('Local runtime ready')).toBeVisible();
    await page.bringToFront();
    await expect(result.getByRole('alert')).toHaveCount(0);
    await expect(result.getByText(/^(done|lost|cancelled|crashed)$/).first()).toBeVisible();
    await second.stop();
  },
);

test('a target here is told in the words and figures of its runs, and how to add one is said', async ({
  app,
}) => {
  await deploySlow(app, 'aside');
  await goTo(app, '#/function/aside/test');
  await main(app).getByLabel('on several targets').check();
  await expect(main(app).getByText(/^To add a target/)).toBeVisible();
  const run = main(app).getByRole('button', { name: 'Run on 1 target' });
  await run.click();
  const side = main(app).getByRole('region', { name: 'This computer, aside' });
  await expect(side.getByText('nothing', { exact: true })).toBeVisible();
  // A frozen server is woken for the second one.
  const lanes = main(app).getByRole('img', { name: /Server 1 frozen/ });
  await expect(lanes).toBeVisible();
  await run.click();
  await expect(side.getByText('thawed', { exact: true })).toBeVisible();
  const newest = main(app).getByRole('region', { name: 'Runs' }).getByRole('row').nth(1);
  await expect(newest).toContainText('thawed');
  const took = await side.locator('dl dd').first().innerText();
  await expect(newest).toContainText(took.trim());
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'aside.png') });
});
