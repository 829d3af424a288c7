import { describe, expect, it } from 'vitest';
import type { FunctionSummary } from '$lib/api/generated/FunctionSummary';
import { environment } from '$lib/stage/testing';
import { liveliest } from './first';

function row(
  name: string,
  lastCallUs: number | null,
  ...states: ['busy' | 'frozen', number][]
): FunctionSummary {
  return {
    function: { id: name, name },
    stats: { lastCallUs },
    servers: states.map(([state, s], n) => environment(n, s, { state })),
  } as unknown as FunctionSummary;
}

describe('the function whose lanes open first', () => {
  it('is the one whose servers work, whoever was called last', () => {
    const slow = row('slow', 5_000_000, ['busy', 5]);
    expect(liveliest([row('kb-node', 9_000_000), slow, row('kettle', 8_000_000, ['frozen', 8])])).toBe(slow);
  });

  it('is the one that was active last while all rest, and nothing when there is none', () => {
    const kettle = row('kettle', 3_000_000, ['frozen', 9]);
    expect(liveliest([row('never', null), row('kb-node', 5_000_000), kettle])).toBe(kettle);
    expect(liveliest([])).toBeNull();
  });
});
