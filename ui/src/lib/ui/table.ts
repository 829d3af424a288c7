/** Columns and sorting of a table. Pure; must not know what the rows are. */
import type { Source } from '$lib/figures';

export interface Column<R> {
  id: string;
  label: string;
  /** Figures stand at the right. */
  numeric?: boolean;
  /** Class of head and cells, for widths and container queries. */
  class?: string;
  /** Width in pixels, where the rows and not the styles say it. */
  width?: number;
  /** What to sort by; a column without it cannot be sorted. Null sorts last either way. */
  by?: (row: R) => string | number | null;
  /** First direction when the head is pressed; figures start with the largest. */
  firstDown?: boolean;
  /** Where the figures of the column come from. */
  source?: Source;
}

export interface Sort {
  id: string;
  down: boolean;
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows in the order asked for; the same rows when the column cannot be sorted. */
export function sorted<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  sort: Sort | null,
): readonly R[] {
  const by = columns.find((column) => column.id === sort?.id)?.by;
  if (!by || !sort) return rows;
  const sign = sort.down ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = by(left);
    const b = by(right);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (
      sign * (typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b)))
    );
  });
}

/** Which rows to draw for a scroll position, with some to spare. */
export function windowOf(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): { from: number; to: number } {
  if (count <= 100) return { from: 0, to: count };
  const spare = 12;
  const from = Math.max(0, Math.floor(top / rowHeight) - spare);
  return { from, to: Math.min(count, Math.ceil((top + height) / rowHeight) + spare) };
}
