/** One event here and in an account, and the calls of that account in the ledger afterwards. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploySample, expect, fits, goTo, rpc, violations } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

test('a saved event runs here and in an account, side by side; then its calls stand in Invocations and Lanes', async ({
  app,
  cloud,
  hearth,
}) => {
  await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  await deploySample(app, 'hello-python', 'hello-python');
  const request = {
    account: 'emulator',
    region: null,
    name: 'hello-python',
    change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } },
  };
  const review = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: review.review.digest });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 0 });
  const events = join(hearth.dataDir, 'my-events');
  mkdirSync(events);
  writeFileSync(join(events, 'ada.json'), '{"name": "Ada"}');

  // The folder is chosen in Settings.
  await goTo(app, '#/settings');
  await app.getByLabel('Folder of saved events').fill(events);
  await app.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(app.getByText('1 event in it', { exact: false })).toBeVisible();

  // What the account holds is read, so that it can be chosen.
  await goTo(app, '#/accounts');
  await app.getByRole('button', { name: 'Read functions' }).click();
  await expect(app.getByText('1 function in 1 region', { exact: false })).toBeVisible();

  await goTo(app, '#/function/hello-python/test');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Event from the folder' }).click();
  await app.getByRole('option', { name: 'ada' }).click();
  await expect(main.getByLabel('Event, JSON')).toContainText('Ada');
  await main.getByLabel('on several targets').check();
  await expect(main.getByLabel('This computer')).toBeChecked();
  await main.getByLabel('emulator, us-east-1').check();
  const run = main.getByRole('button', { name: 'Run on 2 targets' });
  await expect(run, 'a locked account is not called').toHaveAttribute('aria-disabled', 'true');
  await main.getByRole('button', { name: 'Unlock for 15 minutes' }).click();
  await run.click();
  const here = main.getByRole('region', { name: 'This computer, hello-python' });
  const there = main.getByRole('region', { name: 'emulator, us-east-1, hello-python' });
  await expect(here.getByLabel(/^Answer of/)).toContainText('Hello, Ada');
  await expect(there.getByLabel(/^Answer of/)).toContainText('Hello, Ada');
  // The sample says its request id, which no two places share.
  await expect(main.getByText('Differs')).toBeVisible();
  for (const side of [here, there]) {
    for (const term of ['Took', 'Start', 'Billed', 'Cost'])
      await expect(side.getByText(term, { exact: true })).toBeVisible();
  }
  await fits(app);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'everywhere.png') });

  // The call in the account comes into the ledger from its log.
  await app.setViewportSize({ width: 1440, height: 900 });
  await goTo(app, '#/accounts');
  await app.getByLabel('Also read calls, from the logs of the accounts').check();
  await expect(app.getByText('No vendor bills these requests', { exact: false })).toBeVisible();
  await app.getByRole('button', { name: 'Read functions' }).click();
  await expect(app.getByText('1 new call', { exact: false })).toBeVisible();
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'accounts.png') });
  await goTo(app, '#/invocations');
  const row = app.getByRole('row').filter({ hasText: 'emulator, us-east-1' });
  await expect(row).toHaveCount(1);
  await expect(app.getByRole('row').filter({ hasText: 'hello-python' })).toHaveCount(2);
  await row.click();
  const call = app.getByRole('complementary', { name: /^Call/ });
  await expect(call.getByText('read from the log of its account', { exact: false })).toBeVisible();
  await expect(call.getByRole('button', { name: 'Run again' })).toHaveAttribute('aria-disabled', 'true');
  expect(await violations(app)).toEqual([]);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'call.png') });
  await call.getByRole('link', { name: 'Lanes', exact: true }).click();
  await expect(main.getByText('Rebuilt from the log')).toBeVisible();
  await expect(main.getByRole('button', { name: /^Send 1/ }), 'lanes of an account are watched').toHaveCount(
    0,
  );
  await main.getByRole('button', { name: /^Table/ }).click();
  await expect(
    main
      .getByRole('table')
      .getByText(/Server 1/)
      .first(),
  ).toBeVisible();
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'lanes.png') });
  await goTo(app, `#/function/${encodeURIComponent('endpoint:emulator/us-east-1/hello-python')}`);
  await expect(main.getByText('in emulator, us-east-1', { exact: false })).toBeVisible();
  await expect(main.getByRole('tab')).toHaveText([
    'Overview',
    'Test',
    'Code',
    'Config',
    'Logs',
    'Lanes',
    'History',
  ]);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'page.png') });
});
