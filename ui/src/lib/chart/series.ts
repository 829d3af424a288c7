/** Columns of numbers over time as they come from Hearth. Owns their order and wire format; must not know drawing. */
import { SERIES_COLUMNS, type SeriesColumn } from '$lib/host';

export type SeriesTable = Record<SeriesColumn, Float64Array>;

export class SeriesFormatError extends Error {}

/** Reads a `u32` column count, a `u32` row count, then little-endian doubles, column after column. */
export function decodeSeries(bytes: ArrayBuffer): SeriesTable {
  const view = new DataView(bytes);
  if (bytes.byteLength < 8)
    throw new SeriesFormatError(`a chart needs at least 8 bytes, not ${bytes.byteLength}`);
  const columns = view.getUint32(0, true);
  const rows = view.getUint32(4, true);
  if (bytes.byteLength !== 8 + columns * rows * 8 || columns < SERIES_COLUMNS.length) {
    throw new SeriesFormatError(`${bytes.byteLength} bytes do not hold ${columns} columns of ${rows} rows`);
  }
  const table = {} as SeriesTable;
  SERIES_COLUMNS.forEach((name, column) => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = view.getFloat64(8 + (column * rows + row) * 8, true);
    table[name] = values;
  });
  return table;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) if (!Number.isNaN(value)) total += value;
  return total;
}

/** The largest value and its row; none when there is no number. */
export function peak(values: Float64Array): { row: number; value: number } | null {
  let found: { row: number; value: number } | null = null;
  values.forEach((value, row) => {
    if (!Number.isNaN(value) && (found === null || value > found.value)) found = { row, value };
  });
  return found;
}

/** Adds columns up so that each stands on those before it. A gap counts as nothing. */
export function stacked(columns: readonly Float64Array[]): Float64Array[] {
  const below = new Float64Array(columns[0]?.length ?? 0);
  return columns.map((column) => {
    column.forEach((value, row) => {
      below[row] = (below[row] ?? 0) + (Number.isNaN(value) ? 0 : value);
    });
    return below.slice();
  });
}
