/** Thousands of functions in an account: read, filtered and scrolled. The server is ministack, filled by tests/aws. */
import { resolve } from 'node:path';
import { expect, goTo, rpc } from './hearth';
import { cloudTest, program } from './ministack';

const REGIONS = [
  'us-east-1 us-east-2 us-west-1 us-west-2 eu-central-1 eu-west-1 eu-west-2 eu-west-3 eu-north-1 ap-northeast-1',
  'ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 sa-east-1 eu-south-1',
  'af-south-1 me-south-1',
]
  .join(' ')
  .split(' ');
const EACH = 250;
/** As hearth-core's reading of accounts has it. */
const LISTS_PER_SECOND = 8;
/** Rows that a window can show, with some to spare. */
const DRAWN_AT_MOST = 80;

const test = cloudTest([resolve(__dirname, '../aws/many.py'), REGIONS.join(','), `${EACH}`]);

test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

test('5,000 functions in 20 regions are read page by page, filtered and scrolled', async ({ app, cloud }) => {
  await rpc(app, 'endpoint_add', { name: 'many', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_choose', {
    account: 'endpoint:many',
    isProduction: null,
    locations: REGIONS,
  });
  await rpc(app, 'sync_start', { accounts: ['endpoint:many'], metrics: false, freshS: 0 });
  await expect
    .poll(async () => (await rpc<{ running: boolean }>(app, 'sync_status', {})).running, { timeout: 90_000 })
    .toBe(false);
  const read = await rpc<{ startedUs: number; endedUs: number }>(app, 'sync_status', {});
  const asked = (await (await fetch(`${cloud.url}/_many/lists`)).json()) as Record<string, number>;
  expect(Object.keys(asked).sort(), 'each region was asked').toEqual([...REGIONS].sort());
  expect(Object.values(asked), 'no more lists than pages of 50').toEqual(REGIONS.map(() => EACH / 50));
  // Nothing else was asked but for one page of clusters in each region, and who it is.
  const pages = (REGIONS.length * EACH) / 50;
  const own = await rpc<{ rows: { operation: string; requests: number }[] }>(app, 'own_requests', {});
  const requests = Object.fromEntries(own.rows.map(({ operation, requests: many }) => [operation, many]));
  expect(requests).toMatchObject({ ListFunctions: pages, ListClusters: REGIONS.length });
  expect(
    Object.keys(requests)
      .filter((name) => name !== 'GetCallerIdentity')
      .sort(),
  ).toEqual(['ListClusters', 'ListFunctions']);
  // At the speed of the rate limit: never faster; how much slower is the machine's.
  const seconds = (read.endedUs - read.startedUs) / 1e6;
  expect(seconds).toBeGreaterThan((pages - 1) / LISTS_PER_SECOND - 0.5);
  console.log(
    `5,000 functions in 20 regions: ${pages} pages in ${seconds.toFixed(1)} s, at most ${LISTS_PER_SECOND} a second`,
  );

  await goTo(app, '#/functions');
  const table = app.getByRole('region', { name: 'Functions' });
  const foot = app.locator('.tfoot');
  await expect(foot).toContainText(`${REGIONS.length * EACH} of ${REGIONS.length * EACH}`);
  const rows = table.locator('tbody tr[aria-rowindex]');
  expect(await rows.count()).toBeLessThan(DRAWN_AT_MOST);

  const filter = app.getByRole('textbox', { name: /^Filter/ });
  await filter.fill('orders-0004 eu-south-1');
  await expect(foot).toContainText(`1 of ${REGIONS.length * EACH}`);
  await filter.fill('');

  // Scrolled from end to end, a screen a frame: rows are always there, and few of them.
  const seen = await table.evaluate(async (box) => {
    const frames: number[] = [];
    let empty = 0;
    let most = 0;
    const frame = () => new Promise<number>((done) => requestAnimationFrame(done));
    let before = await frame();
    for (let y = 0; y < box.scrollHeight - box.clientHeight; y += box.clientHeight) {
      box.scrollTop = y;
      const now = await frame();
      frames.push(now - before);
      before = now;
      const drawn = box.querySelectorAll('tbody tr[aria-rowindex]').length;
      most = Math.max(most, drawn);
      const middle = document.elementFromPoint(
        box.getBoundingClientRect().left + 200,
        box.getBoundingClientRect().top + box.clientHeight / 2,
      );
      if (middle?.closest('tr[aria-rowindex]') === null) empty += 1;
    }
    frames.sort((a, b) => a - b);
    return {
      count: frames.length,
      p50: frames[Math.floor(frames.length / 2)],
      p95: frames[Math.floor(frames.length * 0.95)],
      empty,
      most,
    };
  });
  console.log(
    `scrolled ${seen.count} screens of 5,000 rows: a frame p50 ${seen.p50?.toFixed(1)} ms, p95 ${seen.p95?.toFixed(1)} ms, ` +
      `at most ${seen.most} rows drawn`,
  );
  expect(seen.most).toBeLessThan(DRAWN_AT_MOST);
  expect(seen.empty, 'screens without a row in their middle').toBe(0);
  await table.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await expect(rows.last()).toHaveAttribute('aria-rowindex', `${REGIONS.length * EACH + 1}`);
});
