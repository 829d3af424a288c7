/** Tuning: from the plan with its cost to a size in use, and back; on the keyboard too. */
import AxeBuilder from '@axe-core/playwright';
import { deploySample, expect, goTo, overflow, rpc, test } from './hearth';
import type { Page } from '@playwright/test';

interface Kept {
  functions: {
    function: { name: string; configuration: { memoryMb: number } };
  }[];
}

async function memoryOf(app: Page, name: string): Promise<number | undefined> {
  const { functions } = await rpc<Kept>(app, 'functions_list', {
    filter: name,
  });
  return functions.find((one) => one.function.name === name)?.function.configuration.memoryMb;
}

test('a function is tuned, a size is used after a question, and that is undone', async ({ app }) => {
  await deploySample(app, 'kettle', 'tuned');
  await goTo(app, '#/tuning?function=tuned');
  const form = app.getByRole('form', { name: 'What to measure' });
  await form.getByLabel('Memory sizes, MB').fill('64');
  await expect(form.getByText('Memory is 128 to 10 240 MB, not 64.')).toBeVisible();
  await form.getByLabel('Memory sizes, MB').fill('512, 128, 256');
  await form.getByLabel('Warm calls a size').fill('3');
  await form.getByLabel('Cold starts a size').fill('1');
  const before = form.getByRole('region', { name: 'Before it starts' });
  await expect(before).toContainText('12 calls');
  await expect(before).toContainText('at most');

  await form.getByLabel('Warm calls a size').press('Control+Enter');
  const result = app.getByRole('region', { name: 'Tuning of tuned' });
  await expect(result.getByText('128 MB is set again, and was read back.')).toBeVisible();
  expect(await memoryOf(app, 'tuned')).toBe(128);
  await expect(result.getByRole('table', { name: 'Warm calls by size' }).getByRole('row')).toHaveCount(4);
  await expect(result.getByRole('table', { name: 'Cold starts by size' }).getByRole('row')).toHaveCount(4);
  await expect(result.getByText('CPU is not scaled with memory on this computer')).toBeVisible();
  await expect(
    app.getByRole('table', { name: /^Tunings/ }).getByRole('link', { name: 'tuned' }),
  ).toBeVisible();

  const curve = result.getByRole('application');
  await expect(curve).toHaveAccessibleName(/cheapest/);
  await curve.focus();
  await app.keyboard.press('End');
  await expect(curve.locator('[aria-live]')).toContainText('512 MB: half under');

  await result.getByRole('button', { name: 'Use 256 MB' }).click();
  const question = app.getByRole('dialog', { name: /^Use 256.MB for tuned/ });
  await question.getByRole('button', { name: 'Use 256 MB' }).click();
  await expect.poll(() => memoryOf(app, 'tuned')).toBe(256);
  await app.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => memoryOf(app, 'tuned')).toBe(128);

  // What was measured takes the place of an assumption in a what-if, until somebody assumes otherwise.
  await goTo(app, '#/cost');
  await app.getByRole('main').getByRole('row', { name: /tuned/ }).click();
  const drawer = app.getByRole('complementary', { name: 'tuned' });
  const memory = drawer.getByRole('slider', { name: /^Memory/ });
  await memory.focus();
  for (let step = 0; step < 2; step += 1) await app.keyboard.press('ArrowRight');
  await expect(memory).toHaveAttribute('aria-valuetext', /^256/);
  const measured = drawer
    .getByRole('paragraph')
    .filter({ hasText: /^duration [\d.]+ times as long, measured by tuning$/ });
  await expect(measured).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Measured', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await drawer.getByRole('button', { name: 'Unchanged', exact: true }).click();
  await expect(measured).toHaveCount(0);
  await app.keyboard.press('Escape');
  await goTo(app, '#/tuning?function=tuned');

  const axe = await new AxeBuilder({ page: app })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const serious = axe.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  expect(serious.map((one) => `${one.id} ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
  await app.setViewportSize({ width: 1024, height: 640 });
  expect(await overflow(app)).toEqual([]);
});

test('a tuning that goes on shows how far it is, and is cancelled', async ({ app }) => {
  await deploySample(app, 'kettle', 'cancelled');
  const begun = await rpc<{ id: string }>(app, 'tuning_start', {
    name: 'cancelled',
    memoryMb: [256],
    runs: 500,
    coldRuns: 0,
    events: [{ event: '{"cups":4}', weight: 1 }],
    parallel: false,
  });
  await goTo(app, `#/tuning/${begun.id}`);
  const result = app.getByRole('region', { name: 'Tuning of cancelled' });
  await expect(result.getByRole('progressbar')).toBeVisible();
  await expect(result.getByRole('status')).toContainText('256 MB is measured');
  await result.getByRole('button', { name: 'Cancel tuning' }).click();
  await expect(result.getByText('128 MB is set again, and was read back.')).toBeVisible();
  expect(await memoryOf(app, 'cancelled')).toBe(128);
});
