/** The dock and the drawer: streams beside a table that stays usable, and a function's own places in one column. */
import { deploySample, expect, goTo, rpc, test } from './hearth';

const invoke = (name: string) => ({
  name,
  event: '{"cups":2}',
  cold: false,
  source: 'test',
  requestId: null,
});

test('t tails the chosen function in the dock while the table stays usable', async ({ app }) => {
  await deploySample(app, 'kettle', 'dock-a');
  await deploySample(app, 'kettle', 'dock-b');
  await goTo(app, '#/functions/dock-a');
  const row = app.getByRole('row', { name: /dock-a/ });
  await row.focus();
  await app.keyboard.press('t');
  const dock = app.getByRole('region', { name: 'Dock', exact: true });
  await expect(dock.getByRole('tab', { name: /dock-a/ })).toHaveAttribute('aria-selected', 'true');
  await expect(row).toBeFocused();
  await rpc(app, 'invoke', invoke('dock-a'));
  await expect(dock.getByText('heating 2 cups')).toBeVisible();

  // The focus never left the table: the next row, the next stream.
  await app.keyboard.press('j');
  await expect(app.getByRole('complementary', { name: 'dock-b' })).toBeVisible();
  await app.keyboard.press('t');
  await expect(dock.getByRole('tab')).toHaveCount(2);
  await expect(dock.getByRole('tab', { name: /dock-b/ })).toHaveAttribute('aria-selected', 'true');

  // The title leads to the drawer, and the drawer to the stream.
  await dock.getByRole('tab', { name: /dock-a/ }).click();
  await dock.getByRole('link', { name: 'dock-a, open its drawer' }).click();
  const drawer = app.getByRole('complementary', { name: 'dock-a' });
  await expect(drawer).toBeVisible();
  const tail = drawer.getByRole('button', { name: /^Tail logs/ });
  await expect(tail).toHaveAttribute('aria-pressed', 'true');
  await tail.click();
  await expect(dock).toHaveCount(0);
  await tail.click();
  await expect(dock.getByRole('tab', { name: /dock-a/ })).toHaveAttribute('aria-selected', 'true');
});

test('the dock is resized by pointer and keyboard, between its limits, and remembers its height', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'dock-high');
  await goTo(app, '#/function/dock-high');
  await app.locator('#main').focus();
  await app.keyboard.press('t');
  const dock = app.getByRole('region', { name: 'Dock', exact: true });
  const edge = dock.getByRole('separator');
  const height = async () => Math.round((await dock.boundingBox())?.height ?? 0);
  await edge.focus();
  await app.keyboard.press('End');
  expect(await height()).toBe(120);
  await app.keyboard.press('ArrowDown');
  expect(await height(), 'not below its least').toBe(120);
  await app.keyboard.press('ArrowUp');
  expect(await height()).toBe(144);
  await app.keyboard.press('Home');
  expect(await height(), 'half of the window').toBe(450);

  const box = await edge.boundingBox();
  if (!box) throw new Error('the edge has no box');
  await app.mouse.move(700, box.y + 4);
  await app.mouse.down();
  await app.mouse.move(700, box.y + 154, { steps: 4 });
  await app.mouse.up();
  expect(await height()).toBe(300);
  await app.reload();
  await app.keyboard.press('Control+j');
  await expect(dock).toBeVisible();
  expect(await height()).toBe(300);
  await edge.focus();
  await app.keyboard.press('Escape');
  await expect(dock).toHaveCount(0);
});

test('a run is shown in the dock with its lines and its answer', async ({ app }) => {
  await deploySample(app, 'kettle', 'dock-run');
  await rpc(app, 'invoke', invoke('dock-run'));
  await app.keyboard.press('Control+k');
  await app.keyboard.type('Run dock-run in the dock');
  await expect(app.getByRole('option', { name: /Run dock-run in the dock/ })).toBeVisible();
  await app.keyboard.press('Enter');
  const dock = app.getByRole('region', { name: 'Dock', exact: true });
  await expect(dock.getByRole('region', { name: 'Answer of this run' })).toContainText('"poured":2');
  await expect(dock.getByText('heating 2 cups')).toBeVisible();
  await dock.getByRole('link', { name: /^Call .*, open its drawer/ }).click();
  await expect(app.getByRole('complementary', { name: /^Call / })).toBeVisible();
});

test('the drawer has six places as tabs and the rest behind More, without leaving the table', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'places');
  await goTo(app, '#/functions/places');
  const drawer = app.getByRole('complementary', { name: 'places' });
  const tabs = drawer.getByRole('tablist', { name: 'places' }).getByRole('tab');
  await expect(tabs).toHaveText(['Overview', 'Test', 'Code', 'Config', 'Logs', 'Lanes']);
  await drawer.getByRole('tab', { name: 'Test' }).click();
  await drawer.getByRole('button', { name: /^Run/ }).click();
  await expect(drawer.getByText('"poured"')).toBeVisible();
  await drawer.getByRole('tab', { name: 'Code' }).click();
  await expect(drawer.getByRole('button', { name: 'index.js' })).toBeVisible();
  await drawer.getByRole('tab', { name: 'Logs' }).click();
  await expect(drawer.getByText(/^poured; /)).toBeVisible();
  await drawer.getByRole('button', { name: 'More of places' }).click();
  await app.getByRole('menuitem', { name: 'History' }).click();
  await expect(drawer.getByRole('tab', { name: 'History' })).toHaveAttribute('aria-selected', 'true');
  await expect(drawer.getByText('runs now')).toBeVisible();
  await expect(app).toHaveURL(/functions\/places\/history/);
  await expect(app.getByRole('table').first()).toBeVisible();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await expect(drawer).toHaveCount(0);
});

test('a figure says where it comes from, to the pointer and to the keyboard', async ({ app }) => {
  await deploySample(app, 'kettle', 'sourced');
  await rpc(app, 'invoke', invoke('sourced'));
  await goTo(app, '#/functions/sourced');
  const drawer = app.getByRole('complementary', { name: 'sourced' });
  const total = drawer.getByRole('group', { name: /^Receipt/ }).getByRole('note');
  const tip = app.getByRole('tooltip');
  // The drawer may still be moving under the pointer.
  await expect(async () => {
    await app.mouse.move(0, 0);
    await total.hover();
    await expect(tip).toContainText('derived', { timeout: 1_000 });
  }).toPass();
  await expect(tip).toContainText(/list prices of \d+ \w+ 2026, us-east-1/);
  await app.keyboard.press('Escape');
  await expect(tip).toHaveCount(0);
  await expect(drawer, 'Esc hid the tooltip, not the drawer').toBeVisible();
  await app.getByRole('button', { name: /^On AWS/ }).focus();
  await app.keyboard.press('Shift+Tab');
  await expect(tip).toContainText('measured');
});
