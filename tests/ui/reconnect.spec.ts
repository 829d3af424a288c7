/** What a page says and does when Hearth ends and is started again. */
import { test as plain } from '@playwright/test';
import { expect, serve } from './hearth';

plain('after a restart the page says what to do, and goes on once it is let in', async ({ context }) => {
  const first = await serve();
  const page = await context.newPage();
  await page.goto(first.served.ui);
  const status = page.getByRole('contentinfo');
  await expect(status.getByText('Local runtime ready')).toBeVisible();

  await first.stop('keep');
  await expect(page.getByRole('alert').filter({ hasText: 'Hearth does not answer.' })).toBeVisible();
  await expect(status.getByText('Hearth does not answer, trying again')).toBeVisible();

  const port = Number(new URL(first.served.ui).port);
  const second = await serve({ dataDir: first.served.dataDir, port });
  const banner = page.getByRole('alert').filter({ hasText: 'Hearth was started again.' });
  await expect(banner).toBeVisible();
  await expect(banner).toContainText('hearth serve');

  // Signing in anywhere in this browser lets the old page in too.
  const other = await context.newPage();
  await other.goto(second.served.ui);
  await expect(other.getByRole('contentinfo').getByText('Local runtime ready')).toBeVisible();
  await page.bringToFront();
  await expect(banner).toHaveCount(0);
  await expect(status.getByText('Local runtime ready')).toBeVisible();
  await second.stop();
});
