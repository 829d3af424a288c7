/** What Hearth itself asked of accounts, in Settings: nothing at first, then each request with what it costs. */
import AxeBuilder from '@axe-core/playwright';
import { expect, goTo, overflow, rpc } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test('each request to an account is in a table of Settings, with its price', async ({ app, cloud }) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  const hosts = app.getByRole('contentinfo').getByText(/^Hosts contacted/);
  await expect(hosts).toHaveText('Hosts contacted: none');
  await goTo(app, '#/settings');
  const section = app.getByRole('region', { name: "Hearth's own requests" });
  await expect(section.getByText('0 requests, $0 at list price')).toBeVisible();
  await expect(section.getByText(/^Nothing yet/)).toBeVisible();

  await rpc(app, 'endpoint_add', {
    name: 'emulator',
    url: cloud.url,
    region: 'us-east-1',
    profile: null,
  });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  const request = {
    account: 'emulator',
    region: 'us-east-1',
    name: 'kettle',
    change: {
      kind: 'deploy',
      source: { kind: 'sample', sample: 'hello-python' },
    },
  };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: seen.review.digest });
  await rpc(app, 'cloud_invoke', {
    account: 'emulator',
    region: 'us-east-1',
    name: 'kettle',
    event: '{}',
  });
  await rpc(app, 'sync_start', {
    accounts: ['endpoint:emulator'],
    metrics: true,
    freshS: 0,
  });
  await expect
    .poll(async () => (await rpc<{ running: boolean }>(app, 'sync_status', {})).running, { timeout: 30_000 })
    .toBe(false);
  await expect(hosts).toHaveText(`Hosts contacted: ${new URL(cloud.url).host}`);
  await goTo(app, '#/functions');
  await goTo(app, '#/settings');
  const row = (name: string) => section.getByRole('row', { name: new RegExp(name) });
  await expect(row('GetMetricData')).toContainText('4 metrics');
  await expect(row('GetMetricData')).toContainText('$0.000');
  await expect(row('CreateFunction')).toContainText('no price');
  await expect(row(' Invoke ')).toContainText('with the function');
  await expect(section.getByText(/\$0.01 for 1,000 metrics/)).toBeVisible();
  for (const [width, height] of [
    [1024, 640],
    [1440, 900],
  ] as const) {
    await app.setViewportSize({ width, height });
    await section.scrollIntoViewIfNeeded();
    expect(await overflow(app)).toEqual([]);
  }
  expect((await new AxeBuilder({ page: app }).analyze()).violations.map((one) => one.id)).toEqual([]);
});
