/** The golden path of a cost watcher, and the Cost screen over the demo: many accounts, and figures that add up. */
import type { Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { deploySample, expect, goTo, overflow, Presses, rpc, serve, test } from './hearth';

interface Amount {
  cost: { listUsd: string; afterGrantsUsd: string };
}
interface Overview extends Amount {
  functions: (Amount & {
    name: string;
    account: string;
    provider: string;
    plan: string;
  })[];
  accounts: (Amount & { id: string; name: string; provider: string })[];
  meters: (Amount & { meter: string })[];
}

const sum = (rows: Amount[]) => rows.reduce((all, row) => all + Number(row.cost.listUsd), 0);

/** Drags a slider's thumb: one press, however far. */
async function drag(page: Page, slider: Locator, to: number): Promise<void> {
  const box = await slider.boundingBox();
  const at = Number(await slider.inputValue());
  const [least, most] = [Number(await slider.getAttribute('min')), Number(await slider.getAttribute('max'))];
  if (!box) throw new Error('the slider is not to be seen');
  const x = (value: number) => box.x + 8 + ((value - least) / (most - least)) * (box.width - 16);
  const y = box.y + box.height / 2;
  await page.mouse.move(x(at), y);
  await page.mouse.down();
  await page.mouse.move((x(at) + x(to)) / 2, y, { steps: 4 });
  await page.mouse.move(x(to), y, { steps: 4 });
  await page.mouse.up();
}

test('Cost, its table, a bill, memory and arm move the month, a budget, the report: 8 clicks and 75 seconds', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'dear');
  for (let cups = 1; cups <= 5; cups += 1)
    await rpc(app, 'invoke', {
      name: 'dear',
      event: `{"cups":${cups}}`,
      cold: false,
      source: 'test',
      requestId: null,
    });
  const pressed = new Presses();
  const began = Date.now();

  await pressed.click(app.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Cost' }));
  const main = app.getByRole('main');
  await expect(main.locator('.sentence')).toContainText('stands at $0.0');
  const table = main.getByRole('region', { name: 'Cost by function' });
  await expect(table.getByRole('row', { name: /dear/ })).toContainText('HERE');

  await pressed.click(table.getByRole('row', { name: /dear/ }));
  const drawer = app.getByRole('complementary', { name: 'dear' });
  await expect(drawer.getByRole('heading', { name: 'What it is made of' })).toBeVisible();
  await expect(drawer.getByText('as it is now')).toBeVisible();

  // A drag moves the ghost and the month's range; the arm toggle moves both again.
  const ghost = main.getByRole('img', { name: /^Cost in / }).locator('path.ghost');
  const range = drawer.locator('.wres .fig');
  const asItIs = await range.textContent();
  await expect(ghost).toHaveCount(0);
  await drag(app, drawer.getByRole('slider', { name: /^Memory/ }), 900);
  pressed.count += 1;
  await expect(drawer.getByText(/^Adds/)).toBeVisible();
  await expect(ghost.first()).toBeVisible();
  const dragged = await range.textContent();
  expect(dragged, 'the month with more memory').not.toBe(asItIs);
  expect(dragged, 'a range').toContain(' to ');
  const line = await ghost.first().getAttribute('d');
  await pressed.click(drawer.getByRole('button', { name: 'arm64', exact: true }));
  await expect(ghost.first()).not.toHaveAttribute('d', line ?? '');
  await expect(range).not.toHaveText(dragged ?? '');

  await pressed.click(main.getByRole('button', { name: 'Set budget…' }));
  const form = app.getByRole('complementary', { name: 'New budget' });
  await expect(form.getByLabel('US dollars a month')).toBeFocused();
  await app.keyboard.type('5');
  await app.keyboard.press('Tab');
  await app.keyboard.press('Control+a');
  await app.keyboard.type('60, 90');
  await pressed.click(form.getByRole('button', { name: 'Armed' }));
  await pressed.click(form.getByRole('button', { name: 'Set the budget' }));
  await expect(form).toHaveCount(0);
  await expect(app.getByRole('banner').getByRole('link', { name: /^Brake/ })).toHaveText(/^Brake: armed/);

  const saving = app.waitForEvent('download');
  await pressed.click(main.getByRole('button', { name: 'Export report' }));
  const file = await saving;
  const took = Date.now() - began;
  expect(file.suggestedFilename()).toMatch(/^hearth-cost-\d{4}-\d\d-report\.pdf$/);
  const bytes = readFileSync(await file.path());
  expect(bytes.subarray(0, 5).toString(), 'a PDF').toBe('%PDF-');
  expect(bytes.length).toBeGreaterThan(5_000);
  expect(bytes.toString('latin1').match(/\/Type ?\/Page\b/g), 'one page').toHaveLength(1);
  expect(pressed.count, 'clicks of the path').toBeLessThanOrEqual(8);
  expect(took, 'milliseconds of the path').toBeLessThan(75_000);
  console.log(`cost watcher: ${pressed.count} clicks, ${took} ms`);

  // It is set as it was asked.
  const status = await rpc<{
    mode: string;
    budgets: { amountUsd: string; alerts: number[] }[];
  }>(app, 'brake_status', {});
  expect(status).toMatchObject({
    mode: 'armed',
    budgets: [{ amountUsd: '5', alerts: [60, 90] }],
  });
  await rpc(app, 'brake_mode', { mode: 'suggest' });
  await rpc(app, 'budget_delete', { scope: { kind: 'all' } });
});

