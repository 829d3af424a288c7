/** Lanes, Invocations, Logs and Home are live: what a runtime does is on them at once. */
import { readFileSync } from 'node:fs';
import { deploySample, expect, goTo, rpc, test } from './hearth';

test('Send 1 and Burst 5 are drawn, told and counted', async ({ app }) => {
  await deploySample(app, 'kettle', 'lane-kettle');
  await goTo(app, '#/lanes/lane-kettle');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Send 1/ }).click();
  await expect(main.getByText('1 request so far, 1 met a cold start.')).toBeVisible();
  // It is told to who listens too, a moment later.
  await expect(
    main.getByText(/No server existed\. Request 1 waited while server 1 was born in/).first(),
  ).toBeVisible();
  await main.getByRole('button', { name: /^Burst 5/ }).click();
  await expect(main.getByText(/6 requests so far/)).toBeVisible();
  await expect(main.getByRole('list', { name: 'Servers' }).getByRole('button')).not.toHaveCount(1);
  await main.getByRole('button', { name: /^Server 1/ }).click();
  await expect(main.getByText(/pid \d+/)).toBeVisible();
  await app.keyboard.press('t');
  const table = main.getByRole('table', { name: 'Servers' });
  await expect(table.getByRole('row', { name: /Server 1/ })).toBeVisible();
  await app.keyboard.press('t');

  // Start again: all servers go, and so does the count.
  await main.getByRole('button', { name: 'Reap all servers and start again' }).click();
  await expect(main.getByText('No servers.', { exact: true })).toBeVisible();
});

test('steps and scrubs through what was recorded, and sending returns to now', async ({ app }) => {
  await deploySample(app, 'kettle', 'step-kettle');
  await goTo(app, '#/lanes/step-kettle');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Send 1/ }).click();
  await expect(main.getByText('1 request so far', { exact: false })).toBeVisible();
  await main.getByRole('button', { name: 'Step back' }).click();
  await expect(main.getByRole('button', { name: 'Back to now' })).toBeVisible();
  await expect(main.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await main.getByRole('slider', { name: 'Scrub through the session' }).focus();
  await app.keyboard.press('Home');
  await app.locator('#main').focus();
  await app.keyboard.press('s');
  await expect(main.getByRole('button', { name: 'Back to now' })).toHaveCount(0);
  await expect(main.getByText(/2 requests so far/)).toBeVisible();
});

test('a limit refuses what is too much, and says so', async ({ app }) => {
  await deploySample(app, 'kettle', 'limited');
  await rpc(app, 'function_configure', {
    name: 'limited',
    handler: null,
    runtime: null,
    memoryMb: null,
    timeoutS: null,
    reservedConcurrency: 1,
    description: null,
    environment: {},
  });
  await goTo(app, '#/lanes/limited');
  const main = app.getByRole('main');
  await expect(main.getByRole('button', { name: 'Limit: 1 server' })).toBeVisible();
  await main.getByRole('button', { name: /^Burst 5/ }).click();
  await expect(main.getByText(/was refused \(429\): the only server was busy/).first()).toBeVisible();
  await goTo(app, '#/invocations');
  await app.getByRole('button', { name: 'Refused' }).click();
  await expect(app.getByRole('row', { name: /limited/ }).first()).toContainText('refused (429)');
});

test('after a burst births and work fill the picture, which can be zoomed and fitted again', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'wide');
  await goTo(app, '#/lanes/wide');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Burst 5/ }).click();
  await expect(main.getByText(/5 requests so far/)).toBeVisible();
  const zoom = main.getByRole('group', { name: 'Zoom' });
  const across = zoom.getByTitle('Time across the picture, without what is folded');
  await expect(across, 'milliseconds across, not 24 s').toHaveText(/^\d+(\.\d+)?\s?ms$/);
  const fitted = await across.innerText();
  const fit = zoom.getByRole('button', { name: 'Fit' });
  await expect(fit).toHaveAttribute('aria-pressed', 'true');
  await app.locator('#main').focus();
  await app.keyboard.press(']');
  await expect(fit).toHaveAttribute('aria-pressed', 'false');
  await expect(across).not.toHaveText(fitted);
  await app.keyboard.press('z');
  await expect(fit).toHaveAttribute('aria-pressed', 'true');
  await expect(across).toHaveText(fitted);
  const picture = main.getByRole('img', { name: /^Requests arriving/ });
  await picture.hover();
  await app.mouse.wheel(0, -400);
  await expect(fit).toHaveAttribute('aria-pressed', 'false');
  await zoom.getByRole('button', { name: 'Zoom out' }).click();
  await fit.click();
  await expect(across).toHaveText(fitted);
});

