/** A sign-in that has ended is noticed where it matters, renewed in place, and what failed is done again. */
import type { Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, goTo, overflow, rpc, serve, type Served, testAlone, violations } from './hearth';
import { cloudTest, program as ministack } from './ministack';

const PYTHON = process.env['HEARTH_JUDGE_PYTHON'];
const isThere = PYTHON !== undefined && existsSync(PYTHON);
if (!isThere)
  console.warn('SKIPPED: signing in, since HEARTH_JUDGE_PYTHON names nothing; run tests/tools/judges.sh');

interface Sso {
  url: string;
  home: string;
}

/** AWS's sign-in on this computer: tests/aws/sso.py. */
function startSso(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(PYTHON ?? 'python3', [resolve(__dirname, '../aws/sso.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done, failed) => {
    child.stdout?.once('data', (chunk: Buffer) => done({ url: chunk.toString().trim(), child }));
    child.once('exit', (code) => failed(new Error(`sso.py ended with ${code}`)));
  });
}

/** A person with a profile whose sign-in ended, and an account of a vendor's tool; services are at `elsewhere`. */
function configure(home: string, url: string, elsewhere = url): void {
  const role =
    'sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Look\nregion = us-east-1\nservices = here\n';
  mkdirSync(join(home, '.aws/sso/cache'), { recursive: true });
  const at = (services: string[], where: string) =>
    services.map((name) => `${name} =\n  endpoint_url = ${where}\n`).join('');
  const signing = at(['sso_oidc', 'sso-oidc', 'sso'], url);
  writeFileSync(
    join(home, '.aws/config'),
    `[profile corp]\n${role}[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n` +
      `[services here]\n${signing}${at(['ecs', 'iam', 'lambda', 'sts'], elsewhere)}`,
  );
  writeFileSync(
    join(home, '.aws/sso/cache/old.json'),
    JSON.stringify({
      startUrl: 'https://corp.awsapps.com/start',
      region: 'us-east-1',
      accessToken: 'PLANTED-ended',
      expiresAt: '2026-01-01T00:00:00Z',
    }),
  );
  mkdirSync(join(home, '.azure'));
  writeFileSync(
    join(home, '.azure/azureProfile.json'),
    JSON.stringify({
      subscriptions: [
        {
          id: '11111111-2222-3333-4444-555555555555',
          name: 'tea',
          state: 'Enabled',
          tenantId: '99999999-8888-7777-6666-555555555555',
          isDefault: true,
          environmentName: 'AzureCloud',
          user: { name: 'me@example.com', type: 'user' },
        },
      ],
    }),
  );
  writeFileSync(join(home, '.azure/msal_token_cache.json'), '{}');
  mkdirSync(join(home, 'tools'));
}

/** Writes the tool `az`. */
function tool(home: string, script: string): void {
  const path = join(home, 'tools/az');
  writeFileSync(path, `#!/bin/sh\n${script}`);
  chmodSync(path, 0o755);
}

/** A Hearth of this person. */
async function useHearthOf(home: string, use: (served: Served) => Promise<void>): Promise<void> {
  const { served, stop } = await serve({
    env: {
      HOME: home,
      PATH: `${join(home, 'tools')}:${process.env['PATH']}`,
      AWS_CONFIG_FILE: '',
      AWS_SHARED_CREDENTIALS_FILE: '',
      AZURE_CONFIG_DIR: '',
    },
  });
  await use(served);
  await stop();
}

const test = testAlone.extend<{ sso: Sso; hearth: Served }>({
  sso: async ({}, use) => {
    const home = mkdtempSync(join(tmpdir(), 'hearth-person-'));
    const { url, child } = await startSso();
    configure(home, url);
    await use({ url, home });
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  },
  hearth: async ({ sso }, use) => useHearthOf(sso.home, use),
});

test.skip(!isThere, 'the judges are not installed: run tests/tools/judges.sh');

async function checked(app: Page): Promise<void> {
  expect(await violations(app)).toEqual([]);
  expect(await overflow(app)).toEqual([]);
}

test('an ended sign-in is renewed where an action failed, and the action is done again by itself', async ({
  app,
  sso,
}) => {
  // Noticed wherever one is: the pill leads to the account.
  const pill = app.getByRole('link', { name: '1 sign-in ended' });
  await pill.click();
  const row = app.getByRole('row', { name: /corp/ });
  await expect(row.getByText('sign-in ended')).toBeVisible();
  const drawer = app.getByRole('complementary', { name: 'corp' });
  // Asking fails, and says what helps at that place.
  await drawer.getByRole('button', { name: 'Test' }).click();
  const failed = drawer.locator('.note.bad');
  await expect(failed).toContainText('hearth accounts sign-in aws:corp');
  await failed.getByRole('button', { name: 'Sign in to corp' }).click();

  const dialog = app.getByRole('dialog', { name: 'Sign in to corp' });
  await expect(dialog.getByText('Check that it shows this code, then allow.')).toBeVisible();
  const code = await dialog.locator('.code').textContent();
  expect(code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
  await expect(dialog.getByRole('status')).toContainText('Waiting for AWS');
  await checked(app);

  // Closed and opened again, also after the page was loaded again, it is the same.
  await app.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(failed.getByRole('button', { name: 'Signing in…' })).toBeVisible();
  await failed.getByRole('button', { name: 'Signing in…' }).click();
  await expect(dialog.locator('.code')).toHaveText(code ?? '');

  const [page] = await Promise.all([
    app.context().waitForEvent('page'),
    dialog.getByRole('button', { name: 'Open the page' }).click(),
  ]);
  await expect(page.getByRole('heading', { name: code ?? '' })).toBeVisible();
  await page.getByRole('button', { name: 'Confirm and continue' }).click();
  await expect(page.getByRole('heading', { name: 'Request approved' })).toBeVisible();
  await page.close();

  await expect(dialog).toHaveCount(0);
  await expect(app.getByText('corp is signed in').first()).toBeVisible();
  // The same question, asked again by itself.
  await expect(drawer.getByText('arn:aws:sts::111122223333:assumed-role/Look/judge')).toBeVisible();
  await expect(row.getByText('sign-in ended')).toHaveCount(0);
  await expect(pill).toHaveCount(0);
  const kept = readFileSync(
    join(sso.home, '.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json'),
    'utf8',
  );
  expect(kept).toContain('PLANTED-access');
  expect(await app.content()).not.toContain('PLANTED');
});

test('a screen that could not be read offers it, and reads by itself afterwards', async ({
  app,
  sso,
  complaints,
}) => {
  await goTo(app, '#/containers/aws:corp');
  const main = app.getByRole('main');
  await expect(main.getByText('The clusters could not be read')).toBeVisible();
  await main.getByRole('button', { name: 'Sign in to corp' }).click();
  await expect(app.getByRole('dialog').locator('.code')).toBeVisible();
  await fetch(`${sso.url}/_person`, { method: 'POST', body: JSON.stringify({ does: 'allow' }) });
  await expect(main.getByText('0 clusters')).toBeVisible();
  await expect(main.getByText('The clusters could not be read')).toHaveCount(0);
  await expect(app.getByRole('dialog')).toHaveCount(0);
  // The browser notes what was refused before.
  expect(complaints.splice(0).every((line) => line.includes('424'))).toBe(true);
});

test('it is cancelled with the keyboard, at 1024 px and in light, and what AWS refuses is told', async ({
  app,
  sso,
}) => {
  await app.setViewportSize({ width: 1024, height: 640 });
  const settings = await rpc<Record<string, unknown>>(app, 'settings_get', {});
  await rpc(app, 'settings_set', { ...settings, theme: 'light' });
  await goTo(app, '#/accounts');
  const offer = app.getByRole('row', { name: /corp/ }).getByRole('button', { name: 'Sign in to corp' });
  await offer.focus();
  await app.keyboard.press('Enter');
  const dialog = app.getByRole('dialog', { name: 'Sign in to corp' });
  await expect(dialog.locator('.code')).toBeVisible();
  await checked(app);
  await dialog.getByRole('button', { name: 'Cancel' }).focus();
  await app.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(offer).toHaveText('Sign in');

  await fetch(`${sso.url}/_person`, { method: 'POST', body: JSON.stringify({ does: 'refuse' }) });
  await offer.click();
  await expect(dialog.getByText("refused on AWS's page")).toBeVisible();
  await checked(app);
  await fetch(`${sso.url}/_person`, { method: 'POST', body: JSON.stringify({ does: 'allow' }) });
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(offer).toHaveCount(0);
});

test("a vendor's own tool is run, its lines are shown, and it is ended", async ({ app, sso }) => {
  const offer = app.getByRole('row', { name: /tea/ }).getByRole('button', { name: 'Sign in to tea' });
  const dialog = app.getByRole('dialog', { name: 'Sign in to tea' });
  await goTo(app, '#/accounts');
  tool(sso.home, 'echo "Open https://login.example.com/device and enter ABCD1234" >&2\nsleep 600\n');
  await offer.click();
  await expect(dialog.getByRole('log')).toContainText('enter ABCD1234');
  await expect(dialog.getByRole('button', { name: 'https://login.example.com/device' })).toBeVisible();
  await checked(app);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(offer).toHaveText('Sign in');

  tool(sso.home, 'echo "no browser" >&2\nexit 2\n');
  await offer.click();
  await expect(dialog.getByText(/ended with 2/)).toBeVisible();
  const token = { realm: '99999999-8888-7777-6666-555555555555', expires_on: '4000000000' };
  const renewing = { credential_type: 'RefreshToken' };
  const cache = JSON.stringify({ AccessToken: { a: token }, RefreshToken: { r: renewing } });
  tool(sso.home, `echo '${cache}' > "$HOME/.azure/msal_token_cache.json"\n`);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(offer).toHaveCount(0);
});

/** The same with an AWS that can be changed. */
const changing = cloudTest().extend<{ sso: Sso; hearth: Served }>({
  sso: async ({ cloud }, use) => {
    const home = mkdtempSync(join(tmpdir(), 'hearth-person-'));
    const { url, child } = await startSso();
    configure(home, url, cloud.url);
    await use({ url, home });
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  },
  hearth: async ({ sso }, use) => useHearthOf(sso.home, use),
});

changing('a change that failed goes back to its review', async ({ app, sso, complaints }) => {
  changing.skip(ministack === null, 'ministack is not installed: run tests/tools/judges.sh');
  const cache = join(sso.home, '.aws/sso/cache');
  await fetch(`${sso.url}/_person`, { method: 'POST', body: JSON.stringify({ does: 'allow' }) });
  await goTo(app, '#/accounts');
  const offer = app.getByRole('row', { name: /corp/ }).getByRole('button', { name: 'Sign in to corp' });
  await offer.click();
  await expect(app.getByText('corp is signed in').first()).toBeVisible();
  await rpc(app, 'account_unlock', { account: 'corp', minutes: 15 });
  const made = { account: 'corp', region: 'us-east-1', name: 'cup' };
  const deploy = { ...made, change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } } };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', deploy);
  await rpc(app, 'cloud_apply', { ...deploy, digest: seen.review.digest });
  await rpc(app, 'sync_start', { accounts: ['aws:corp'], metrics: false, logs: false, freshS: 0 });
  await expect
    .poll(async () => (await rpc<{ running: boolean }>(app, 'sync_status', {})).running, { timeout: 30_000 })
    .toBe(false);

  await goTo(app, '#/functions');
  await app.getByRole('main').getByRole('row', { name: /cup/ }).click();
  await app.getByRole('button', { name: 'Stop it…' }).click();
  const sheet = app.getByRole('dialog', { name: /cup/ });
  await expect(sheet.getByRole('row', { name: /lambda:PutFunctionConcurrency/ })).toBeVisible();
  // The sign-in ends between the review and the yes.
  rmSync(cache, { recursive: true });
  await sheet.getByRole('button', { name: 'Stop cup' }).click();
  await expect(sheet.getByText('It was not done')).toBeVisible();
  await sheet.getByRole('button', { name: 'Sign in to corp' }).click();
  await expect(app.getByRole('dialog', { name: 'Sign in to corp' })).toHaveCount(0);
  // It is not done by itself: the review is there again and waits for a yes.
  await expect(sheet.getByText('It was not done')).toHaveCount(0);
  await expect(sheet.getByText('nothing is changed before you say so')).toBeVisible();
  await sheet.getByRole('button', { name: 'Stop cup' }).click();
  await expect(sheet.getByText(/done in/)).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringContaining('424')]);
});
