/** Versions, aliases, limit and address of a function in an account, in its drawer: each change through its review. */
import type { Locator, Page } from '@playwright/test';
import { googlePython, googleTest } from './google';
import { expect, overflow, violations } from './hearth';
import { change, deploy, meet, open, standing, yes } from './kettle';
import { cloudTest, program } from './ministack';

const test = cloudTest();

interface Standing {
  versions: { version: string; description: string }[];
  aliases: { name: string; version: string; weights: Record<string, number> }[];
  url: { url: string; public: boolean } | null;
  function: {
    configuration: { memoryMb: number; timeoutS: number; reservedConcurrency: number | null };
  };
}

async function pick(app: Page, form: Locator, label: string, version: string): Promise<void> {
  await form.getByRole('button', { name: new RegExp(`^${label}`) }).click();
  await app.getByRole('option', { name: new RegExp(`^${version}`) }).click();
}

test('a version is published, gets a part of the traffic, and one click leads back', async ({
  app,
  cloud,
}) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await meet(app, cloud.url);
  await deploy(app);
  const drawer = await open(app);
  const versions = drawer.getByRole('region', { name: 'Versions' });
  const aliases = drawer.getByRole('region', { name: 'Aliases' });
  await expect(versions.getByText('None was published yet.')).toBeVisible();
  await expect(aliases.getByRole('button', { name: 'New alias…' })).toHaveAttribute(
    'title',
    'Publish a version first: a name points at one',
  );
  await versions.getByLabel('One line about the version').fill('first pour');
  await versions.getByRole('button', { name: 'Publish…' }).click();
  await yes(app, 'Publish a version', 'lambda:PublishVersion');
  await expect(versions.getByText(/first pour/)).toBeVisible();
  // Another sheet over the page has a look of its own, also after a review was there.
  await app.keyboard.press('?');
  const keys = app.getByRole('dialog', { name: 'Keys' });
  expect(await keys.evaluate((sheet) => getComputedStyle(sheet).width)).toBe('900px');
  await app.keyboard.press('Escape');

  await aliases.getByRole('button', { name: 'New alias…' }).click();
  const made = aliases.getByRole('form', { name: 'New alias' });
  await expect(made.getByRole('button', { name: 'Review…' })).toHaveAttribute('title', /^Write a name/);
  await made.getByLabel('Name').fill('live');
  await made.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Make live', 'lambda:CreateAlias');
  await expect(aliases.getByText('version 1', { exact: true })).toBeVisible();
  await expect(aliases.getByRole('button', { name: 'Roll back: live' })).toHaveAttribute(
    'title',
    'There is no earlier version',
  );

  // A second version of other settings, or AWS would keep no new one.
  await change(app, { kind: 'configure', memoryMb: 256, environment: null });
  await versions.getByRole('button', { name: 'Publish…' }).click();
  await yes(app, 'Publish a version', 'lambda:PublishVersion');
  await expect(versions.getByText('2', { exact: true })).toBeVisible();

  await aliases.getByRole('button', { name: 'Shift live' }).click();
  const shift = aliases.getByRole('form', { name: 'Shift live' });
  await pick(app, shift, 'A part of it to', '1');
  await expect(shift.getByRole('button', { name: 'Review…' })).toHaveAttribute(
    'title',
    'Choose two versions',
  );
  await pick(app, shift, 'A part of it to', '2');
  await shift.getByLabel('Percent to 2').fill('25');
  expect(await violations(app)).toEqual([]);
  await shift.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Shift live', 'lambda:UpdateAlias');
  await expect(aliases.getByText('75 % to version 1, 25 % to version 2')).toBeVisible();
  expect((await standing<Standing>(app)).aliases).toEqual([
    { name: 'live', version: '1', weights: { '2': 0.25 } },
  ]);

  // The whole way, and back with one click and its yes.
  await aliases.getByRole('button', { name: 'Shift live' }).click();
  await pick(app, shift, 'Most of the traffic to', '2');
  await pick(app, shift, 'A part of it to', 'no other version');
  await shift.getByRole('button', { name: 'Review…' }).click();
  await yes(app, 'Shift live', 'lambda:UpdateAlias');
  await expect(aliases.getByText('version 2', { exact: true })).toBeVisible();
  await aliases.getByRole('button', { name: 'Back to 1: live' }).click();
  await yes(app, 'Roll back to 1', 'lambda:UpdateAlias');
  await expect(aliases.getByText('version 1', { exact: true })).toBeVisible();
  expect((await standing<Standing>(app)).aliases).toEqual([{ name: 'live', version: '1', weights: {} }]);
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
  expect(await violations(app)).toEqual([]);
});