test('lanes open on the function that was active last, and what has an age grows older at rest', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'first-kettle');
  await deploySample(app, 'kettle', 'later-kettle');
  const send = (name: string, event: string): Promise<unknown> =>
    rpc(app, 'invoke_send', { name, event, count: 1 });
  await rpc(app, 'invoke', { name: 'later-kettle', event: '{"cups":1}', source: 'test' });
  await send('first-kettle', '{"cups":12}');
  await goTo(app, '#/functions');
  await goTo(app, '#/lanes');
  const main = app.getByRole('main');
  await expect(main.getByRole('button', { name: /^Function: first-kettle/ })).toBeVisible();
  await expect(main.getByText('1 frozen', { exact: true })).toBeVisible();
  await main.getByRole('button', { name: /^Server 1/ }).click();
  const card = main.getByRole('region', { name: 'Selected server' });
  const seconds = async (): Promise<number> =>
    Number(/([\d.]+)\s*s:/.exec((await card.innerText()).replaceAll('\u00a0', ' '))?.[1] ?? '0');
  const before = await seconds();
  await expect.poll(seconds, { message: 'life so far' }).toBeGreaterThan(before + 1.5);
});

test('the tool bar is one line at 1024, and no row tells of servers that never were', async ({ app }) => {
  await deploySample(app, 'kettle', 'narrow');
  await app.setViewportSize({ width: 1024, height: 640 });
  await goTo(app, '#/lanes/narrow');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Send 1/ }).click();
  await expect(main.getByText(/1 request so far/)).toBeVisible();
  const bar = main.getByRole('toolbar', { name: 'Lane controls' });
  expect((await bar.boundingBox())?.height ?? 0).toBeLessThan(50);
  await expect(main.getByRole('button', { name: /older servers/ })).toHaveCount(0);
  await main.getByRole('button', { name: /^Requests a second/ }).click();
  await app.getByRole('menuitem', { name: '8 a second' }).click();
  await expect(main.getByRole('button', { name: 'Requests a second: 8' })).toBeVisible();
  await app.keyboard.press('t');
  const cost = main.getByRole('table', { name: 'Servers' }).getByRole('cell').last();
  await expect(cost).toContainText('$');
  expect(
    await cost.evaluate((cell) => cell.scrollWidth - cell.clientWidth),
    'nothing is cut',
  ).toBeLessThanOrEqual(1);
  await app.getByRole('link', { name: 'Cost' }).hover();
  await expect(app.getByRole('tooltip')).toContainText('Cost');
});

test('nothing moves while all servers rest: once a second their age is drawn', async ({ app }) => {
  await deploySample(app, 'kettle', 'resting');
  await goTo(app, '#/lanes/resting');
  await app.getByRole('button', { name: /^Send 1/ }).click();
  await expect(app.getByText(/1 request so far/)).toBeVisible();
  const frames = async (): Promise<number> =>
    app.evaluate(
      () =>
        new Promise<number>((done) => {
          let draws = 0;
          const clear = CanvasRenderingContext2D.prototype.clearRect;
          CanvasRenderingContext2D.prototype.clearRect = function (...box) {
            draws++;
            clear.apply(this, box);
          };
          setTimeout(() => {
            CanvasRenderingContext2D.prototype.clearRect = clear;
            done(draws);
          }, 700);
        }),
    );
  // Two layers, once a second at most.
  await expect.poll(frames, { message: 'draws in 0.7 s of rest' }).toBeLessThanOrEqual(2);
  const many = (await frames()) + (await frames()) + (await frames());
  expect(many, 'draws in 2.1 s of rest').toBeLessThanOrEqual(6);
});

test('invocations, logs and charts hear of calls at once', async ({ app }) => {
  await deploySample(app, 'kettle', 'heard');
  await goTo(app, '#/invocations');
  const send = (count: number): Promise<unknown> =>
    rpc(app, 'invoke_send', { name: 'heard', event: '{"cups":1}', count });
  await send(3);
  const rows = app.getByRole('row', { name: /heard/ });
  await expect(rows).toHaveCount(3);
  await rows.first().click();
  const drawer = app.getByRole('complementary', { name: /^Call / });
  await expect(drawer.getByText('heating 1 cup')).toBeVisible();
  await expect(drawer.getByRole('group', { name: /^Receipt/ })).toBeVisible();
  await drawer.getByRole('button', { name: 'Run again' }).click();
  await expect(rows).toHaveCount(4);

  await goTo(app, '#/logs?function=heard');
  const logs = app.getByRole('region', { name: 'Log lines' });
  await app.getByLabel('Search lines').fill('poured');
  await expect(logs.getByText(/^poured; \d+ since/)).toHaveCount(4);
  await send(1);
  await expect(logs.getByText(/^poured; \d+ since/)).toHaveCount(5);

  await goTo(app, '#/home?function=heard');
  await expect(app.getByText('5 calls', { exact: true })).toBeVisible();
  const chart = app.getByRole('application', {
    name: /^5 invocations in the last hour, 0 errors/,
  });
  await expect(chart).toBeVisible();
  await chart.focus();
  for (let press = 0; press < 6; press++) await app.keyboard.press('ArrowLeft');
  await expect(chart.locator('[aria-live]')).toHaveText(/^\d\d:\d\d: /);
});

