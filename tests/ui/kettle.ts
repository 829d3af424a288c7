/** The function `kettle` in an account called `emulator`: made, changed and looked at the way the command line does. */
import type { Locator, Page } from '@playwright/test';
import { expect, goTo, rpc } from './hearth';

/** The function that tests change. */
export const KETTLE = 'kettle';

/** Adds the account, and lets it be changed. */
export async function meet(
  app: Page,
  url: string,
  more: Record<string, unknown> = { region: 'us-east-1', profile: null },
): Promise<void> {
  await rpc(app, 'endpoint_add', { name: 'emulator', url, ...more });
  await rpc(app, 'account_unlock', { account: 'emulator', minutes: 15 });
}

/** Makes a change as the command line does. */
export async function change(app: Page, what: unknown, region = 'us-east-1', name = KETTLE): Promise<void> {
  const request = { account: 'emulator', region, name, change: what };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', request);
  await rpc(app, 'cloud_apply', { ...request, digest: seen.review.digest });
}

/** Deploys the sample that tests change, with more of what a deploy may say. */
export function deploy(app: Page, more: Record<string, unknown> = {}, region = 'us-east-1'): Promise<void> {
  return change(app, { kind: 'deploy', source: { kind: 'sample', sample: 'hello-python' }, ...more }, region);
}

/** Says yes in the sheet that is open, once it shows this call. */
export async function yes(app: Page, verb: string, operation?: string): Promise<void> {
  const sheet = app.getByRole('dialog');
  if (operation !== undefined)
    await expect(sheet.getByRole('row', { name: new RegExp(operation) }).first()).toBeVisible();
  await sheet.getByRole('button', { name: verb, exact: true }).click();
  await expect(sheet.getByText(/done in/)).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
}

/** How it stands, asked of the account. */
export function standing<T>(app: Page, region = 'us-east-1', name = KETTLE): Promise<T> {
  return rpc<T>(app, 'cloud_function', { account: 'emulator', region, name });
}

/** Opens the drawer of a function with everything around it. */
export async function open(app: Page, name = KETTLE): Promise<Locator> {
  await rpc(app, 'sync_start', { accounts: ['endpoint:emulator'], metrics: false, freshS: 0 });
  await goTo(app, '#/functions');
  await app
    .getByRole('region', { name: 'Functions' })
    .getByRole('row', { name: new RegExp(name) })
    .click();
  const drawer = app.getByRole('complementary', { name });
  await drawer.getByRole('button', { name: 'Read everything about it' }).click();
  return drawer;
}
