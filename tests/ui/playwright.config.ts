/** The golden paths in the system's Chromium against a real `hearth serve`. Each worker has its own. */
import { defineConfig } from '@playwright/test';
import { browserPath } from './hearth';

export default defineConfig({
  testDir: '.',
  outputDir: '../../target/e2e',
  // How long to wait is no measure of speed: a busy machine may be three times as slow, and still right.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  fullyParallel: false,
  // A second try in CI, printed as flaky: a race that is to be found.
  retries: process.env['CI'] === undefined ? 0 : 1,
  workers: 2,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    acceptDownloads: true,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: browserPath(),
      // Chromium refuses its own sandbox to root, which is who runs in containers.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
