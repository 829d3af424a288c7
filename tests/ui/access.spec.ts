/** Every screen for everybody: no violation in dark, light and high contrast, nothing cut at the smallest window. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { deploySample, expect, goTo, overflow, rpc, test } from './hearth';

const SCREENS: [name: string, hash: string][] = [
  ['Home', '#/home'],
  ['Functions', '#/functions'],
  ['Function drawer', '#/functions/seen'],
  ['Drawer: Test', '#/functions/seen/test'],
  ['Drawer: Code', '#/functions/seen/code'],
  ['Drawer: Config', '#/functions/seen/config'],
  ['Drawer: Logs', '#/functions/seen/logs'],
  ['Drawer: Lanes', '#/functions/seen/lanes'],
  ['Test', '#/function/seen/test'],
  ['Code', '#/function/seen/code'],
  ['Function lanes', '#/function/seen/lanes'],
  ['History', '#/function/seen/history'],
  ['Deploy', '#/deploy'],
  ['Lanes', '#/lanes/seen'],
  ['Invocations', '#/invocations'],
  ['Logs', '#/logs'],
  ['Budgets', '#/budgets'],
  ['New budget', '#/budgets/new'],
  ['Cost', '#/cost'],
  ['Settings', '#/settings'],
  ['Price book', '#/settings/prices'],
  ['Ask the ledger', '#/ask'],
  ['Local runtime', '#/runtime'],
  ['Containers', '#/containers'],
  ['Accounts', '#/accounts'],
  ['New endpoint', '#/accounts/new'],
];

async function prepare(app: Page): Promise<string> {
  await deploySample(app, 'kettle', 'seen');
  let last = '';
  for (const event of ['{"cups":2}', '{"cups":40}', '{"cups":1}']) {
    const answer = await rpc<{ requestId: string }>(app, 'invoke', {
      name: 'seen',
      event,
      cold: false,
      source: 'test',
      requestId: null,
    });
    last = answer.requestId;
  }
  return last;
}

for (const theme of ['dark', 'light', 'hc'] as const) {
  test(`no screen has a serious violation, ${theme}`, async ({ app, hearth }) => {
    test.setTimeout(600_000);
    const last = await prepare(app);
    const address = new URL(hearth.ui);
    await app.goto(`${address.origin}/?theme=${theme}`);
    await expect(app.locator('html')).toHaveAttribute('data-theme', theme);
    const found: string[] = [];
    for (const [name, hash] of [...SCREENS, ['Call', `#/invocations/${last}`] as [string, string]]) {
      await goTo(app, hash);
      await expect(app.getByRole('main').getByRole('heading').first()).toBeVisible();
      await app.waitForTimeout(250);
      // Names, roles and order are the same in every theme; only colours differ.
      const axe = new AxeBuilder({ page: app });
      const result = await (
        theme === 'dark'
          ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
          : axe.withRules(['color-contrast'])
      ).analyze();
      for (const one of result.violations) {
        if (one.impact !== 'serious' && one.impact !== 'critical') continue;
        found.push(
          `${name}: ${one.id} at ${one.nodes
            .map((node) => node.target.join(' '))
            .slice(0, 3)
            .join(' | ')}`,
        );
      }
    }
    expect(found).toEqual([]);
  });
}

test('nothing sticks out of a window of 1024 by 640', async ({ app }) => {
  const last = await prepare(app);
  await app.setViewportSize({ width: 1024, height: 640 });
  const found: string[] = [];
  for (const [name, hash] of [...SCREENS, ['Call', `#/invocations/${last}`] as [string, string]]) {
    await goTo(app, hash);
    await expect(app.getByRole('main').getByRole('heading').first()).toBeVisible();
    await app.waitForTimeout(200);
    found.push(...(await overflow(app)).map((what) => `${name}: ${what}`));
  }
  expect(found).toEqual([]);
});

test('the theme can be switched and stays', async ({ app }) => {
  const html = app.locator('html');
  const before = await html.getAttribute('data-theme');
  await app.getByRole('button', { name: /theme/i }).first().click();
  await expect(html).not.toHaveAttribute('data-theme', before ?? '');
  const after = await html.getAttribute('data-theme');
  await app.reload();
  await expect(html).toHaveAttribute('data-theme', after ?? '');
  await rpc(app, 'settings_set', {
    ...(await rpc<Record<string, unknown>>(app, 'settings_get', {})),
    theme: 'system',
  });
});
