/** Keys can be changed, and single ones switched off (WCAG 2.1.4). */
import { expect, goTo, rpc, test } from './hearth';
import type { Page } from '@playwright/test';

const reset = async (app: Page): Promise<void> => {
  const settings = await rpc<Record<string, unknown>>(app, 'settings_get', {});
  await rpc(app, 'settings_set', { ...settings, singleKeys: true, keys: {} });
};

test('single letters can be switched off; chords stay', async ({ app }) => {
  await goTo(app, '#/settings');
  const off = app.getByRole('switch', { name: /^Single-letter keys/ });
  await off.click();
  await expect(off).not.toBeChecked();
  await app.locator('#main').focus();
  await app.keyboard.press('g');
  await app.keyboard.press('f');
  await app.keyboard.press('?');
  await app.keyboard.press('Control+k');
  await expect(app.getByRole('dialog', { name: 'Command palette' })).toBeVisible();
  await expect(app.getByRole('dialog', { name: 'Keys' })).toHaveCount(0);
  await expect(app).toHaveURL(/settings/);
  await app.keyboard.press('Escape');
  await off.click();
  await expect(off).toBeChecked();
  await app.locator('#main').focus();
  await app.keyboard.press('g');
  await app.keyboard.press('f');
  await expect(app).toHaveURL(/functions/);
  await reset(app);
});

test('a key is changed, refused when taken, kept, and given back', async ({ app }) => {
  await app.locator('#main').focus();
  await app.keyboard.press('?');
  const sheet = app.getByRole('dialog', { name: 'Keys' });
  await sheet.getByRole('button', { name: 'Change keys…' }).click();
  const functions = sheet.getByRole('button', { name: /^(Change|Press).* keys of Functions/ });
  await functions.click();
  await app.keyboard.press('?');
  await expect(sheet.getByRole('alert')).toHaveText('? is This sheet');
  await functions.click();
  await app.keyboard.press('Alt+f');
  await expect(functions).toHaveAccessibleName('Change the keys of Functions, now Alt f');
  await sheet.getByRole('button', { name: 'Done' }).click();
  await app.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await app.keyboard.press('Alt+f');
  await expect(app).toHaveURL(/functions/);

  await app.reload();
  await goTo(app, '#/home');
  await app.locator('#main').focus();
  await app.keyboard.press('Alt+f');
  await expect(app, 'the key is kept').toHaveURL(/functions/);
  await app.keyboard.press('?');
  await sheet.getByRole('button', { name: 'Change keys…' }).click();
  await sheet.getByRole('button', { name: 'Give Functions its own keys back' }).click();
  await expect(functions).toHaveAccessibleName('Change the keys of Functions, now g f');
  await reset(app);
});
