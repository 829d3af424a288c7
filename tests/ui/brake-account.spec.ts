/** A function of an account is stopped through the review sheet, is refused there, and is released with what it had. */
import type { Page } from '@playwright/test';
import { expect, goTo, overflow, rpc, violations } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

const AT = { account: 'emulator', region: 'us-east-1' };

/** Makes a change as the review sheet does: with the digest of what was seen. */
async function change(app: Page, name: string, wanted: Record<string, unknown>): Promise<void> {
  const request = { ...AT, name, change: wanted };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: seen.review.digest });
}

/** The limit that the account itself says. */
async function limit(app: Page, name: string): Promise<number | null> {
  const standing = await rpc<{ function: { configuration: { reservedConcurrency: number | null } } }>(
    app,
    'cloud_function',
    { ...AT, name },
  );
  return standing.function.configuration.reservedConcurrency;
}

test('its stop button limits it to 0 with a review, and its release brings the limit back', async ({
  app,
  cloud,
}) => {
  await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  await change(app, 'cup', { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } });
  await change(app, 'cup', { kind: 'limit_concurrency', limit: 3 });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 0 });
  expect(await limit(app, 'cup')).toBe(3);
  await rpc(app, 'sync_start', { accounts: ['endpoint:emulator'], metrics: false, logs: false, freshS: 0 });
  await expect
    .poll(async () => (await rpc<{ running: boolean }>(app, 'sync_status', {})).running, { timeout: 30_000 })
    .toBe(false);

  await goTo(app, '#/functions');
  const main = app.getByRole('main');
  await main.getByRole('row', { name: /cup/ }).click();
  await app.getByRole('button', { name: 'Stop it…' }).click();
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByRole('row', { name: /lambda:PutFunctionConcurrency/ })).toBeVisible();
  // The account is read-only: nothing happens before a person unlocks it and says yes.
  const stop = sheet.getByRole('button', { name: 'Stop cup' });
  await expect(stop).toHaveAttribute('aria-disabled', 'true');
  expect(await violations(app)).toEqual([]);
  await sheet.getByRole('button', { name: 'Unlock for 15 minutes' }).click();
  expect(await limit(app, 'cup')).toBe(3);
  await stop.click();
  await expect(sheet.getByText(/done in/)).toBeVisible();
  expect(await limit(app, 'cup')).toBe(0);
  await sheet.getByRole('button', { name: 'Close' }).click();

  await goTo(app, '#/budgets');
  await expect(main.getByText('cup is stopped in emulator')).toBeVisible();
  await expect(main.getByText(/It had a limit of 3 servers/).first()).toBeVisible();
  expect(await overflow(app)).toEqual([]);
  await main.getByRole('button', { name: 'Release cup…' }).click();
  await expect(sheet.getByRole('row', { name: /lambda:PutFunctionConcurrency/ })).toBeVisible();
  await sheet.getByRole('button', { name: 'Release cup' }).click();
  await expect(sheet.getByText(/done in/)).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
  expect(await limit(app, 'cup')).toBe(3);
  await expect(main.getByText('cup is stopped in emulator')).toHaveCount(0);
  const history = main.getByRole('table', { name: 'History' });
  await expect(history).toContainText('Stopped cup in emulator');
  await expect(history).toContainText('Released cup in emulator');
});

test('the consent that the armed brake acts in an account is asked for apart, and can be taken back', async ({
  app,
  cloud,
}) => {
  await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'brake_mode', { mode: 'armed' });
  const allowed = await rpc<{ mayStop: unknown[] }>(app, 'brake_status', {});
  expect(allowed.mayStop, 'arming alone allows nothing').toEqual([]);
  await rpc(app, 'brake_consent', { account: 'emulator', allowed: true });
  await goTo(app, '#/budgets');
  const main = app.getByRole('main');
  await expect(main.getByText(/it may stop functions of emulator by itself/)).toBeVisible();
  await main.getByRole('button', { name: 'Take that back' }).click();
  await expect(main.getByText(/it may stop functions of emulator by itself/)).toHaveCount(0);
  await expect(main.getByRole('table', { name: 'History' })).toContainText(
    'The brake does not stop functions of emulator by itself any more.',
  );
});
