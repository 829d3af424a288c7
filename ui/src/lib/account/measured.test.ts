import { expect, test } from 'vitest';
import { told } from './measured';

test('what was not measured is left out, and a mean needs something to divide by', () => {
  expect(told([])).toEqual([]);
  expect(
    told([
      { metric: 'invocations', value: 0 },
      { metric: 'duration_ms', value: 0 },
    ]),
  ).toEqual([{ label: 'Calls', value: '0' }]);
  expect(
    told([
      { metric: 'invocations', value: 4 },
      { metric: 'duration_ms', value: 100 },
      { metric: 'cold_starts', value: 2 },
      { metric: 'init_ms', value: 300 },
      { metric: 'environments', value: 2 },
    ]).map(({ label, value }) => `${label} ${value}`),
  ).toEqual([
    'Calls 4',
    'A call takes 25\u00a0ms',
    'Servers started 2',
    'A start takes 150\u00a0ms',
    'Servers at once, most 2',
  ]);
});
