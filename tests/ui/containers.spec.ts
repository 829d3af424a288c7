/** Containers: an account is chosen, tasks run from an image, a service is scaled and deleted, a task says why it stopped. */
import { deploySample, expect, goTo, overflow, rpc, violations } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test('without an account that runs containers the page says what to do', async ({ app }) => {
  await goTo(app, '#/containers');
  await expect(app.getByText('No account that runs containers')).toBeVisible();
  await expect(app.getByRole('main').getByRole('link', { name: 'Accounts' })).toBeVisible();
  expect(await violations(app)).toEqual([]);
});

test('the cost of a function leads to Lambda or Fargate, with Fargate already tried', async ({ app }) => {
  await deploySample(app, 'kettle', 'kettle');
  const run = { name: 'kettle', event: '{"cups":2}', cold: false, source: 'test', requestId: null };
  await rpc(app, 'invoke', run);
  await goTo(app, '#/functions/kettle/cost');
  await app.getByRole('link', { name: 'Compare with Fargate' }).click();
  await expect(app).toHaveURL(/#\/cost\/.*plan=fargate/);
  const what = app.getByRole('region', { name: 'What if' });
  await expect(what.getByRole('button', { name: 'Plan: AWS Fargate' })).toBeVisible();
  await expect(what.getByRole('figure', { name: /^Pays from .* calls a month on/ })).toBeVisible();
});

test.describe('in an account', () => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

  test('a service is made from an image, scaled and deleted, and a task says why it stopped', async ({
    app,
    cloud,
  }) => {
    await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
    const main = app.getByRole('main');
    await goTo(app, '#/containers');
    await main.getByRole('button', { name: 'Read the clusters of emulator' }).click();
    await expect(main.getByText('No cluster in emulator')).toBeVisible();
    expect(await violations(app)).toEqual([]);

    await main.getByRole('button', { name: 'Run tasks…' }).first().click();
    const form = app.getByRole('complementary', { name: 'Run tasks' });
    await form.getByRole('button', { name: 'Keep running' }).click();
    await form.getByLabel('Image').fill('nginx:1.27');
    await form.getByLabel('Name').fill('web');
    await form.getByLabel('Cluster').fill('shop');
    await form.getByLabel('Tasks', { exact: true }).fill('2');
    const review = form.getByRole('button', { name: 'Review…' });
    await expect(review).toHaveAttribute('title', 'Name a subnet');
    await form.getByLabel('Subnets').fill('subnet-1');
    expect(await violations(app)).toEqual([]);
    await review.click();

    // The exact calls and what it costs, before anything is changed; the account is read-only.
    const sheet = app.getByRole('dialog');
    const calls = sheet.getByRole('table', { name: 'The calls, in their order' });
    for (const operation of ['ecs:CreateCluster', 'ecs:RegisterTaskDefinition', 'ecs:CreateService'])
      await expect(calls.getByRole('row', { name: new RegExp(operation) })).toBeVisible();
    await expect(sheet.getByText('$0.024685 an hour', { exact: false })).toBeVisible();
    const yes = sheet.getByRole('button', { name: 'Keep 2 tasks running' });
    await expect(yes).toHaveAttribute('aria-disabled', 'true');
    await sheet.getByRole('button', { name: 'Unlock for 15 minutes' }).click();
    await yes.click();
    await expect(sheet.getByText(/done in/)).toBeVisible();
    await sheet.getByRole('button', { name: 'Close' }).click();
    await app.keyboard.press('Escape');

    const services = main.getByRole('region', { name: 'Services' });
    await services.getByRole('row', { name: /web/ }).click();
    const drawer = app.getByRole('complementary', { name: 'web' });
    await expect(drawer.getByText('2 of 2 tasks running', { exact: false })).toBeVisible();
    await expect(drawer.getByRole('group', { name: /^Receipt/ })).toContainText('Processors, 0.5 vCPU-hours');
    expect(await violations(app)).toEqual([]);

    await drawer.getByLabel('Tasks to keep').fill('3');
    await drawer.getByRole('button', { name: 'Scale…' }).click();
    await expect(sheet.getByText('From $0.024685 to $0.037028 an hour', { exact: false })).toBeVisible();
    await sheet.getByRole('button', { name: 'Keep 3 tasks' }).click();
    await expect(sheet.getByText(/done in/)).toBeVisible();
    await sheet.getByRole('button', { name: 'Close' }).click();
    await expect(drawer.getByText('3 of 3 tasks running', { exact: false })).toBeVisible();

    // A task of it, its log, and why it stopped.
    await drawer.getByRole('button', { name: 'Its tasks' }).click();
    const tasks = main.getByRole('region', { name: 'Tasks' });
    await expect(tasks.getByRole('row', { name: /running/ })).toHaveCount(3);
    await tasks
      .getByRole('row', { name: /running/ })
      .first()
      .click();
    const task = app.getByRole('complementary', { name: /^Task / });
    await task.getByRole('button', { name: 'Read its log' }).click();
    await expect(task.getByText('It has written nothing.')).toBeVisible();
    expect(await violations(app)).toEqual([]);
    await task.getByRole('button', { name: 'Stop it…' }).click();
    await expect(sheet.getByText('starts another task in its place', { exact: false })).toBeVisible();
    await sheet.getByRole('button', { name: 'Stop the task' }).click();
    await expect(sheet.getByText(/done in/)).toBeVisible();
    await sheet.getByRole('button', { name: 'Close' }).click();
    await expect(task.getByText('Somebody stopped it', { exact: false }).first()).toBeVisible();

    await app.setViewportSize({ width: 1024, height: 640 });
    expect(await overflow(app)).toEqual([]);
    expect(await violations(app)).toEqual([]);
    await app.setViewportSize({ width: 1440, height: 900 });

    await app.keyboard.press('Escape');
    await main.getByRole('button', { name: 'Services' }).click();
    await services.getByRole('row', { name: /web/ }).click();
    await drawer.getByLabel('with what Hearth made for it').check();
    await drawer.getByRole('button', { name: 'Delete it…' }).click();
    await expect(sheet.getByText('Cannot be undone.')).toBeVisible();
    await sheet.getByRole('button', { name: 'Delete web' }).click();
    await expect(main.getByText('No service in shop')).toBeVisible();
  });

  test('an account that does not answer says so, and asking again is one press', async ({
    app,
    complaints,
  }) => {
    // Nobody listens there.
    await rpc(app, 'endpoint_add', {
      name: 'nobody',
      url: 'http://127.0.0.1:9',
      region: 'us-east-1',
      profile: null,
    });
    await goTo(app, '#/containers');
    await app.getByRole('button', { name: 'Read the clusters of nobody' }).click();
    await expect(app.getByText('The clusters could not be read')).toBeVisible({ timeout: 30_000 });
    await expect(app.getByRole('button', { name: 'Try again' })).toBeVisible();
    expect(await violations(app)).toEqual([]);
    expect(complaints.splice(0)).toEqual([expect.stringContaining('502')]);
  });
});
