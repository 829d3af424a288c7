import { beforeEach, describe, expect, it } from 'vitest';
import { host } from '$lib/host';
import type { FakeHost } from '$lib/host/fake';
import { overlays } from '$lib/state/overlays.svelte';
import { asking } from './asking.svelte';
import { saved } from './saved.svelte';

const fake = () => host() as FakeHost;
let kept: { name: string; sql: string }[] = [];

beforeEach(() => {
  kept = [{ name: 'slow', sql: 'SELECT 1' }];
  overlays.toasts = [];
  asking.take('SELECT 2', null);
  asking.found = null;
  const one = fake();
  one.answer('queries_saved', () => kept);
  one.answer('query_save', (query) => {
    kept = [...kept.filter((row) => row.name !== query.name), query];
    return {};
  });
  one.answer('query_delete', ({ name }) => {
    kept = kept.filter((row) => row.name !== name);
    return {};
  });
  saved.start();
});

const undo = async () => {
  overlays.toasts.at(-1)?.action?.run();
  await new Promise((done) => setTimeout(done, 10));
};

describe('asking the ledger', () => {
  it('keeps the answer with its question and sends the limits that were chosen', async () => {
    fake().answer('ledger_query', () => ({ columns: ['x'], rows: [[2]], truncated: true, elapsedMs: 1.5 }));
    asking.limit = 10_000;
    await asking.run();
    expect(fake().calls.at(-1)).toEqual({
      command: 'ledger_query',
      request: { sql: 'SELECT 2', limit: 10_000, timeoutMs: 5_000 },
    });
    expect(asking.found).toMatchObject({ sql: 'SELECT 2', rows: [[2]], truncated: true });
  });

  it('shows an error where it is and leaves the answer before it', async () => {
    fake().answer('ledger_query', () => {
      throw { code: 'invalid_input', message: 'near "FORM": syntax error', hint: null, detail: null };
    });
    asking.sql = 'SELECT * FORM calls';
    await asking.run();
    expect(asking.error?.message).toContain('FORM');
    expect(asking.places).toEqual([{ from: 9, to: 13 }]);
  });

  it('does not show an answer that comes after the question was given up', async () => {
    let answer = (): void => {};
    fake().answer(
      'ledger_query',
      () =>
        new Promise((done) => {
          answer = () => done({ columns: [], rows: [], truncated: false, elapsedMs: 1 });
        }),
    );
    const going = asking.run();
    await Promise.resolve();
    asking.cancel();
    answer();
    await going;
    expect(asking.running).toBe(false);
    expect(asking.givenUp).toBe(true);
    expect(asking.found).toBeNull();
  });
});

describe('questions that are kept', () => {
  it('come back after they were deleted, renamed or written over', async () => {
    await saved.list.refresh();
    await saved.remove({ name: 'slow', sql: 'SELECT 1' });
    expect(kept).toEqual([]);
    await undo();
    expect(kept).toEqual([{ name: 'slow', sql: 'SELECT 1' }]);

    await saved.rename({ name: 'slow', sql: 'SELECT 1' }, 'slowest');
    expect(kept).toEqual([{ name: 'slowest', sql: 'SELECT 1' }]);
    await undo();
    expect(kept).toEqual([{ name: 'slow', sql: 'SELECT 1' }]);

    asking.sql = 'SELECT 3';
    await saved.save('slow');
    expect(kept).toEqual([{ name: 'slow', sql: 'SELECT 3' }]);
    await undo();
    expect(kept).toEqual([{ name: 'slow', sql: 'SELECT 1' }]);
  });

  it('are not written over by a new name that is taken', async () => {
    kept = [
      { name: 'a', sql: '1' },
      { name: 'b', sql: '2' },
    ];
    await saved.list.refresh();
    expect(await saved.rename({ name: 'a', sql: '1' }, 'b')).toBe(false);
    expect(kept).toHaveLength(2);
  });
});
