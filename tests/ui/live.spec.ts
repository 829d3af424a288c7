/** What an account sends while it happens, and what AWS bills by use: a streamed answer, a live log, the bill. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, fits, goTo, rpc, test as plain, violations } from './hearth';
import { fakeGoogle, googlePython } from './google';
import { cloudTest, program } from './ministack';

const test = cloudTest();

/** Asks ministack's CloudWatch Logs for something, as AWS's clients do. */
async function writeLog(url: string, operation: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${operation}`,
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

test('an answer arrives in the drawer, and a live log tells its price before it begins', async ({
  app,
  cloud,
}) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  const request = {
    account: 'emulator',
    region: null,
    name: 'hello-python',
    change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } },
  };
  const review = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: review.review.digest });
  const invoke = { account: 'emulator', region: 'us-east-1', name: 'hello-python', event: '{}' };
  // Its log is there after its first call.
  await rpc(app, 'cloud_invoke', invoke);
  await rpc(app, 'sync_start', { accounts: ['emulator'] });
  await goTo(app, '#/functions');
  await app.getByRole('row').filter({ hasText: 'hello-python' }).click();
  const drawer = app.getByRole('complementary', { name: 'hello-python' });
  await drawer.getByLabel('Streamed', { exact: false }).check();
  await drawer.getByRole('button', { name: 'Run there' }).click();
  await expect(drawer.getByLabel('Answer', { exact: true })).toContainText('greeting');
  await expect(drawer.getByText('seen from here', { exact: false })).toBeVisible();

  await drawer.getByRole('button', { name: 'Watch its log live…' }).click();
  await expect(drawer.getByText('$0.01 for each minute', { exact: false })).toBeVisible();
  await drawer.getByRole('button', { name: 'Begin', exact: true }).click();
  await expect(drawer.getByText('Only what is written from now on', { exact: false })).toBeVisible();
  const lines = drawer.getByLabel('Live lines');
  // What its own functions print, this judge hands to no session, so that somebody else writes into the log.
  const log = { logGroupName: '/aws/lambda/hello-python', logStreamName: 'theirs' };
  await writeLog(cloud.url, 'CreateLogStream', log);
  await expect(async () => {
    const logEvents = [{ timestamp: Date.now(), message: 'pouring' }];
    await writeLog(cloud.url, 'PutLogEvents', { ...log, logEvents });
    await expect(lines.getByRole('listitem').first()).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await fits(app);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'live.png') });
  await drawer.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(drawer.getByText('1 minute billed: $0.01', { exact: false })).toBeVisible();
  await expect(drawer.getByText('Ended: stopped', { exact: false })).toBeVisible();
});

/** Says who it is and what it billed, as AWS does; counts the questions that are billed. */
function biller(): Promise<{ server: Server; url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (`${request.headers['x-amz-target']}`.endsWith('GetCostAndUsage')) {
      asked += 1;
      const metrics = {
        UnblendedCost: { Amount: '1.25', Unit: 'USD' },
        UsageQuantity: { Amount: '75000', Unit: 'Lambda-GB-Second' },
      };
      const group = { Keys: ['AWS Lambda', 'EUW1-Lambda-GB-Second'], Metrics: metrics };
      const period = { Start: '2026-11-01', End: '2026-11-02' };
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(
        JSON.stringify({ ResultsByTime: [{ TimePeriod: period, Groups: [group], Estimated: true }] }),
      );
      return;
    }
    response.setHeader('content-type', 'text/xml');
    response.end(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<Arn>arn:aws:iam::123456789012:user/tea</Arn><UserId>A</UserId><Account>123456789012</Account>' +
        '</GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  });
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () =>
      done({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }),
    ),
  );
}

plain('a month is set beside the bill after a yes to its price', async ({ app }) => {
  const aws = await biller();
  await rpc(app, 'endpoint_add', { name: 'biller', url: aws.url, region: 'eu-west-1', profile: null });
  await goTo(app, `#/accounts/${encodeURIComponent('endpoint:biller')}`);
  const drawer = app.getByRole('complementary', { name: 'biller' });
  await drawer.getByRole('button', { name: 'Show the bill…' }).click();
  await expect(drawer.getByText('$0.01 for each request', { exact: false })).toBeVisible();
  expect(aws.asked(), 'nobody was asked before a yes').toBe(0);
  await drawer.getByRole('button', { name: 'Ask AWS for $0.01' }).click();
  await expect(drawer.getByText('Asking cost $0.01', { exact: false })).toBeVisible();
  const row = drawer.getByRole('row').filter({ hasText: 'Duration' });
  await expect(row).toContainText('$1.25');
  await expect(row).toContainText('unknown');
  expect(aws.asked()).toBe(1);
  expect(await violations(app)).toEqual([]);
  if (process.env['HEARTH_SHOTS'])
    await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'bill.png') });
  await rpc(app, 'endpoint_remove', { account: 'biller' });
  aws.server.close();
});

plain("a month of Google's is set beside its billing export", async ({ app, complaints }) => {
  plain.skip(googlePython === null, "Google's clients are not installed: run tests/tools/judges.sh");
  const google = await fakeGoogle();
  try {
    const month = new Date().toISOString().slice(0, 7);
    const table = 'tea-dev.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01';
    await google.plant({
      name: table,
      rows: [
        {
          usage_start_time: `${month}-01T20:00:00Z`,
          service: { id: '152E-C115-5142', description: 'Cloud Run' },
          sku: { id: '1', description: 'Services CPU (Request-based billing)' },
          project: { id: 'tea-dev' },
          cost: 1.25,
          currency: 'EUR',
          usage: { amount_in_pricing_units: 60, pricing_unit: 'second' },
          credits: [{ amount: -0.05 }],
        },
      ],
    });
    await rpc(app, 'endpoint_add', {
      name: 'tea',
      url: google.url,
      provider: 'google',
      project: 'tea-dev',
      region: null,
    });
    await goTo(app, `#/accounts/${encodeURIComponent('endpoint:tea')}`);
    const drawer = app.getByRole('complementary', { name: 'tea' });
    await drawer.getByLabel('Table of the billing export').fill('tea-dev.billing.gone');
    await drawer.getByRole('button', { name: 'Show the bill…' }).click();
    await expect(drawer.getByText('it is not there', { exact: false })).toBeVisible();
    // The browser notes the answer 404, which is the one that was wanted.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    await drawer.getByLabel('Table of the billing export').fill('');
    await drawer.getByRole('button', { name: 'Show the bill…' }).click();
    await expect(drawer.getByText(`of ${table} for this question`, { exact: false })).toBeVisible();
    await drawer.getByRole('button', { name: 'Ask Google Cloud for under 1¢' }).click();
    const row = drawer.getByRole('row').filter({ hasText: 'Processors of requests' });
    await expect(row).toContainText('1.2 EUR');
    await expect(drawer.getByText('Pacific', { exact: false })).toBeVisible();
    expect(await violations(app)).toEqual([]);
    if (process.env['HEARTH_SHOTS'])
      await app.screenshot({ path: join(process.env['HEARTH_SHOTS'], 'bill-google.png') });
    await rpc(app, 'endpoint_remove', { account: 'tea' });
  } finally {
    google.stop();
  }
});