test('an address is made, copied and taken away, and a limit set and removed', async ({ app, cloud }) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await meet(app, cloud.url);
  await deploy(app);
  const drawer = await open(app);
  const address = drawer.getByRole('region', { name: 'Address' });
  await expect(address.getByText('It has none.')).toBeVisible();
  await address.getByRole('button', { name: 'Anyone' }).click();
  await address.getByRole('button', { name: 'Give it an address…' }).click();
  await expect(app.getByRole('dialog').getByText(/Anybody on the internet/)).toBeVisible();
  await yes(app, 'Give it the address', 'lambda:CreateFunctionUrlConfig');
  await expect(address.getByText('Public: anybody on the internet can call it.')).toBeVisible();
  const { url } = await standing<Standing>(app);
  await expect(address.getByText(url?.url ?? 'none', { exact: true })).toBeVisible();
  await app.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await address.getByRole('button', { name: 'Copy the address' }).click();
  await expect(app.getByText('Copied the address')).toBeVisible();
  expect(await app.evaluate(() => navigator.clipboard.readText())).toBe(url?.url);
  await address.getByRole('button', { name: 'Take it away…' }).click();
  await yes(app, 'Take the address away', 'lambda:DeleteFunctionUrlConfig');
  await expect(address.getByText('It has none.')).toBeVisible();
  expect((await standing<Standing>(app)).url).toBeNull();

  const limit = drawer.getByRole('region', { name: 'Limit' });
  await expect(limit.getByText(/none of its own/)).toBeVisible();
  const most = limit.getByLabel('Most servers at once');
  const set = limit.getByRole('button', { name: 'Set the limit…' });
  await most.fill('1.5');
  await expect(set).toHaveAttribute('title', 'Write a whole number from 0 on');
  await most.fill('3');
  expect(await violations(app)).toEqual([]);
  await set.click();
  await yes(app, 'Limit it to 3', 'lambda:PutFunctionConcurrency');
  await expect(limit.getByText('At most 3 servers at once, kept for it alone.')).toBeVisible();
  expect((await standing<Standing>(app)).function.configuration.reservedConcurrency).toBe(3);
  await limit.getByRole('button', { name: 'Take it away…' }).click();
  await yes(app, 'Take the limit away', 'lambda:DeleteFunctionConcurrency');
  await expect(limit.getByText(/none of its own/)).toBeVisible();
  expect((await standing<Standing>(app)).function.configuration.reservedConcurrency).toBeNull();
});

