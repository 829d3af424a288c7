/** The steps of a deploy: a press too many undoes nothing, the keyboard goes along, and nothing half-done surprises. */
import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import { deploySample, dropFolder, expect, goTo, overflow, rpc, sampleFolder, test } from './hearth';
import type { Page } from '@playwright/test';

const names = async (app: Page): Promise<string[]> => {
  const list = await rpc<{ functions: { function: { name: string } }[] }>(app, 'functions_list', {
    filter: '',
  });
  return list.functions.map((row) => row.function.name);
};

async function toReview(app: Page, folder: string): Promise<void> {
  await goTo(app, '#/deploy');
  await expect(app.getByText('Drop a folder here')).toBeVisible();
  await dropFolder(app, folder);
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Choose where' }).click();
  await main.getByRole('button', { name: 'Review' }).click();
}

test('a double-click deploys once and undoes nothing, and its test event shows the answer', async ({
  app,
}) => {
  await toReview(app, sampleFolder('hello-python'));
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Deploy on this computer' }).dblclick();
  await expect(main.getByRole('heading', { name: 'Ready' })).toBeVisible();
  await expect(
    main.getByRole('heading', { name: 'Ready' }),
    'the keyboard is at what was made',
  ).toBeFocused();
  // A slow second press does not meet what takes it back either.
  await app.mouse.click(1_360, 850);
  await expect(main.getByRole('button', { name: 'Undo deploy' })).toBeVisible();
  expect(await names(app)).toContain('hello-python');
  await main.getByRole('button', { name: 'Send test' }).click();
  await expect(main.getByLabel('Answer, JSON')).toContainText('Hello, Ada');
  for (const [width, height] of [
    [1440, 900],
    [1024, 640],
  ] as const) {
    await app.setViewportSize({ width, height });
    expect(await overflow(app)).toEqual([]);
    const axe = await new AxeBuilder({ page: app }).analyze();
    expect(axe.violations.map((one) => one.id)).toEqual([]);
  }
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'made.png') });
});

test('each step takes the keyboard along', async ({ app }) => {
  await deploySample(app, 'kettle', 'steps-kettle');
  await goTo(app, '#/home');
  await app.keyboard.press('Control+k');
  await app.keyboard.type('Deploy a folder');
  await expect(app.getByRole('option', { name: /Deploy a folder/ })).toBeVisible();
  await app.keyboard.press('Enter');
  await expect(app.getByRole('heading', { name: 'Deploy', level: 1 })).toBeFocused();
  const main = app.getByRole('main');
  await main.getByLabel('Path of a folder, .zip or file on this computer').fill(sampleFolder('hello-python'));
  await app.keyboard.press('Enter');
  await expect(main.getByRole('heading', { name: 'What was found' })).toBeFocused();
  await main.getByRole('button', { name: 'Choose where' }).press('Enter');
  await expect(main.getByRole('heading', { name: 'Where' })).toBeFocused();
  await main.getByRole('button', { name: 'Review' }).press('Enter');
  await expect(main.getByRole('heading', { name: 'Exactly what will happen' })).toBeFocused();
  await main.getByRole('button', { name: 'Deploy on this computer' }).press('Enter');
  await expect(main.getByRole('heading', { name: 'Ready' })).toBeFocused();
});

test('Deploy… begins anew; what was half-done goes on only when it is asked for', async ({ app }) => {
  await deploySample(app, 'kettle', 'half-done');
  await goTo(app, '#/function/half-done/overview');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Deploy…' }).click();
  await expect(main.getByText('Where should half-done live?')).toBeVisible();
  await expect(main.getByText('Choose where first'), 'a disabled Review says why').toBeVisible();
  await expect(main.getByRole('button', { name: 'New code from a folder…' })).toBeVisible();
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'where.png') });

  await goTo(app, '#/home');
  await main.getByRole('button', { name: 'Deploy…' }).click();
  await expect(main.getByText('Drop a folder here')).toBeVisible();
  const left = main.getByRole('region', { name: 'Left half-done' });
  await expect(left).toContainText('half-done left at step 3 of 4');
  const axe = await new AxeBuilder({ page: app }).analyze();
  expect(axe.violations.map((one) => one.id)).toEqual([]);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'left.png') });
  await left.getByRole('button', { name: 'Go on' }).click();
  await expect(main.getByText('Where should half-done live?')).toBeVisible();

  // Its other code becomes its next version.
  const chooser = app.waitForEvent('filechooser');
  await main.getByRole('button', { name: 'New code from a folder…' }).click();
  await (await chooser).setFiles(sampleFolder('hello-python'));
  await expect(main.getByRole('heading', { name: 'What was found' })).toBeVisible();
  await main.getByRole('button', { name: 'Choose where' }).click();
  await main.getByRole('button', { name: 'Review' }).click();
  await expect(main.getByText('half-done gets a new version.')).toBeVisible();
  await main.getByRole('button', { name: 'Deploy on this computer' }).click();
  await expect(main.getByText('is now version 2')).toBeVisible();
});

test('the keys of the functions table act at once after going there by key', async ({ app }) => {
  for (const name of ['keys-a', 'keys-b', 'keys-c']) await deploySample(app, 'kettle', name);
  await goTo(app, '#/home');
  await expect(app.getByRole('button', { name: 'Deploy…' })).toBeVisible();
  await app.keyboard.press('g');
  await app.keyboard.press('f');
  const row = (index: number) => app.getByRole('table').locator('tbody tr').nth(index);
  await expect(row(0)).toBeFocused();
  await app.keyboard.press('j');
  await expect(row(1)).toBeFocused();
  await app.keyboard.press('k');
  await expect(row(0)).toBeFocused();
  await app.keyboard.press('i');
  await expect(app).toHaveURL(/#\/function\/[^/]+\/test/);
  await app.keyboard.press('g');
  await app.keyboard.press('f');
  await expect(row(0)).toBeFocused();
  // F6 comes to the rows too, from the title bar on.
  await app.getByRole('banner').getByRole('button').first().focus();
  await expect(async () => {
    await app.keyboard.press('F6');
    await expect(app.locator('tbody tr:focus')).toHaveCount(1, { timeout: 200 });
  }).toPass({ timeout: 5_000 });
  await app.keyboard.press('g');
  await app.keyboard.press('c');
  await expect(app.getByRole('heading', { name: 'Cost', level: 1 })).toBeVisible();
  // On the heading at first, and on the rows once they are there.
  await expect(app.locator('main h1:focus, main tbody tr:focus')).toHaveCount(1);
});

test('the page of a function that was deleted says so and brings it back', async ({ app, complaints }) => {
  await deploySample(app, 'kettle', 'gone-kettle');
  await goTo(app, '#/function/gone-kettle/test');
  const main = app.getByRole('main');
  await expect(main.getByRole('button', { name: /^Run/ })).toBeEnabled();
  await rpc(app, 'function_delete', { name: 'gone-kettle' });
  await expect(main.getByText('There is no function named gone-kettle')).toBeVisible();
  await expect(main.getByRole('button', { name: /^Run/ })).toHaveCount(0);
  // The browser itself notes that what was deleted is not found.
  expect(complaints.splice(0).every((one) => one.includes('404'))).toBe(true);
  await main.getByRole('button', { name: 'Bring it back' }).click();
  await expect(main.getByRole('button', { name: /^Run/ })).toBeEnabled();
  expect(await names(app)).toContain('gone-kettle');
});