test.describe('with the demo on', () => {
  test.setTimeout(360_000);

  test('Cost says DEMO everywhere, has many accounts, and its numbers add up', async ({ page }) => {
    const { served, stop } = await serve();
    try {
      await page.goto(served.ui);
      await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
      await rpc(page, 'demo_on', { calls: 12_000, seed: null });
      await page.reload();
      await goTo(page, '#/cost');
      const main = page.getByRole('main');
      await expect(main.getByRole('heading', { name: 'Cost', level: 1 })).toContainText('DEMO');
      await expect(page.getByRole('banner').getByText(/demo/i).first()).toBeVisible();

      // Every table is the same money.
      const month = await rpc<Overview>(page, 'cost_overview', {});
      const total = Number(month.cost.listUsd);
      for (const rows of [month.functions, month.accounts, month.meters])
        expect(Math.abs(sum(rows) - total)).toBeLessThan(1e-9);
      expect(new Set(month.accounts.map((row) => row.provider))).toEqual(new Set(['aws', 'azure', 'google']));
      expect(new Set(month.functions.map((row) => row.plan))).toContain('AWS Fargate');
      const cents = (usd: number) => `$${usd.toFixed(2)}`;
      await expect(main.locator('.sentence')).toContainText(cents(total));
      await expect(main.locator('.legend')).toContainText('Always on');
      const byFunction = main.getByRole('region', { name: 'Cost by function' });
      await expect(byFunction.getByRole('row', { name: /ml-scoring/ })).toContainText('always on');

      // It comes with budgets of its own: a line in the chart, and what is spent beside it.
      await expect(main.getByText(/^Budget \$/)).toBeVisible();
      await expect(main.getByRole('region', { name: 'Budget and brake' })).toContainText(/8[45] % spent/);

      // By account, by meter, and one account alone, with the keyboard.
      await main.getByRole('button', { name: /^Accounts/ }).click();
      const byAccount = main.getByRole('region', { name: 'Cost by account' });
      for (const row of month.accounts)
        await expect(byAccount.getByRole('row', { name: new RegExp(row.name) })).toContainText(
          cents(Number(row.cost.listUsd)),
        );
      await main.getByRole('button', { name: /^Meters/ }).click();
      await expect(main.getByRole('row', { name: /aws\/fargate\/vcpu/ }).first()).toBeVisible();
      await main.getByRole('button', { name: 'Account: All accounts' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('listbox', { name: 'Account' }).focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const [first] = [...month.accounts].sort((one, other) => (one.name < other.name ? -1 : 1));
      await expect(main.getByRole('button', { name: `Account: ${first?.name}` })).toBeVisible();
      await expect(main.locator('.sentence')).toContainText(cents(Number(first?.cost.listUsd)));
      await expect(page).toHaveURL(new RegExp(`account=${first?.id}`));
      await main.getByRole('button', { name: /^Functions/ }).click();
      const own = month.functions.filter((row) => row.account === first?.id);
      await expect(main.getByRole('button', { name: /^Functions/ })).toContainText(`${own.length}`);

      // The report of that account, from the menu and from the palette, with the same total and the watermark.
      await main.getByRole('button', { name: 'Save the month' }).click();
      const html = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: 'Report, HTML' }).click();
      const text = readFileSync(await (await html).path(), 'utf8');
      expect(text).toContain('DEMO');
      expect(text).toContain(`account ${first?.name}`);
      expect(text).toContain(cents(Number(first?.cost.listUsd)));
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('Save the report of the month');
      const pdf = page.waitForEvent('download');
      await page.keyboard.press('Enter');
      expect((await pdf).suggestedFilename()).toContain('-report.pdf');

      const folder = process.env['HEARTH_SCREENSHOTS'];
      for (const [width, height] of [
        [1440, 900],
        [1024, 640],
      ] as const) {
        await goTo(page, '#/cost');
        await page.setViewportSize({ width, height });
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme });
          await expect(main.getByRole('img', { name: /^Cost in / })).toBeVisible();
          if (folder)
            await page.screenshot({
              path: `${folder}/cost.${colorScheme}.${width}.png`,
            });
          expect(await overflow(page), `${width} ${colorScheme}`).toEqual([]);
        }
      }
    } finally {
      await page.close();
      await stop();
    }
  });
});
