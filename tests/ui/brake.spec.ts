/** A budget is set, the brake armed; a burst spends it, the brake pulls, calls are refused with the reason, a key lets go. */
import { deploySample, expect, goTo, overflow, rpc, testAlone as test } from './hearth';

test('a tiny budget pulls the brake, and one key releases it', async ({ app }) => {
  await deploySample(app, 'kettle', 'spender');
  await goTo(app, '#/budgets');
  const main = app.getByRole('main');
  await expect(main.getByText('No budget yet', { exact: true })).toBeVisible();

  // Set, with the keyboard.
  await app.locator('#main').focus();
  await app.keyboard.press('b');
  const drawer = app.getByRole('complementary', { name: 'New budget' });
  await drawer.getByLabel('US dollars a month').fill('0.0000001');
  await app.keyboard.press('Enter');
  const row = main
    .getByRole('table', { name: 'Budgets' })
    .or(main.getByRole('region', { name: 'Budgets', exact: true }));
  await expect(row.first()).toContainText('All functions');
  await main.getByRole('button', { name: 'Armed' }).click();
  const pill = app.getByRole('banner').getByRole('link', { name: /^Brake/ });
  await expect(pill).toHaveText(/Brake: armed, \d/);

  // Burst: the brake pulls, in the page, the title bar and a message.
  await rpc(app, 'invoke_send', {
    name: 'spender',
    event: '{"cups":1}',
    count: 5,
  });
  await expect(main.getByText('The brake holds 1 function.').first()).toBeVisible();
  await expect(pill).toHaveText('Brake holds spender');
  await expect(app.getByText('The brake stopped spender').first()).toBeVisible();

  // A rehearsal says what it would do, and does nothing.
  await main.getByRole('button', { name: 'Rehearse…' }).click();
  const rehearsal = app.getByRole('dialog', { name: 'Rehearsal of the brake' });
  await expect(rehearsal.getByRole('row', { name: /spender/ })).toContainText('holds it already');
  await expect(rehearsal).toContainText('no limit of its own');
  await expect(rehearsal).toContainText('status 429');
  await expect(rehearsal).toContainText("stopped by Hearth's brake: All functions spent the budget of $");
  expect(await overflow(app)).toEqual([]);
  await app.keyboard.press('Escape');
  await expect(rehearsal).toHaveCount(0);
  await expect(pill).toHaveText('Brake holds spender');

  // Refused, with the reason.
  await goTo(app, '#/function/spender/test');
  await app.getByRole('button', { name: /^Run/ }).first().click();
  await expect(
    app
      .getByRole('main')
      .getByText(/stopped by Hearth's brake/)
      .first(),
  ).toBeVisible();

  // One key lets go, from any page.
  await app.keyboard.press('Control+Shift+B');
  await expect(app.getByText('Released spender').first()).toBeVisible();
  await expect(pill).toHaveText(/^Brake: armed/);
  const answer = await rpc<{ invocation: { outcome: string } }>(app, 'invoke', {
    name: 'spender',
    event: '{"cups":1}',
    cold: false,
    source: 'test',
    requestId: null,
  });
  expect(answer.invocation.outcome).toBe('succeeded');

  await goTo(app, '#/budgets');
  const history = main.getByRole('table', { name: 'History' });
  await expect(history).toContainText('Stopped spender');
  await expect(history).toContainText('Released spender');
  await main.getByText('All functions', { exact: true }).first().click();
  const change = app.getByRole('complementary', {
    name: 'Budget for All functions',
  });
  await expect(change.getByLabel('US dollars a month')).toHaveValue('0.0000001');
  await app.keyboard.press('Escape');
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
  await rpc(app, 'brake_mode', { mode: 'suggest' });
  await rpc(app, 'budget_delete', { scope: { kind: 'all' } });
});
