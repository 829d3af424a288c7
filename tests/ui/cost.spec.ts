/** Money: the golden path of a cost watcher as far as the Cost screen goes, by mouse and by keyboard. */
import { deploySample, expect, goTo, Presses, rpc, test } from './hearth';

async function calls(page: Parameters<typeof rpc>[0], name: string, count: number): Promise<void> {
  for (let call = 0; call < count; call += 1) {
    await rpc(page, 'invoke', {
      name,
      event: '{"cups":2}',
      cold: false,
      source: 'test',
      requestId: null,
    });
  }
}

test('cost, its table, a bill, and a what-if that moves the month: 8 clicks and 75 seconds', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'dear');
  await calls(app, 'dear', 5);
  const began = Date.now();
  const pressed = new Presses();
  await pressed.click(app.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Cost' }));
  const main = app.getByRole('main');
  await expect(main.getByRole('heading', { name: 'Cost', level: 1 })).toBeVisible();
  await expect(main.locator('.sentence')).toContainText('stands at $0.0');
  await expect(main.getByText(/too little history/).first()).toBeVisible();
  const chart = main.getByRole('img', { name: /^Cost in / });
  await expect(chart).toBeVisible();

  await pressed.click(main.getByRole('row', { name: /dear/ }));
  const drawer = app.getByRole('complementary', { name: 'dear' });
  await expect(drawer.getByText('as it is now')).toBeVisible();
  await expect(chart.locator('path.ghost')).toHaveCount(0);

  const memory = drawer.getByRole('slider', { name: /^Memory/ });
  await pressed.click(memory);
  await expect(drawer.getByText(/^Adds/)).toBeVisible();
  await expect(chart.locator('path.ghost').first()).toBeVisible();
  await pressed.click(drawer.getByRole('button', { name: 'arm64', exact: true }));
  await pressed.click(drawer.locator('summary', { hasText: /assumption/ }));
  await expect(drawer.getByText(/duration between .* from waiting for others to computing/)).toBeVisible();

  // Every amount opens to rate × quantity with its source.
  await pressed.click(drawer.locator('summary', { hasText: /^Requests/ }));
  await expect(drawer.getByText(/5 requests ×/)).toBeVisible();
  await expect(drawer.getByText(/aws\/lambda\/requests, us-east-1, read/).first()).toBeVisible();
  await expect(drawer.locator('summary', { hasText: 'Data out' })).toContainText('unknown');

  await pressed.click(main.getByRole('button', { name: 'Set budget…' }));
  await expect(app).toHaveURL(/#\/budgets/);
  expect(pressed.count, 'clicks of the path').toBeLessThanOrEqual(8);
  expect(Date.now() - began, 'milliseconds of the path').toBeLessThan(75_000);
});

test('the chart is read with arrow keys, and is a table when asked', async ({ app }) => {
  await deploySample(app, 'kettle', 'read');
  await calls(app, 'read', 2);
  await goTo(app, '#/cost');
  const main = app.getByRole('main');
  const chart = main.getByRole('img', { name: /^Cost in / });
  await chart.focus();
  await app.keyboard.press('ArrowLeft');
  await expect(main.locator('[aria-live=polite]', { hasText: /this day, .* so far/ })).toHaveCount(1);
  await app.keyboard.press('Escape');
  await main.getByRole('button', { name: 'The chart as a table' }).click();
  await expect(main.getByRole('region', { name: 'Cost day by day' }).getByRole('row').nth(1)).toBeVisible();
});

test('a row is opened and a memory size tried with the keyboard alone', async ({ app }) => {
  await deploySample(app, 'kettle', 'typed');
  await calls(app, 'typed', 2);
  await goTo(app, '#/cost');
  // The one row that Tab reaches.
  const row = app.getByRole('main').locator('tbody tr[tabindex="0"]');
  await row.focus();
  await app.keyboard.press('Space');
  const drawer = app.locator('aside.drawer');
  const memory = drawer.getByRole('slider', { name: /^Memory/ });
  await memory.focus();
  const before = await memory.getAttribute('aria-valuetext');
  await app.keyboard.press('ArrowRight');
  await expect(memory).not.toHaveAttribute('aria-valuetext', before ?? '');
  await expect(drawer.getByText(/^Adds|^Between/)).toBeVisible();
  await app.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await expect(row).toBeFocused();
});

test('tables and charts of the month can be saved', async ({ app }) => {
  await deploySample(app, 'kettle', 'saved');
  await calls(app, 'saved', 1);
  await goTo(app, '#/cost');
  for (const [item, ending] of [
    ['By meter, CSV', 'meters.csv'],
    ['Chart, SVG', '.svg'],
  ] as const) {
    await app.getByRole('button', { name: 'Save the month' }).click();
    const saving = app.waitForEvent('download');
    await app.getByRole('menuitem', { name: item }).click();
    expect((await saving).suggestedFilename()).toContain(ending);
  }
});
