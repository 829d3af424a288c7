import { describe, expect, it } from 'vitest';
import type { Invocation } from '$lib/api/generated/Invocation';
import { invocation } from '$lib/stage/testing';
import { join } from './feed.svelte';

const rows = (from: number, to: number): Invocation[] =>
  Array.from({ length: from - to + 1 }, (_, index) => invocation(`r${from - index}`, from - index));

describe('joining pages of invocations', () => {
  it('puts new rows before those known and loses none', () => {
    const joined = join(rows(500, 301), rows(480, 1));
    expect(joined?.map((row) => row.requestId)).toEqual(rows(500, 1).map((row) => row.requestId));
  });

  it('takes the fresh state of a row known before', () => {
    const fresh = rows(300, 101);
    const known = rows(300, 101).map((row) => ({ ...row, outcome: 'running' as const }));
    expect(join(fresh, known)?.every((row) => row.outcome === 'succeeded')).toBe(true);
  });

  it('starts again when so many came that pages do not meet', () => {
    expect(join(rows(900, 701), rows(400, 1))).toBeNull();
  });

  it('drops rows that no longer match when the page is all there is', () => {
    expect(join(rows(3, 2), rows(3, 1))?.length).toBe(2);
  });
});
