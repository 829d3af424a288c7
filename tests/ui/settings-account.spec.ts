/** Config, tags and power of a function in an account, each changed through its review; and ways to call it. */
import { azurePython, azureTest } from './azure';
import { expect, goTo, overflow, violations } from './hearth';
import { deploy, meet, open, standing, yes } from './kettle';
import { cloudTest, program } from './ministack';

const test = cloudTest();

interface Standing {
  tags: Record<string, string>;
  function: { state: string; configuration: { memoryMb: number; environmentNames: string[] } };
}

test('memory and a variable are changed, and what goes away with them is said before', async ({
  app,
  cloud,
}) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await meet(app, cloud.url);
  const environment = { COLOUR: 'PLANTED-amber', SIZE: 'PLANTED-large' };
  await deploy(app, { environment });
  const drawer = await open(app);
  const config = drawer.getByRole('region', { name: 'Config' });
  const review = config.getByRole('button', { name: 'Review…' });
  await expect(review).toHaveAttribute('title', 'Nothing is changed');
  await expect(config.getByText(/AWS replaces all of them at once/)).toBeVisible();
  await expect(config.getByText('PLANTED')).toHaveCount(0);

  const memory = config.getByLabel('Memory, MB');
  await memory.fill('64');
  await expect(review).toHaveAttribute('title', 'Memory is 128 to 10 240 MB');
  await memory.fill('256');
  await config.getByLabel('Timeout, s').fill('901');
  await expect(review).toHaveAttribute('title', 'The timeout is 1 to 900 s');
  await config.getByLabel('Timeout, s').fill('30');
  await config.getByLabel('One line for people').fill('pours tea');
  await config.getByRole('button', { name: 'Replace COLOUR' }).click();
  await config.getByLabel('Value of COLOUR').fill('red');
  await expect(config.getByText(/Write a value again to keep a variable/)).toBeVisible();
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
  expect(await violations(app)).toEqual([]);
  await app.setViewportSize({ width: 1440, height: 900 });
  await review.click();
  await expect(app.getByRole('dialog').getByText('These variables go away: SIZE.')).toBeVisible();
  await yes(app, 'Change kettle', 'lambda:UpdateFunctionConfiguration');
  await expect(config.getByRole('button', { name: 'Replace COLOUR' })).toBeVisible();
  await expect(config.getByRole('button', { name: 'Replace SIZE' })).toHaveCount(0);
  await expect(memory).toHaveValue('256');
  expect((await standing<Standing>(app)).function.configuration).toMatchObject({
    memoryMb: 256,
    timeoutS: 30,
    description: 'pours tea',
    environmentNames: ['COLOUR'],
  });
});

test('a tag is added, changed and removed', async ({ app, cloud }) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await meet(app, cloud.url);
  await deploy(app);
  const drawer = await open(app);
  await expect(drawer.getByRole('region', { name: 'Start and stop' }), 'AWS has no such thing').toHaveCount(
    0,
  );
  const tags = drawer.getByRole('region', { name: 'Tags' });
  await tags.getByRole('button', { name: 'Add a tag…' }).click();
  const made = tags.getByRole('form', { name: 'New tag' });
  await expect(made.getByRole('button', { name: 'Review…' })).toHaveAttribute('title', 'Write a key');
  await made.getByLabel('Key').fill('team');
  await made.getByLabel('Value').fill('tea');
  expect(await violations(app)).toEqual([]);
  await made.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Set team', 'lambda:TagResource');
  await expect(tags.getByText('tea', { exact: true })).toBeVisible();
  expect((await standing<Standing>(app)).tags['team']).toBe('tea');

  await tags.getByRole('button', { name: 'Change team' }).click();
  const form = tags.getByRole('form', { name: 'Change team' });
  await expect(form.getByRole('button', { name: 'Review…' })).toHaveAttribute('title', 'It is so already');
  await form.getByLabel('Value').fill('coffee');
  await form.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Set team', 'lambda:TagResource');
  await expect(tags.getByText('coffee', { exact: true })).toBeVisible();

  await tags.getByRole('button', { name: 'Remove team' }).click();
  await yes(app, 'Remove team', 'lambda:UntagResource');
  await expect(tags.getByRole('button', { name: 'Remove team' })).toHaveCount(0);
  expect((await standing<Standing>(app)).tags['team']).toBeUndefined();

  // A call may only be asked for, or be sent without waiting.
  const run = drawer.getByRole('region', { name: 'Run it', exact: true });
  await run.getByRole('button', { name: 'Only ask' }).click();
  await run.getByRole('button', { name: 'Ask there' }).click();
  await expect(run.getByText('It may be called. Nothing ran.')).toBeVisible();
  await run.getByRole('button', { name: 'Do not wait' }).click();
  await run.getByRole('button', { name: 'Send there' }).click();
  await expect(run.getByText('The event was taken; it runs by itself.')).toBeVisible();
});

