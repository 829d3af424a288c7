/** A deploy whose Hearth was killed while AWS made the function: the next window tells it and leads both ways on. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import { busyBefore, type Busy } from './busy';
import { binary, expect, overflow, rpc, sampleFolder, serve } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest().extend<{ busy: Busy }>({
  busy: async ({ cloud }, use) => {
    const busy = await busyBefore(cloud.url);
    await use(busy);
    await busy.stop();
  },
});
test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

async function violations(app: Page): Promise<string[]> {
  const axe = await new AxeBuilder({ page: app }).analyze();
  return axe.violations.map((one) => one.id);
}

/** Deploys the sample on the command line and kills it while the function is being made. */
async function killedDeploy(dataDir: string, busy: Busy): Promise<void> {
  busy.hold();
  const deploy = ['--data-dir', dataDir, 'deploy', sampleFolder('hello-python'), '--to', 'emulator', '--yes'];
  const child = spawn(binary(), deploy, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let said = '';
  await new Promise<void>((done, failed) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('3/3 lambda:CreateFunction …')) done();
    });
    child.once('exit', () => failed(new Error(`it was not killed: ${said}`)));
  });
  // A moment later the request is with AWS.
  await expect.poll(() => busy.isMade(), { timeout: 20_000 }).toBe(true);
  child.kill('SIGKILL');
  await ended;
  busy.letGo();
}

test('a half-made deploy is told in the title bar and taken back, or deployed again', async ({
  page,
  busy,
}) => {
  const first = await serve();
  const { dataDir } = first.served;
  await page.goto(first.served.ui);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  await rpc(page, 'endpoint_add', { name: 'emulator', url: busy.url, region: 'us-east-1', profile: null });
  await rpc(page, 'account_unlock', { account: 'emulator', minutes: 60 });
  await first.stop('keep');

  await killedDeploy(dataDir, busy);
  const second = await serve({ dataDir });
  await page.goto(second.served.ui);
  const pill = page.getByRole('banner').getByRole('button', { name: '1 unfinished change' });
  await pill.click();
  const dialog = page.getByRole('dialog', { name: 'Unfinished changes' });
  const row = dialog.getByRole('listitem', { name: 'Deploy hello-python to emulator, us-east-1' });
  await expect(row).toContainText('iam:CreateRole, iam:PutRolePolicy, lambda:CreateFunction');
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(page)).toEqual([]);

  await row.getByRole('button', { name: 'Take back…' }).click();
  const sheet = page.getByRole('dialog', { name: /Take back what a change of hello-python/ });
  for (const operation of ['lambda:DeleteFunction', 'iam:DeleteRolePolicy', 'iam:DeleteRole'])
    await expect(sheet.getByRole('row', { name: new RegExp(`${operation}\\b`) })).toBeVisible();
  await sheet.getByRole('button', { name: 'Take it back' }).click();
  await expect(sheet.getByText(/^done in/)).toBeVisible({ timeout: 40_000 });
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(pill).toHaveCount(0);
  const answer = await rpc<{ functions: unknown[] }>(page, 'cloud_functions', {
    account: 'emulator',
    regions: [],
  });
  expect(answer.functions, 'nothing is left').toEqual([]);
  await second.stop('keep');

  await killedDeploy(dataDir, busy);
  const third = await serve({ dataDir });
  await page.goto(third.served.ui);
  await pill.focus();
  await page.keyboard.press('Enter');
  await row.getByRole('button', { name: 'Deploy again' }).click();
  const main = page.getByRole('main');
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await main.getByRole('button', { name: 'Review' }).click();
  await main.getByRole('button', { name: 'Deploy to emulator' }).click();
  await expect(main.getByText(/is live in emulator after/)).toBeVisible({ timeout: 60_000 });
  await expect(pill).toHaveCount(0);
  await third.stop();
});
