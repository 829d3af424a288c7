/** The code of a function in an account: read, edited, seen beside what it was, deployed with a review. */
import AxeBuilder from '@axe-core/playwright';
import { expect, goTo, overflow, rpc } from './hearth';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test('code of an account is read, changed, compared and deployed without leaving the window', async ({
  app,
  cloud,
}) => {
  test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');
  await rpc(app, 'endpoint_add', { name: 'emulator', url: cloud.url, region: 'us-east-1', profile: null });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
  const request = {
    account: 'emulator',
    region: 'us-east-1',
    name: 'kettle',
    change: { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' } },
  };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: seen.review.digest });
  await rpc(app, 'sync_start', { accounts: ['endpoint:emulator'], metrics: false, freshS: 0 });
  await goTo(app, '#/functions');
  await app
    .getByRole('region', { name: 'Functions' })
    .getByRole('row', { name: /kettle/ })
    .click();
  const code = app.getByRole('complementary', { name: 'kettle' }).getByRole('region', { name: 'Its code' });

  await code.getByRole('button', { name: 'Read its code' }).click();
  const editor = code.getByRole('textbox', { name: 'app.py' });
  await expect(editor).toContainText('def handler');
  const deploy = code.getByRole('button', { name: 'Review and deploy…' });
  await expect(deploy).toHaveAttribute('title', 'Nothing is changed');

  await editor.press('ControlOrMeta+a');
  await editor.pressSequentially('def handler(event, context):\nreturn "poured"');
  await expect(code.getByText('changed', { exact: true })).toBeVisible();
  await code.getByRole('button', { name: 'Diff' }).click();
  await expect(code.getByRole('textbox', { name: 'app.py, beside what it was' })).toContainText('poured');
  await expect(code.locator('.cm-deletedChunk').first()).toBeVisible();
  expect(await overflow(app)).toEqual([]);
  expect((await new AxeBuilder({ page: app }).analyze()).violations.map((one) => one.id)).toEqual([]);

  await deploy.click();
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByRole('row', { name: /lambda:UpdateFunctionCode/ })).toBeVisible();
  await expect(sheet.getByRole('row', { name: /lambda:/ })).toHaveCount(1);
  await sheet.getByRole('button', { name: 'Deploy to kettle' }).click();
  await expect(sheet.getByText(/done in/)).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();

  const call = { account: 'emulator', region: 'us-east-1', name: 'kettle', event: '{}' };
  const answer = await rpc(app, 'cloud_invoke', call);
  expect(JSON.stringify(answer)).toContain('poured');
  await expect(code.getByRole('textbox', { name: 'app.py' })).toContainText('poured');
});
