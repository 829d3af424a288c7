/** Asking the ledger, looking after it, the price book, and a deploy that goes step by step. */
import { readFileSync } from 'node:fs';
import { deploySample, expect, goTo, rpc, sampleFolder, test } from './hearth';

const invoke = (app: Parameters<typeof rpc>[0], name: string, event: string): Promise<unknown> =>
  rpc(app, 'invoke', {
    name,
    event,
    cold: false,
    source: 'test',
    requestId: null,
  });

test('a question is asked, corrected, kept, renamed and deleted with the way back', async ({
  app,
  complaints,
}) => {
  await deploySample(app, 'kettle', 'asked');
  await invoke(app, 'asked', '{"cups":1}');
  await goTo(app, '#/ask');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Slowest calls' }).click();
  await app.keyboard.press('Control+Enter');
  await expect(main.getByRole('row', { name: /asked/ }).first()).toBeVisible();
  await expect(main.getByText(/^\d+ of \d+ rows?,/)).toBeVisible();

  const editor = main.getByRole('textbox', { name: 'Question, SQL' });
  await editor.click();
  await app.keyboard.press('Control+a');
  await app.keyboard.type('SELECT function FORM calls');
  await app.keyboard.press('Control+Enter');
  await expect(main.getByRole('alert')).toContainText('Not answered, look at line 1');
  // FORM is read as a name for the column; the word after it cannot be read.
  await expect(main.locator('.cm-wrong')).toHaveText('calls');
  await app.keyboard.press('Control+a');
  await app.keyboard.type('DELETE FROM invocations');
  await app.keyboard.press('Control+Enter');
  await expect(main.getByRole('alert')).toContainText('is not allowed');
  // The browser writes a refused question down; that is no fault of the page.
  expect(complaints.splice(0)).toEqual(Array(2).fill(expect.stringContaining('400 (Bad Request)')));

  await app.keyboard.press('Control+a');
  await app.keyboard.type("SELECT count(*) AS calls FROM calls WHERE function = 'asked'");
  await app.keyboard.press('Control+Enter');
  await expect(main.getByRole('cell', { name: '1', exact: true })).toBeVisible();
  await app.keyboard.press('Control+s');
  await main.getByLabel('Name of the question').fill('How many');
  await app.keyboard.press('Enter');
  const pick = main.getByRole('button', { name: 'How many', exact: true });
  await expect(pick).toBeVisible();
  await main.getByRole('button', { name: 'Rename How many' }).click();
  await main.getByLabel('New name of How many').fill('How often');
  await app.keyboard.press('Enter');
  await main.getByRole('button', { name: 'Delete How often' }).click();
  await expect(main.getByRole('button', { name: 'How often', exact: true })).toHaveCount(0);
  await app.getByRole('button', { name: 'Undo' }).last().click();
  await expect(main.getByRole('button', { name: 'How often', exact: true })).toBeVisible();
  await rpc(app, 'query_delete', { name: 'How often' });
});

