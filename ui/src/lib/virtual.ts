/** Which rows of a long list are worth making. Pure; must not know the DOM. */
export interface Rows {
  /** First row to make. */
  from: number;
  /** The row after the last. */
  to: number;
  /** Height above and below them, in pixels. */
  before: number;
  after: number;
}

export function visibleRows(
  total: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
  spare = 8,
): Rows {
  const most = Math.max(0, total * rowHeight - height);
  const top = Math.max(0, Math.min(scrollTop, most));
  const from = Math.max(0, Math.floor(top / rowHeight) - spare);
  const to = Math.min(total, Math.ceil((top + height) / rowHeight) + spare);
  return { from, to, before: from * rowHeight, after: (total - to) * rowHeight };
}

/** The scroll position that shows a row: unchanged when it is in sight already. */
export function reveal(row: number, rowHeight: number, scrollTop: number, height: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}
