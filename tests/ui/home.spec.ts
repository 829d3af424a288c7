/** Home: the same calls over an hour, a day and a week, and each of its charts as a picture and as numbers. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploySample, expect, goTo, rpc, testAlone as test } from './hearth';

/** A function that never answers. */
function endless(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-e2e-src-'));
  writeFileSync(join(folder, 'index.js'), 'export const handler = () => { for (;;); };\n');
  return folder;
}

const CHARTS = ['Invocations', 'Cold starts', 'Duration', 'Cost on AWS'];

test('hour, day and week tell the same calls, and each chart leaves as SVG, PNG and CSV', async ({ app }) => {
  await deploySample(app, 'kettle', 'seen');
  for (const [event, many] of [
    ['{"cups":1}', 5],
    ['{"cups":40}', 2],
  ] as const)
    for (let call = 0; call < many; call++)
      await rpc(app, 'invoke', {
        name: 'seen',
        event,
        cold: call === 0,
        source: 'test',
        requestId: null,
      });
  await goTo(app, '#/home?function=seen');
  const main = app.getByRole('main');
  const ranges = main
    .getByRole('group', { name: 'Range' })
    .or(main.getByRole('radiogroup', { name: 'Range' }));
  for (const [name, words] of [
    ['Hour', 'the last hour'],
    ['Day', 'the last day'],
    ['Week', 'the last week'],
  ] as const) {
    await ranges.getByText(name, { exact: true }).click();
    await expect(main.locator('.sentence')).toContainText(
      `7 calls in ${words}, 2 errors, 29 % met a cold start`,
    );
    await expect(
      app.getByRole('application', {
        name: new RegExp(`^7 invocations in ${words}, 2 errors`),
      }),
    ).toBeVisible();

    for (const title of CHARTS) {
      const panel = main.getByRole('region', { name: title, exact: true });
      const kept: Record<string, string> = {};
      for (const [item, ending] of [
        ['Picture, SVG', 'svg'],
        ['Picture, PNG', 'png'],
        ['Numbers, CSV', 'csv'],
      ] as const) {
        await panel.getByRole('button', { name: `Save ${title}` }).click();
        const download = app.waitForEvent('download');
        await app.getByRole('menuitem', { name: item }).click();
        const file = await download;
        expect(file.suggestedFilename()).toMatch(
          new RegExp(`^hearth-[a-z-]+-seen-${name.toLowerCase()}\\.${ending}$`),
        );
        kept[ending] = readFileSync(await file.path(), 'latin1');
      }
      expect(kept.svg, title).toMatch(/^<svg[^]*<\/svg>\s*$/);
      expect(kept.png?.slice(0, 8), title).toBe('\x89PNG\r\n\x1a\n');
      // All charts are of one table: its calls are these, whatever the chart.
      const [head = '', ...lines] = (kept.csv ?? '').trim().split(/\r?\n/);
      const column = head.split(',').indexOf('invocations');
      expect(column, head).toBeGreaterThan(0);
      expect(
        lines.reduce((sum, line) => sum + Number(line.split(',')[column]), 0),
        title,
      ).toBe(7);
    }
  }
});

test('a version is gone back to from History, whose runs say what failed, and a failed server has its lane', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'older');
  await deploySample(app, 'kettle', 'older');
  await goTo(app, '#/function/older/history');
  const versions = app.getByRole('region', { name: 'Versions' });
  await expect(versions.getByRole('row', { name: /^v2.*runs now/ })).toBeVisible();
  await versions.getByRole('button', { name: 'Go back to v1' }).click();
  await expect(versions.getByRole('row', { name: /^v3.*runs now/ })).toBeVisible();
  await expect(app.getByText('older runs the code of v1 again, as v3')).toBeVisible();

  // Too many cups are an error of the function; a second that is not enough ends its server.
  await rpc(app, 'invoke', {
    name: 'older',
    event: '{"cups":40}',
    cold: false,
    source: 'test',
    requestId: null,
  });
  await app
    .getByRole('group', { name: 'History of' })
    .or(app.getByRole('radiogroup', { name: 'History of' }))
    .getByText('Runs')
    .click();
  await expect(app.getByRole('row', { name: /error 1, cold/ })).toBeVisible();

  await rpc(app, 'deploy', {
    source: { kind: 'path', path: endless() },
    name: 'crashing',
    runtime: 'quickjs',
    handler: 'index.handler',
    memoryMb: null,
    timeoutS: 1,
    environment: null,
  });
  await goTo(app, '#/lanes/crashing');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Send 1/ }).click();
  await expect(main.getByText('1 request so far, 1 met a cold start.')).toBeVisible();
  await app.keyboard.press('t');
  await expect(
    main.getByRole('table', { name: 'Servers' }).getByRole('row', { name: /Server 1 failed/i }),
  ).toBeVisible();
});
