/** A deploy to an account that is cancelled while AWS makes the function: in the wizard, and in the review sheet. */
import type { Page } from '@playwright/test';
import { busyBefore, type Busy } from './busy';
import { dropFolder, expect, goTo, overflow, rpc, sampleFolder, violations } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest().extend<{ busy: Busy }>({
  busy: async ({ cloud }, use) => {
    const busy = await busyBefore(cloud.url);
    await use(busy);
    await busy.stop();
  },
});
test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

/** What the account holds, asked of the account. */
async function functionsIn(app: Page): Promise<string[]> {
  const answer = await rpc<{ functions: { name: string }[] }>(app, 'cloud_functions', {
    account: 'emulator',
    regions: [],
  });
  return answer.functions.map((one) => one.name);
}

async function meet(app: Page, url: string): Promise<void> {
  await rpc(app, 'endpoint_add', { name: 'emulator', url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
}

test('a deploy is cancelled in the wizard, taken back call by call, and can be made again', async ({
  app,
  busy,
  complaints,
}) => {
  await meet(app, busy.url);
  await goTo(app, '#/deploy');
  await dropFolder(app, sampleFolder('hello-python'));
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Choose where' }).click();
  await main.getByRole('radio', { name: /emulator/ }).check();
  await main.getByRole('button', { name: 'Review' }).click();
  busy.hold();
  await main.getByRole('button', { name: 'Deploy to emulator' }).click();
  const calls = main.getByRole('table', { name: 'The calls and how far each is' });
  await expect(calls.getByRole('row', { name: /lambda:CreateFunction.*calling/ })).toBeVisible();
  expect(await functionsIn(app)).toEqual(['hello-python']);

  // Escape is no answer: it cancels nothing.
  await app.keyboard.press('Escape');
  await expect(calls.getByRole('row', { name: /lambda:CreateFunction.*calling/ })).toBeVisible();
  const cancel = main.getByRole('button', { name: 'Cancel and take back' });
  await cancel.focus();
  await app.keyboard.press('Enter');
  await expect(calls.getByRole('row', { name: /lambda:CreateFunction.*being taken back/ })).toBeVisible();
  await expect(cancel).toHaveAttribute('title', 'It is being cancelled');
  expect(await violations(app)).toEqual([]);
  busy.letGo();
  const end = main.getByRole('alert');
  await expect(end).toContainText('Cancelled.', { timeout: 40_000 });
  await expect(end).toContainText('lambda:CreateFunction, iam:PutRolePolicy, iam:CreateRole');
  await expect(calls.getByRole('row', { name: /being taken back/ })).toHaveCount(0);
  for (const operation of ['iam:CreateRole', 'iam:PutRolePolicy', 'lambda:CreateFunction'])
    await expect(calls.getByRole('row', { name: new RegExp(`${operation}.*taken back`) })).toBeVisible();
  expect(await functionsIn(app), 'nothing is left').toEqual([]);
  // That the change was not made is an answer of its own, and nothing else went wrong.
  expect(complaints.splice(0).length).toBeLessThanOrEqual(1);
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
  expect(await violations(app)).toEqual([]);

  await main.getByRole('button', { name: 'Review again' }).click();
  await main.getByRole('button', { name: 'Deploy to emulator' }).click();
  await expect(main.getByText(/is live in emulator after/)).toBeVisible({ timeout: 40_000 });
});

test('a change in the review sheet is cancelled by its button, and what was set is set back', async ({
  app,
  busy,
  complaints,
}) => {
  await meet(app, busy.url);
  const request = {
    account: 'emulator',
    region: 'us-east-1',
    name: 'kettle',
    change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } },
  };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: seen.review.digest });
  const layer = await fetch(`${busy.url}/2018-10-31/layers/glaze/versions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/lambda/aws4_request',
    },
    body: JSON.stringify({ Content: { ZipFile: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==' } }),
  });
  expect(layer.ok).toBe(true);
  await rpc(app, 'sync_start', { accounts: ['endpoint:emulator'], metrics: false, freshS: 0 });
  await goTo(app, '#/functions');
  await app
    .getByRole('region', { name: 'Functions' })
    .getByRole('row', { name: /kettle/ })
    .click();
  const drawer = app.getByRole('complementary', { name: 'kettle' });
  await drawer.getByRole('button', { name: 'Read everything about it' }).click();
  const layers = drawer.getByRole('region', { name: 'Layers' });
  await layers.getByRole('button', { name: 'Attach a layer…' }).click({ timeout: 15_000 });
  await layers.getByRole('button', { name: /^Layer to attach/ }).click();
  await app.getByRole('option', { name: /glaze/ }).click();
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByRole('row', { name: /lambda:UpdateFunctionConfiguration/ })).toBeVisible();
  busy.hold();
  await sheet.getByRole('button', { name: /^Attach/ }).click();
  const calls = sheet.getByRole('table', { name: 'The calls and how far each is' });
  await expect(calls.getByRole('row', { name: /calling/ })).toBeVisible();
  await sheet.getByRole('button', { name: 'Cancel and take back' }).click();
  await expect(calls.getByRole('row', { name: /being taken back/ })).toBeVisible();
  busy.letGo();
  await expect(sheet.getByRole('alert')).toContainText('Cancelled.', { timeout: 40_000 });
  await expect(calls.getByRole('row', { name: /being taken back/ })).toHaveCount(0);
  await expect(calls.getByRole('row', { name: /taken back/ })).toBeVisible();
  expect(complaints.splice(0).length).toBeLessThanOrEqual(1);
  expect(await violations(app)).toEqual([]);
  await sheet.getByRole('button', { name: 'Close' }).click();
  const sides = await rpc<{ layers: string[] }>(app, 'cloud_sides', {
    account: 'emulator',
    region: 'us-east-1',
    name: 'kettle',
  });
  expect(sides.layers).toEqual([]);
});
