/** The Deployer's golden path: a dropped folder runs here, then in an account, and answers there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropFolder, expect, fits, goTo, Presses, rpc, sampleFolder, violations } from './hearth';
import { cloudTest, program, type Ministack } from './ministack';

const test = cloudTest();

test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

async function meet(app: Parameters<typeof rpc>[0], cloud: Ministack, name = 'emulator'): Promise<void> {
  await rpc(app, 'endpoint_add', {
    name,
    url: cloud.url,
    region: 'us-east-1',
    profile: null,
  });
}

test('a dropped folder runs here and then in an account, within 8 clicks and 90 seconds', async ({
  app,
  cloud,
}) => {
  await meet(app, cloud);
  const pressed = new Presses();
  const main = app.getByRole('main');
  await goTo(app, '#/home');
  const began = Date.now();
  await dropFolder(app, sampleFolder('hello-python'));
  await pressed.click(app.getByRole('button', { name: /^Run Ctrl/ }));
  await expect(main.getByText('"greeting"')).toBeVisible();

  await pressed.click(main.getByRole('button', { name: 'Deploy…' }));
  // The only account that it can go to is chosen already, and it is read-only.
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await expect(main.getByText('read-only', { exact: true })).toBeVisible();
  await pressed.click(main.getByRole('button', { name: 'Review' }));

  // The exact calls, the role that is made, and the same as a command line, before anything is changed.
  const calls = main.getByRole('table', { name: 'The calls, in their order' });
  for (const operation of ['iam:CreateRole', 'iam:PutRolePolicy', 'lambda:CreateFunction'])
    await expect(calls.getByRole('row', { name: new RegExp(operation) })).toBeVisible();
  expect(await functionsIn(app)).toEqual([]);
  const deploy = main.getByRole('button', { name: 'Deploy to emulator' });
  await expect(deploy).toHaveAttribute('aria-disabled', 'true');
  await pressed.click(main.getByRole('button', { name: 'Unlock for 15 minutes' }));
  await expect(main.getByText('changes allowed for 15 min')).toBeVisible();
  await pressed.click(deploy);

  await expect(main.getByText(/is live in emulator after/)).toBeVisible({
    timeout: 40_000,
  });
  const made = main.getByRole('table', {
    name: 'The calls and how far each is',
  });
  await expect(made.getByRole('row', { name: /lambda:CreateFunction.*made/ })).toBeVisible();
  await pressed.click(main.getByRole('button', { name: 'Send test' }));
  await expect(main.getByLabel('Answer, JSON')).toContainText('"greeting"');

  await pressed.click(main.getByRole('button', { name: 'Give it an address…' }));
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByText(/Anybody on the internet/)).toBeVisible();
  await pressed.click(sheet.getByRole('button', { name: 'Give it the address' }));
  await expect(sheet.getByText(/done in/)).toBeVisible();
  await expect(main.locator('.url')).toContainText('lambda-url');
  const took = Date.now() - began;
  const address = new URL((await main.locator('.url').textContent()) ?? '');
  const answer = await fetch(cloud.url, { headers: { host: address.host } });
  expect(answer.status, `${address.href} answers`).toBe(200);
  test.info().annotations.push({
    type: 'measured',
    description: `${pressed.count} clicks, ${took} ms`,
  });
  console.log(`Deployer: ${pressed.count} clicks, ${(took / 1000).toFixed(1)} s`);
  expect(pressed.count, 'clicks from the drop to the address').toBeLessThanOrEqual(8);
  expect(took, 'milliseconds from the drop to the address').toBeLessThan(90_000);
});

/** What the account holds, asked of the account. */
async function functionsIn(app: Parameters<typeof rpc>[0]): Promise<string[]> {
  const answer = await rpc<{ functions: { name: string }[] }>(app, 'cloud_functions', {
    account: 'emulator',
    regions: [],
  });
  return answer.functions.map((one) => one.name);
}

/** Brings a folder to the third step of the Deploy screen. */
async function toWhere(app: Parameters<typeof rpc>[0]): Promise<void> {
  await goTo(app, '#/deploy');
  await dropFolder(app, sampleFolder('hello-python'));
  await app.getByRole('main').getByRole('button', { name: 'Choose where' }).click();
}

test('each account says whether it can be deployed to, and production is marked', async ({
  app,
  cloud,
  hearth,
}) => {
  await toWhere(app);
  const main = app.getByRole('main');
  await expect(main.getByText('No account was found')).toBeVisible();
  await expect(main.getByRole('link', { name: 'Accounts' })).toBeVisible();
  // Files are read anew each time, so what appears there is found.
  writeFileSync(
    join(hearth.dataDir, 'no-aws-config'),
    '[profile corp]\nsso_start_url = https://x/start\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = R\n',
  );
  await meet(app, cloud);
  await meet(app, cloud, 'shop-prod');
  await expect(main.getByRole('radio', { name: /corp/ })).toBeDisabled();
  await expect(main.getByText('aws sso login --profile corp')).toBeVisible();
  await expect(main.getByText('PRODUCTION')).toHaveCount(1);
  await main.getByRole('radio', { name: /shop-prod/ }).check();
  await expect(main.getByText('shop-prod is production.')).toBeVisible();
  await main.getByRole('button', { name: 'Unlock for 15 min: emulator' }).click();
  await expect(main.getByText('changes allowed for 15 min')).toBeVisible();
  await fits(app);
});

test('with the keyboard alone; a plan that became another one is looked at again; undo deletes it', async ({
  app,
  cloud,
  complaints,
}) => {
  await meet(app, cloud);
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  await toWhere(app);
  const main = app.getByRole('main');
  await main.getByRole('radio', { name: /This computer/ }).focus();
  await app.keyboard.press('ArrowDown');
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await main.getByRole('button', { name: 'Review' }).focus();
  await app.keyboard.press('Enter');
  const deploy = main.getByRole('button', { name: 'Deploy to emulator' });
  await expect(deploy).not.toHaveAttribute('aria-disabled', 'true');

  // Somebody else deploys the same function between the review and the yes.
  const request = {
    account: 'emulator',
    region: null,
    name: 'hello-python',
    change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } },
  };
  const other = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: other.review.digest });
  await deploy.focus();
  await app.keyboard.press('Enter');
  await expect(main.getByRole('alert')).toContainText('The plan is another one now');
  // The refusal that was asked for, and nothing else.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await main.getByRole('button', { name: 'Review again' }).focus();
  await app.keyboard.press('Enter');
  await expect(main.getByRole('row', { name: /lambda:UpdateFunctionCode/ })).toBeVisible();
  await deploy.focus();
  await app.keyboard.press('Enter');
  await expect(main.getByText(/is live in emulator after/)).toBeVisible({ timeout: 40_000 });
  expect(await violations(app)).toEqual([]);

  // What it replaced cannot be brought back by deleting, so that is not offered; Functions can delete it.
  await expect(main.getByRole('button', { name: 'Undo deploy…' })).toHaveCount(0);
  await main.getByRole('link', { name: /See it among your functions/ }).click();
  await main.getByRole('row', { name: /hello-python/ }).click();
  await app.getByRole('button', { name: 'Delete it…' }).click();
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByRole('row', { name: /lambda:DeleteFunction/ })).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await sheet.getByRole('button', { name: 'Delete hello-python' }).click();
  await expect(sheet).toHaveCount(0);
  expect(await functionsIn(app)).toEqual([]);
});