googleTest(
  'revisions of Google share traffic and lead back, and who may call is said',
  async ({ app, google }) => {
    googleTest.skip(
      googlePython === null,
      'the clients of Google are not installed: run tests/tools/judges.sh',
    );
    const region = 'us-central1';
    await meet(app, google, { provider: 'google', project: 'tea-dev' });
    await deploy(app, {}, region);
    await change(app, { kind: 'configure', memoryMb: 512, environment: null }, region);
    const drawer = await open(app);
    const revisions = drawer.getByRole('region', { name: 'Revisions' });
    await expect(revisions.getByRole('listitem')).toHaveCount(2);
    await expect(
      revisions.getByRole('button', { name: 'Publish…' }),
      'each deploy is one by itself',
    ).toHaveCount(0);
    const before = await standing<Standing>(app, region);
    const [newest, oldest] = before.versions.map((one) => one.version);
    const traffic = drawer.getByRole('region', { name: 'Traffic and tags' });
    await expect(traffic.getByText(`revision ${newest}`, { exact: true })).toBeVisible();
    await traffic.getByRole('button', { name: 'Shift traffic' }).click();
    const shift = traffic.getByRole('form', { name: 'Shift traffic' });
    await pick(app, shift, 'A part of it to', oldest ?? '');
    await shift.getByLabel(`Percent to ${oldest}`).fill('20');
    await shift.getByRole('button', { name: 'Review…' }).click();
    await yes(app, 'Shift traffic', 'run.services.update');
    await expect(traffic.getByText(`80 % to revision ${newest}, 20 % to revision ${oldest}`)).toBeVisible();
    expect((await standing<Standing>(app, region)).aliases).toEqual([
      { name: 'traffic', version: newest, weights: { [oldest ?? '']: 0.2 } },
    ]);
    await traffic.getByRole('button', { name: `Back to ${newest}: traffic` }).click();
    await yes(app, `Roll back to ${newest}`, 'run.services.update');
    await expect(traffic.getByText(`revision ${newest}`, { exact: true })).toBeVisible();

    const address = drawer.getByRole('region', { name: 'Address' });
    await expect(address.getByRole('button', { name: 'Take it away…' })).toHaveCount(0);
    await expect(address.getByText('Only who may invoke it can call it.')).toBeVisible();
    await address.getByRole('button', { name: 'Let anybody call it…' }).click();
    await yes(app, 'Let anybody call it', 'setIamPolicy');
    await expect(address.getByText('Public: anybody on the internet can call it.')).toBeVisible();
    expect((await standing<Standing>(app, region)).url?.public).toBe(true);
    expect(await violations(app)).toEqual([]);
  },
);

googleTest(
  'a function of Google is limited to a number of servers, and its timeout is set',
  async ({ app, google }) => {
    googleTest.skip(
      googlePython === null,
      'the clients of Google are not installed: run tests/tools/judges.sh',
    );
    const region = 'us-central1';
    await meet(app, google, { provider: 'google', project: 'tea-dev' });
    await deploy(app, {}, region);
    const drawer = await open(app);
    const limit = drawer.getByRole('region', { name: 'Limit' });
    const most = limit.getByLabel('Most servers at once');
    const set = limit.getByRole('button', { name: 'Set the limit…' });
    // Google takes no limit of 0, so none is offered.
    await most.fill('0');
    await expect(set).toHaveAttribute('title', 'Write a whole number from 1 on');
    await most.fill('7');
    expect(await violations(app)).toEqual([]);
    await set.click();
    await yes(app, 'Limit it to 7', 'cloudfunctions.functions.update');
    await expect(limit.getByText('At most 7 servers at once.')).toBeVisible();
    expect((await standing<Standing>(app, region)).function.configuration.reservedConcurrency).toBe(7);
    await limit.getByRole('button', { name: 'Take it away…' }).click();
    await yes(app, 'Take the limit away', 'cloudfunctions.functions.update');
    await expect(limit.getByText(/none of its own/)).toBeVisible();
    expect((await standing<Standing>(app, region)).function.configuration.reservedConcurrency).toBeNull();

    const config = drawer.getByRole('region', { name: 'Config' });
    const review = config.getByRole('button', { name: 'Review…' });
    await config.getByLabel('Timeout, s').fill('3601');
    await expect(review).toHaveAttribute('title', 'The timeout is 1 to 3600 s');
    await config.getByLabel('Timeout, s').fill('1200');
    await review.click();
    await yes(app, 'Change kettle', 'cloudfunctions.functions.update');
    await expect(config.getByLabel('Timeout, s')).toHaveValue('1200');
    expect((await standing<Standing>(app, region)).function.configuration.timeoutS).toBe(1200);
  },
);
