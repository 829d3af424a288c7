/** Accounts: what was found, an endpoint that is added, the lock, and an account that does not answer. */
import { expect, goTo, rpc, test, violations } from './hearth';

test('without an account the page says where Hearth looked and what to do', async ({ app }) => {
  await goTo(app, '#/accounts');
  await expect(app.getByText('No account was found')).toBeVisible();
  await expect(app.getByText('no-aws-config', { exact: false }).first()).toBeVisible();
  await expect(app.getByRole('button', { name: 'Run a function here' })).toBeVisible();
  expect(await violations(app)).toEqual([]);
});

test('metrics are read only where a person says so, and their price stands there', async ({ app }) => {
  await goTo(app, '#/accounts');
  const metrics = app.getByLabel('Also read metrics', { exact: false });
  await expect(metrics).not.toBeChecked();
  await expect(app.getByText('$0.01 for 1,000 metrics')).toHaveCount(0);
  await metrics.check();
  await expect(app.getByText('$0.01 for 1,000 metrics')).toBeVisible();
  expect(await violations(app)).toEqual([]);
});

test('an endpoint is added, is read-only, is unlocked, and says why it does not answer', async ({ app }) => {
  await goTo(app, '#/accounts');
  await app.getByRole('main').getByRole('button', { name: 'Add an endpoint…' }).first().click();
  await app.getByLabel('Name').fill('emulator');
  // Nobody listens there.
  await app.getByLabel('URL').fill('http://127.0.0.1:9');
  await app.getByRole('button', { name: 'Add it' }).click();
  const drawer = app.getByRole('complementary', { name: 'emulator' });
  await expect(drawer.getByText('read-only', { exact: true })).toBeVisible();
  await drawer.getByRole('button', { name: 'Allow for 15 minutes' }).click();
  await expect(drawer.getByText('changes allowed for 15 min')).toBeVisible();
  await drawer.getByRole('button', { name: 'Make it read-only' }).click();
  await expect(drawer.getByText('read-only', { exact: true })).toBeVisible();
  await drawer.getByLabel('This is production').check();
  await expect(drawer.getByText('PRODUCTION', { exact: true })).toBeVisible();
  await drawer.getByRole('button', { name: 'Test' }).click();
  await expect(drawer.getByText('broke off', { exact: false }).first()).toBeVisible();
  expect(await violations(app)).toEqual([]);

  await app.keyboard.press('Escape');
  await app.getByRole('button', { name: 'Read functions' }).click();
  await expect(
    app.getByText('What could not be read holds nothing else up', {
      exact: false,
    }),
  ).toBeVisible({
    timeout: 40_000,
  });
  await rpc(app, 'endpoint_remove', { account: 'emulator' });
  await expect(app.getByText('No account was found')).toBeVisible();
});

test('an endpoint may speak as Google, and needs a project then', async ({ app }) => {
  await goTo(app, '#/accounts');
  await app.getByRole('main').getByRole('button', { name: 'Add an endpoint…' }).first().click();
  await app.getByRole('button', { name: 'Google Cloud' }).click();
  await app.getByLabel('Name').fill('tea');
  await app.getByLabel('URL').fill('http://127.0.0.1:9');
  await expect(app.getByRole('button', { name: 'Add it' })).toHaveAttribute('aria-disabled', 'true');
  await app.getByLabel('Project').fill('tea-dev');
  expect(await violations(app)).toEqual([]);
  await app.getByRole('button', { name: 'Add it' }).click();
  const drawer = app.getByRole('complementary', { name: 'tea' });
  await expect(drawer.getByText('Google Cloud, endpoint')).toBeVisible();
  await rpc(app, 'endpoint_remove', { account: 'tea' });
  await expect(app.getByText('No account was found')).toBeVisible();
});
