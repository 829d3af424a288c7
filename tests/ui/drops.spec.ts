/** A folder is never lost, however early or late it is dropped. */
import { dropAt, dropFolder, expect, goTo, rpc, sampleFolder, test } from './hearth';

test('a folder dropped before the screens are there is deployed when they are', async ({ page, hearth }) => {
  await page.goto(hearth.ui);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  // The first half second, stretched: the page is there, its program is not yet.
  let letGo: () => void = () => {};
  const held = new Promise<void>((done) => (letGo = done));
  await page.route('**/assets/index-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: 'commit' });
  await page.waitForFunction(() => 'hearthTakeDrops' in window);
  await expect(page.getByRole('navigation', { name: 'Main' })).toHaveCount(0);
  await dropAt(page, sampleFolder('hello-python'));
  letGo();
  await expect(page.getByRole('button', { name: /^Run Ctrl/ })).toBeVisible({ timeout: 15_000 });
  await expect(page).toHaveURL(/function\/hello-python/);
});

test('two folders dropped one after the other are both deployed', async ({ app }) => {
  await goTo(app, '#/home');
  // Not `dropAt`: without a look at whether the window takes it, a busy browser may let a drop fall beside the page.
  await dropFolder(app, sampleFolder('hello-python'));
  await dropFolder(app, sampleFolder('kettle'));
  await expect(app).toHaveURL(/function\/kettle\/test/);
  const deployed = await rpc<{ functions: { function: { name: string; version: number } }[] }>(
    app,
    'functions_list',
    { filter: '' },
  );
  const names = deployed.functions.map((row) => row.function.name);
  expect(names).toEqual(expect.arrayContaining(['hello-python', 'kettle']));
});
