/** Money: a bill that opens to its rates, the chart, the keyboard, files. The golden path is in golden-cost.spec.ts. */
import { deploySample, expect, goTo, rpc, test } from './hearth';

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

test('every amount opens to rate × quantity with its source, and a what-if says what it assumes', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'opened');
  await calls(app, 'opened', 5);
  await goTo(app, '#/cost');
  const main = app.getByRole('main');
  await expect(main.getByText(/too little history/).first()).toBeVisible();
  await main.getByRole('row', { name: /opened/ }).click();
  const drawer = app.getByRole('complementary', { name: 'opened' });
  const bill = drawer.getByRole('region', { name: 'Bill of opened' });
  await bill.locator('summary', { hasText: /^Requests/ }).click();
  await expect(bill.getByText(/5 requests ×/)).toBeVisible();
  await expect(bill.getByText(/aws\/lambda\/requests, us-east-1, read/).first()).toBeVisible();
  await expect(bill.locator('summary', { hasText: 'Data out' })).toContainText('unknown');

  await drawer.getByRole('slider', { name: /^Memory/ }).click();
  await expect(
    drawer
      .getByRole('paragraph')
      .filter({ hasText: /^duration between .* from waiting for others to computing/ }),
  ).toBeVisible();
  await drawer.getByRole('button', { name: 'Unchanged', exact: true }).click();
  await expect(drawer.getByText('duration assumed unchanged', { exact: true }).first()).toBeVisible();
  await drawer.getByLabel('Storage, MB').fill('2048');
  await drawer.getByLabel('Storage, MB').press('Tab');
  await drawer.locator('summary', { hasText: /assumption/ }).click();
  await expect(drawer.getByText(/after: AWS Lambda, .*2048 MB of storage/)).toBeVisible();
  await drawer.getByLabel('Kept ready').fill('2');
  await drawer.getByLabel('Kept ready').press('Tab');
  await expect(drawer.getByText(/after: .* 2 kept ready/)).toBeVisible();
  // What is tried out opens to its lines too.
  const tried = drawer.getByRole('region', { name: 'What if' });
  await tried.locator('summary', { hasText: /^Made of \d+ lines/ }).click();
  await tried
    .locator('summary', { hasText: /^Ephemeral storage|^Storage/ })
    .first()
    .click();
  await expect(tried.getByText(/GB-seconds? ×/).filter({ visible: true })).toHaveCount(1);
  await expect(
    tried.getByText(/aws\/lambda\/[a-z_]+, us-east-1, read/).filter({ visible: true }),
  ).toHaveCount(1);

  // A plan that runs all the time is drawn with the rate from which it pays.
  await drawer.getByRole('button', { name: /^Plan/ }).click();
  await app.getByRole('option', { name: 'AWS Fargate' }).click();
  await expect(drawer.getByRole('img', { name: /^Cost of a month over calls/ })).toBeVisible();
  await expect(drawer.getByText(/^(Pays from .* calls a month on|It never pays)/)).toBeVisible();
  // Every cloud has the regions of its own.
  for (const [plan, near, far] of [
    ['Azure Flex', 'eastus', 'westeurope'],
    ['Cloud Run, by request', 'us-central1', 'europe-west1'],
    ['Cloud Functions 1st gen', 'us-central1', 'europe-west3'],
  ] as const) {
    await drawer.getByRole('button', { name: /^Plan/ }).click();
    await app.getByRole('option', { name: plan }).click();
    await expect(drawer.getByText(new RegExp(`after: .*, ${near}$`))).toBeVisible();
    await drawer.getByRole('button', { name: /^Region/ }).click();
    await app.getByRole('option', { name: far }).click();
    await expect(drawer.getByText(new RegExp(`after: .*, ${far}$`))).toBeVisible();
  }
  await drawer.getByRole('button', { name: /^Plan/ }).click();
  await app.getByRole('option', { name: 'Your own server' }).click();
  await expect(drawer.getByRole('button', { name: /^Region/ })).toHaveCount(0);
  await drawer.getByLabel('Dollars a month, each').fill('40');
  await drawer.getByLabel('Calls at once, each').fill('20');
  await expect(drawer.getByText(/after: own server/)).toBeVisible();
  await expect(drawer.getByText(/^Adds/)).toContainText('$40');
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
