import { describe, expect, it } from 'vitest';
import { apart, rowWords, type ChartSeries } from './chart';
import { rangeQuery } from './range';
import { decodeSeries, peak, stacked, sum } from './series';

/** Bytes as Hearth writes them. */
function encode(columns: number[][]): ArrayBuffer {
  const rows = columns[0]?.length ?? 0;
  const view = new DataView(new ArrayBuffer(8 + columns.length * rows * 8));
  view.setUint32(0, columns.length, true);
  view.setUint32(4, rows, true);
  columns.forEach((column, c) =>
    column.forEach((value, r) => view.setFloat64(8 + (c * rows + r) * 8, value, true)),
  );
  return view.buffer as ArrayBuffer;
}

describe('series', () => {
  it('reads each column by its name', () => {
    const columns = Array.from({ length: 15 }, (_, c) => [c, c + 0.5]);
    const table = decodeSeries(encode(columns));
    expect([...table.time]).toEqual([0, 0.5]);
    expect([...table.p95Ms]).toEqual([6, 6.5]);
    expect([...table.initCostUsd]).toEqual([12, 12.5]);
  });

  it('refuses bytes that do not fit their head', () => {
    expect(() => decodeSeries(encode([[1, 2]]))).toThrow('do not hold 1 columns of 2 rows');
    expect(() => decodeSeries(new ArrayBuffer(3))).toThrow('at least 8 bytes, not 3');
  });

  it('leaves gaps out of sums and peaks', () => {
    const values = new Float64Array([1, Number.NaN, 5, 2]);
    expect(sum(values)).toBe(8);
    expect(peak(values)).toEqual({ row: 2, value: 5 });
    expect(peak(new Float64Array([Number.NaN]))).toBeNull();
  });

  it('stands columns on each other', () => {
    const tops = stacked([
      new Float64Array([1, 2]),
      new Float64Array([3, Number.NaN]),
      new Float64Array([1, 1]),
    ]);
    expect(tops.map((top) => [...top])).toEqual([
      [1, 2],
      [4, 2],
      [5, 3],
    ]);
  });
});

describe('ranges', () => {
  it('ends with the step that now is in', () => {
    const asked = rangeQuery('hour', 3_661_000_000, 'kettle');
    expect(asked).toEqual({ function: 'kettle', fromUs: 120_000_000, toUs: 3_720_000_000, grain: 'minute' });
    expect(rangeQuery('week', 0, null)).toMatchObject({ grain: 'hour', function: null });
  });
});

describe('words and labels', () => {
  const series = (values: number[]): ChartSeries => ({
    id: 'a',
    label: 'calls',
    values: new Float64Array(values),
    shape: 'bars',
    colour: '--c-compute',
    format: (value) => `${value}`,
  });

  it('reads a step, and says when there is nothing', () => {
    expect(rowWords('17:02', [series([3, Number.NaN])], 0)).toBe('17:02: calls 3');
    expect(rowWords('17:03', [series([3, Number.NaN])], 1)).toBe('17:03: nothing');
  });

  it('moves labels apart and keeps them inside', () => {
    expect(apart([10, 12, 50], 13, 0, 100)).toEqual([10, 23, 50]);
    expect(apart([95, 98], 13, 0, 100)).toEqual([87, 100]);
  });

  it('tells the later of lines that end together above', () => {
    expect(apart([90, 90, 90], 10, 0, 100)).toEqual([100, 90, 80]);
  });
});