azureTest('an app of Azure is stopped and started, and its other settings stay', async ({ app, azure }) => {
  azureTest.skip(
    azurePython === null,
    'the clients of Microsoft are not installed: run tests/tools/judges.sh',
  );
  const region = 'westeurope';
  await meet(app, azure, { region, profile: null, provider: 'azure' });
  await deploy(app, { runtime: 'python3.12', environment: { COLOUR: 'PLANTED-amber' } }, region);
  const drawer = await open(app);
  const power = drawer.getByRole('region', { name: 'Start and stop' });
  await expect(power.getByText('It runs: calls are answered.')).toBeVisible();
  await expect(power.getByRole('button', { name: 'Start…', exact: true })).toHaveAttribute(
    'title',
    'It is started already',
  );
  await power.getByRole('button', { name: 'Stop…' }).click();
  await yes(app, 'Stop kettle', 'Microsoft.Web/sites/stop/action');
  await expect(power.getByText(/It is stopped/)).toBeVisible();
  expect((await standing<Standing>(app, region)).function.state).toBe('stopped');
  await expect(power.getByRole('button', { name: 'Restart…' })).toHaveAttribute(
    'title',
    'It is stopped: start it',
  );
  await power.getByRole('button', { name: 'Start…', exact: true }).click();
  await yes(app, 'Start kettle', 'Microsoft.Web/sites/start/action');
  await expect(power.getByText('It runs: calls are answered.')).toBeVisible();
  await power.getByRole('button', { name: 'Restart…' }).click();
  await yes(app, 'Restart kettle', 'Microsoft.Web/sites/restart/action');

  const config = drawer.getByRole('region', { name: 'Config' });
  await expect(config.getByLabel('Timeout, s')).toHaveAttribute('readonly');
  await expect(drawer.getByRole('region', { name: 'Limit' }), 'an app has none').toHaveCount(0);
  await expect(config.getByText(/Azure keeps those that you do not name/)).toBeVisible();
  await expect(config.getByRole('button', { name: 'Take COLOUR away' })).toHaveAttribute('title', /portal/);
  await config.getByRole('button', { name: 'Add variable' }).click();
  await config.getByLabel('Name of the variable').fill('CUPS');
  await config.getByLabel('Value of CUPS').fill('2');
  await config.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Change kettle', 'Microsoft.Web/sites/config/write');
  await expect(config.getByRole('button', { name: 'Replace CUPS' })).toBeVisible();
  expect((await standing<Standing>(app, region)).function.configuration.environmentNames).toEqual([
    'COLOUR',
    'CUPS',
  ]);

  const tags = drawer.getByRole('region', { name: 'Tags' });
  await expect(tags.getByRole('button', { name: 'Add a tag…' })).toHaveAttribute('title', /on AWS only/);
  expect(await violations(app)).toEqual([]);

  // What it was billed is shown for Azure too, and the role says where it goes.
  await goTo(app, `#/accounts/${encodeURIComponent('endpoint:emulator')}`);
  const account = app.getByRole('complementary', { name: 'emulator' });
  await account.getByRole('button', { name: 'Show the bill…' }).click();
  const bill = account.getByRole('region', { name: 'Bill by day and resource' });
  await expect(bill.getByRole('row', { name: /0\.000123456789 EUR/ }).first()).toBeVisible();
  await expect(account.getByRole('button', { name: 'Copy role to look' })).toBeVisible();
  await expect(account.getByText(/az role definition create/)).toBeVisible();
  expect(await violations(app)).toEqual([]);
});