test('charts and tables leave as files', async ({ app }) => {
  await deploySample(app, 'kettle', 'saved');
  await rpc(app, 'invoke', {
    name: 'saved',
    event: '{}',
    cold: false,
    source: 'test',
    requestId: null,
  });
  await goTo(app, '#/home?function=saved');
  await expect(app.getByText('1 call', { exact: true })).toBeVisible();
  for (const [item, ending, head] of [
    ['Picture, SVG', 'svg', '<svg'],
    ['Picture, PNG', 'png', '\x89PNG'],
    ['Numbers, CSV', 'csv', 'time'],
  ] as const) {
    await app.getByRole('button', { name: 'Save Invocations' }).click();
    const download = app.waitForEvent('download');
    await app.getByRole('menuitem', { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`hearth-invocations-saved-hour.${ending}`);
    expect(readFileSync(await file.path(), 'latin1').slice(0, 400)).toContain(head);
  }
  await goTo(app, '#/invocations');
  const download = app.waitForEvent('download');
  await app.getByRole('button', { name: 'Save as CSV' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('saved');
});

test('more servers than fit collapse into a strip that opens, and the picture keeps its height', async ({
  app,
}) => {
  await deploySample(app, 'kettle', 'crowd');
  await rpc(app, 'function_configure', {
    name: 'crowd',
    handler: null,
    runtime: null,
    memoryMb: null,
    timeoutS: null,
    reservedConcurrency: 40,
    description: null,
    environment: {},
  });
  await app.setViewportSize({ width: 1024, height: 640 });
  await goTo(app, '#/lanes/crowd');
  const main = app.getByRole('main');
  await expect(main.getByRole('button', { name: /^Send 1/ })).toBeVisible();
  await rpc(app, 'invoke_send', {
    name: 'crowd',
    event: '{"cups":12}',
    count: 24,
  });
  const strip = main.getByRole('button', {
    name: /older servers: .*Give every server a lane/,
  });
  await expect(strip).toBeVisible();
  await expect(main.getByText(/24 requests so far/)).toBeVisible();
  const servers = main.getByRole('list', { name: 'Servers' });
  const scrolls = () => servers.evaluate((list) => list.scrollHeight - list.clientHeight);
  expect(await scrolls(), 'nothing scrolls').toBeLessThanOrEqual(1);
  const few = await servers.getByRole('button').count();
  await strip.click();
  await expect.poll(() => servers.getByRole('button').count()).toBeGreaterThan(few);
  expect(await scrolls()).toBeGreaterThan(50);
  await main.getByRole('button', { name: /^All servers have a lane/ }).click();
  await expect.poll(() => servers.getByRole('button').count()).toBe(few);
});

test('×60 at now reaps idle servers sooner, says so, and leaves with the page', async ({ app }) => {
  await deploySample(app, 'kettle', 'hurried');
  const before = await rpc<Record<string, unknown>>(app, 'settings_get', {});
  await rpc(app, 'settings_set', { ...before, keepAliveUs: 120_000_000 });
  await goTo(app, '#/lanes/hurried');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: /^Send 1/ }).click();
  await expect(main.getByText('1 request so far', { exact: false })).toBeVisible();
  await main.getByRole('button', { name: '×60' }).click();
  const note = main.getByRole('status');
  await expect(note).toContainText(/an idle server is reaped after 2\s+s\s+instead\s+of\s+2\s+min/);
  await expect(main.getByRole('button', { name: 'Back to now' })).toHaveCount(0);
  await expect(
    main.getByRole('listitem').filter({ hasText: /Server 1 was reaped after \d\s+s\s+without\s+work/ }),
  ).toBeVisible();
  await main.getByRole('button', { name: '×1', exact: true }).click();
  await expect(note).toHaveCount(0);
  expect((await rpc<Record<string, unknown>>(app, 'settings_get', {}))['keepAliveUs']).toBe(120_000_000);
  await rpc(app, 'settings_set', before);
});
