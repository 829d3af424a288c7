/** The Deployer's golden path: a dropped folder runs here, then in an account, and answers there. */
import {
  dropFolder,
  expect,
  goTo,
  Presses,
  rpc,
  sampleFolder,
  serve,
  test as base,
  type Served,
} from './hearth';
import { ministackProgram, startMinistack, type Ministack } from './ministack';

const program = ministackProgram();

/** Each test has a Hearth and a cloud of its own: what one deploys, no other finds. */
const test = base.extend<{ hearth: Served; cloud: Ministack }>({
  cloud: async ({}, use) => {
    if (program === null) throw new Error('the test must be skipped');
    const cloud = await startMinistack(program);
    await use(cloud);
    await cloud.stop();
  },
  hearth: async ({}, use) => {
    const { served, stop } = await serve();
    await use(served);
    await stop();
  },
});

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
  test.setTimeout(120_000);
  await meet(app, cloud);
  const pressed = new Presses();
  const main = app.getByRole('main');
  await goTo(app, '#/home');
  const began = Date.now();
  await dropFolder(app, sampleFolder('hello-python'));
  await pressed.click(app.getByRole('button', { name: /^Run Ctrl/ }));
  await expect(main.getByText('"greeting"')).toBeVisible({ timeout: 10_000 });

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
  await expect(main.getByLabel('Answer, JSON')).toContainText('"greeting"', {
    timeout: 20_000,
  });

  await pressed.click(main.getByRole('button', { name: 'Give it an address…' }));
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByText(/Anybody on the internet/)).toBeVisible();
  await pressed.click(sheet.getByRole('button', { name: 'Give it the address' }));
  await expect(sheet.getByText(/done in/)).toBeVisible({ timeout: 10_000 });
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
