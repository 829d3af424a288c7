/** The main job: a folder is dropped, and its result, logs, price and server are seen. */
import { copyOf, deploySample, dropFolder, expect, goTo, rpc, sampleFolder, test } from './hearth';

test('a dropped Python folder runs, and shows result, logs, receipt and lane without a click within 10 seconds', async ({
  app,
}) => {
  await goTo(app, '#/home');
  const began = Date.now();
  await dropFolder(app, sampleFolder('hello-python'));
  const main = app.getByRole('main');
  await expect(main.getByText('"greeting"')).toBeVisible();
  await expect(main.getByText(/call 1 of this environment greets/)).toBeVisible();
  await expect(main.getByRole('group', { name: /^Receipt/ })).toContainText('On AWS');
  await expect(main.getByRole('img', { name: /^Server 1 / })).toBeVisible();
  const picture = process.env['HEARTH_SCREENSHOT'];
  if (picture) await app.screenshot({ path: picture });
  await expect(main.getByText(/The last run took/)).toBeVisible();
  expect(Date.now() - began, 'milliseconds from the drop to the result').toBeLessThan(10_000);
});

test('the kettle runs with one press and nothing installed', async ({ app }) => {
  await goTo(app, '#/deploy');
  await app
    .getByRole('main')
    .getByRole('button', { name: /kettle/ })
    .click();
  await app.getByRole('button', { name: /^Run Ctrl/ }).click();
  await expect(app.getByRole('main').getByText('"poured"')).toBeVisible();
});

test('a whole run needs no mouse', async ({ app }) => {
  await deploySample(app, 'kettle', 'by-keyboard');
  await app.keyboard.press('Control+k');
  await expect(app.getByRole('combobox')).toBeFocused();
  await app.keyboard.type('Test by-keyboard');
  await expect(app.getByRole('option', { name: /Test by-keyboard/ })).toBeVisible();
  await app.keyboard.press('Enter');
  await expect(app).toHaveURL(/function\/by-keyboard\/test/);
  await expect(app.getByRole('button', { name: /^Run Ctrl/ })).toBeVisible();
  await app.keyboard.press('Control+Enter');
  await expect(app.getByRole('main').getByText('"poured"')).toBeVisible();
  await app.keyboard.press('Escape');
  await app.locator('#main').focus();
  await app.keyboard.press('g');
  await app.keyboard.press('i');
  await expect(app.getByRole('heading', { name: 'Invocations', level: 1 })).toBeVisible();
  await expect(app.getByRole('row', { name: /by-keyboard/ }).first()).toBeVisible();
});

test('a failing function says why and what to do', async ({ app }) => {
  await deploySample(app, 'kettle', 'too-full');
  await goTo(app, '#/home');
  const answer = await rpc<{ requestId: string; functionError: string | null }>(app, 'invoke', {
    name: 'too-full',
    event: '{"cups":99}',
    cold: false,
    source: 'test',
    requestId: null,
  });
  expect(answer.functionError).toBe('Unhandled');
  await goTo(app, `#/invocations/${answer.requestId}`);
  const drawer = app.getByRole('complementary', { name: /^Call / });
  await expect(drawer.getByText(/a kettle holds 1 to 12 cups, not 99/).first()).toBeVisible();
  await expect(drawer.getByRole('heading', { name: 'What happened' })).toBeVisible();
  await expect(drawer.getByRole('heading', { name: 'What to do' })).toBeVisible();
});

test('a folder without a handler gives a clear error and the next drop works', async ({ app }) => {
  const folder = copyOf('hello-python', 'no-handler');
  const { rmSync, writeFileSync } = await import('node:fs');
  rmSync(`${folder}/app.py`);
  writeFileSync(`${folder}/notes.txt`, 'nothing to run');
  await goTo(app, '#/functions');
  await dropFolder(app, folder);
  await expect(
    app
      .getByRole('main')
      .getByText(/handler|runtime/i)
      .first(),
  ).toBeVisible();
  await expect(app.getByRole('button', { name: /^Run Ctrl/ })).toHaveCount(0);
  await dropFolder(app, sampleFolder('kettle'));
  await expect(app.getByRole('button', { name: /^Run Ctrl/ })).toBeVisible();
});
