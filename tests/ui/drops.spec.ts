/** A folder is never lost, however early or late it is dropped. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploySample, dropAt, dropFolder, expect, goTo, rpc, sampleFolder, test } from './hearth';

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
  await expect(page.getByRole('button', { name: /^Run Ctrl/ })).toBeVisible();
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

/** A folder of a test's own. */
function folderOf(name: string, files: Record<string, string | Buffer>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'hearth-e2e-src-')), name);
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
  return folder;
}

test('a folder with large files is deployed and runs', async ({ app }) => {
  const folder = folderOf('heavy', {
    'app.py':
      'import os\n\ndef handler(event, context):\n    return [os.path.getsize(name) for name in ("word.bin", "model.bin")]\n',
    'word.bin': randomBytes(400_000),
    'model.bin': randomBytes(3_000_000),
  });
  await goTo(app, '#/home');
  await dropFolder(app, folder);
  await expect(app).toHaveURL(/function\/heavy\/test/);
  await expect(app.getByLabel('Result, JSON')).toContainText('3000000');
});

test('a drop that fails says so wherever it was made, and the next one speaks for itself', async ({
  app,
  complaints,
}) => {
  await deploySample(app, 'kettle', 'here-before');
  await goTo(app, '#/home');
  await expect(app.getByRole('button', { name: 'Deploy…' })).toBeVisible();
  const bad = join(folderOf('zips', { 'bad.zip': 'PK no zip at all' }), 'bad.zip');
  await dropFolder(app, bad);
  const alert = app.getByRole('alert').filter({ hasText: 'was not deployed' });
  await expect(alert).toContainText('bad.zip was not deployed');
  // The browser notes the refusal, which is the one that was wanted.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('422')]);
  await dropFolder(app, folderOf('empty', {}));
  await expect(alert).toContainText('empty was not deployed');
  await expect(alert).toContainText('empty is empty');
  await expect(alert).not.toContainText('bad.zip');
  await dropFolder(app, sampleFolder('hello-python'));
  await expect(app).toHaveURL(/function\/hello-python\/test/);
});
