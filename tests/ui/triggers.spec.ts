/** Triggers of a function in an account: added, turned off and removed in its drawer; environments kept ready. */
import { expect, overflow, violations } from './hearth';
import { change, deploy, meet, open, yes } from './kettle';
import { cloudTest, program } from './ministack';

const test = cloudTest();
test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

test('a queue and the clock call a function of an account, until they are removed', async ({
  app,
  cloud,
}) => {
  await meet(app, cloud.url);
  await deploy(app);
  await change(app, { kind: 'publish', description: '' });
  const made = await fetch(cloud.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.CreateQueue',
      authorization: 'AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/sqs/aws4_request',
    },
    body: JSON.stringify({ QueueName: 'orders' }),
  });
  expect(made.ok).toBe(true);
  const drawer = await open(app);
  const triggers = drawer.getByRole('region', { name: 'Triggers' });
  await expect(triggers.getByText('Nothing calls it by itself.')).toBeVisible();
  await triggers.getByRole('button', { name: 'Add a trigger…' }).click();
  const form = triggers.getByRole('form', { name: 'Add a trigger' });
  const review = form.getByRole('button', { name: 'Review…' });
  await expect(review).toHaveAttribute('title', 'Write its full name, which begins with arn:');
  await form.getByLabel('Queue of SQS', { exact: false }).fill('arn:aws:sqs:us-east-1:000000000000:orders');
  expect(await violations(app)).toEqual([]);
  await review.click();
  const calls = app.getByRole('dialog').getByRole('table', { name: 'The calls, in their order' });
  for (const operation of ['iam:PutRolePolicy', 'lambda:CreateEventSourceMapping'])
    await expect(calls.getByRole('row', { name: new RegExp(operation) })).toBeVisible();
  await yes(app, 'Add the trigger');
  await expect(triggers.getByText('Queue orders')).toBeVisible();
  await triggers.getByRole('button', { name: 'Turn off…' }).click();
  await yes(app, 'Turn off Queue orders');
  await expect(triggers.getByText('Disabled')).toBeVisible();

  await triggers.getByRole('button', { name: 'Add a trigger…' }).click();
  await form.getByRole('button', { name: 'Clock' }).click();
  await form.getByLabel('When').fill('rate(1 hour)');
  await review.click();
  await expect(app.getByRole('dialog').getByText('730 times in a month', { exact: false })).toBeVisible();
  await yes(app, 'Add the trigger');
  await expect(triggers.getByText('rate(1 hour)')).toBeVisible();
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
  expect(await violations(app)).toEqual([]);
  await app.setViewportSize({ width: 1440, height: 900 });
  for (const what of ['Queue orders', 'rate(1 hour)']) {
    await triggers.getByRole('button', { name: `Remove ${what}` }).click();
    await yes(app, `Remove ${what}`);
    await expect(triggers.getByText(what)).toBeHidden();
  }

  const ready = drawer.getByRole('region', { name: 'Kept ready' });
  await ready.getByRole('button', { name: /^Alias or version/ }).click();
  await app.getByRole('option', { name: /^1/ }).click();
  await ready.getByLabel('How many are kept ready').fill('2');
  await ready.getByRole('button', { name: 'Keep ready…' }).click();
  await expect(app.getByRole('dialog').getByText('in a month of 730 hours', { exact: false })).toBeVisible();
  await yes(app, 'Keep 2 ready');
  await expect(drawer.getByRole('region', { name: 'Layers' }).getByText('It has no layer.')).toBeVisible();
});