test('the CSV has every row, however many are shown, and an endless question ends', async ({ app }) => {
  await goTo(app, '#/ask');
  const main = app.getByRole('main');
  await main.getByRole('textbox', { name: 'Question, SQL' }).click();
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n';
  await app.keyboard.press('Control+a');
  await app.keyboard.insertText(`${endless} WHERE i < 2500) SELECT i FROM n`);
  await app.keyboard.press('Control+Enter');
  await expect(main.getByText(/the first 1.000, more are there/)).toBeVisible();
  const [download] = await Promise.all([
    app.waitForEvent('download'),
    main.getByRole('button', { name: 'Save all as CSV' }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.trim().split('\n')).toHaveLength(2_501);
  await main.getByRole('button', { name: /^Show up to 10/ }).click();
  await expect(main.getByText(/2.500 of 2.500 rows/)).toBeVisible();

  await main.getByRole('textbox', { name: 'Question, SQL' }).click();
  await app.keyboard.press('Control+a');
  await app.keyboard.insertText(`${endless}) SELECT count(*) FROM n`);
  await app.keyboard.press('Control+Enter');
  await main.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(main.getByText(/You stopped waiting/)).toBeVisible();
});

test('the ledger is checked, compacted and copied, and keeping less is asked first', async ({
  app,
  hearth,
}) => {
  await deploySample(app, 'kettle', 'kept');
  await invoke(app, 'kept', '{"cups":1}');
  await goTo(app, '#/settings');
  const ledger = app.getByRole('region', { name: 'Ledger', exact: true });
  await ledger.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(ledger.getByText(/every figure equals the calls behind it/)).toBeVisible();
  await ledger.getByRole('button', { name: 'Compact' }).click();
  await expect(ledger.getByText(/Nothing was too old/)).toBeVisible();
  await ledger.getByRole('button', { name: 'Export…' }).click();
  await ledger.getByLabel(/^New file for the copy/).fill(`${hearth.dataDir}/copy.db`);
  await app.keyboard.press('Enter');
  await expect(ledger.getByText(/copy\.db is there/)).toBeVisible();
  await ledger.getByRole('button', { name: 'Import…' }).click();
  await ledger.getByLabel(/^File that an export made/).fill(`${hearth.dataDir}/copy.db`);
  await app.keyboard.press('Enter');
  await expect(ledger.getByText(/Everything in that file was here already|Came in/)).toBeVisible();

  const days = ledger.getByLabel(/^Keep calls, payloads and logs for/);
  await days.fill('30');
  await days.press('Enter');
  await app.getByRole('dialog', { name: 'Keep less?' }).getByRole('button', { name: 'Keep it' }).click();
  await expect(days).toHaveValue('90');
});

test('prices say which hosts they would ask, and the book can be searched', async ({ app }) => {
  await goTo(app, '#/settings');
  await app
    .getByRole('main')
    .getByRole('button', { name: /^Fetch newer prices/ })
    .click();
  const dialog = app.getByRole('dialog', { name: 'Fetch newer prices' });
  await expect(dialog).toContainText('pricing.us-east-1.amazonaws.com');
  await expect(dialog).toContainText('prices.azure.com');
  await dialog.getByRole('button', { name: 'Keep the prices' }).click();
  await app.getByRole('main').getByRole('link', { name: 'Open the price book' }).click();
  await app.getByLabel('Search prices').fill('lambda duration arm64 frankfurt');
  const row = app.getByRole('row', { name: /eu-central-1/ });
  await row.first().click();
  await expect(
    app.getByRole('complementary', {
      name: /aws\/lambda\/duration eu-central-1/,
    }),
  ).toContainText('Source');
});

test('a folder chosen on Deploy goes step by step to its first server', async ({ app }) => {
  await goTo(app, '#/deploy');
  const main = app.getByRole('main');
  await main.getByLabel(/^Path of a folder/).fill(sampleFolder('kettle'));
  await app.keyboard.press('Enter');
  await main.getByLabel('Name', { exact: true }).fill('by-steps');
  await main.getByRole('button', { name: 'Choose where' }).click();
  await expect(main.getByText('No account was found')).toBeVisible();
  await main.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(main.getByRole('heading', { name: 'Exactly what will happen' })).toBeVisible();
  await main.getByRole('button', { name: 'Deploy on this computer' }).click();
  await main.getByRole('button', { name: 'Send test' }).click();
  await expect(main.getByRole('img', { name: /^Server 1 / })).toBeVisible();
  await expect(main.getByRole('group', { name: /^Receipt/ })).toContainText('On AWS');
  await main.getByRole('button', { name: 'Undo deploy' }).click();
  await expect(main.getByText('Drop a folder here')).toBeVisible();
});

test('two runs stand beside each other, and the code beside the event', async ({ app }) => {
  await deploySample(app, 'kettle', 'beside');
  await invoke(app, 'beside', '{"cups":1}');
  await goTo(app, '#/function/beside/test');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Run Ctrl/ }).click();
  await expect(main.getByText('"poured"')).toBeVisible();
  await app.keyboard.press('Control+d');
  await expect(main.getByText(/output\. .*(slower|faster|fast)/i)).toBeVisible();
  await app.keyboard.press('Control+d');
  await main
    .getByRole('radio', { name: 'Code' })
    .or(main.getByRole('button', { name: 'Code', exact: true }))
    .first()
    .click();
  await expect(main.getByRole('button', { name: /^Save as v2/ })).toBeVisible();
});
