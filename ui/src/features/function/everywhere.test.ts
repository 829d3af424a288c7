import { expect, test } from 'vitest';
import type { EventAnswer } from '$lib/api/generated/EventAnswer';
import { isRunning, isSame, reference, textOf, type Side } from './everywhere.svelte';

function side(payload: unknown, answered = true): Side {
  return {
    choice: {
      key: 'k',
      target: { account: null, region: null, name: 'kettle' },
      place: 'here',
      name: 'kettle',
    },
    runId: 'r',
    beganMs: 0,
    answer: answered ? ({ payload } as EventAnswer) : null,
    error: null,
    cancelled: false,
  };
}

test('an answer is held against the first that came, and the order of names does not count', () => {
  const sides = [side(null, false), side({ a: 1, b: [1, 2] }), side({ b: [1, 2], a: 1 }), side({ a: 2 })];
  const first = reference(sides);
  expect(first).toBe(sides[1]);
  expect(sides.map((one) => isSame(one, first))).toEqual([null, null, true, false]);
  expect(sides.map(isRunning)).toEqual([true, false, false, false]);
  expect(isSame(side({ list: [2, 1] }), side({ list: [1, 2] }))).toBe(false);
});

test('text that is no JSON is shown as it is', () => {
  expect(textOf({ payload: 'plain' } as EventAnswer)).toBe('plain');
  expect(textOf({ payload: { a: 1 } } as EventAnswer)).toBe('{\n  "a": 1\n}');
});
