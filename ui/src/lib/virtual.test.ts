import { describe, expect, it } from 'vitest';
import { reveal, visibleRows } from './virtual';

describe('visible rows', () => {
  it('makes only the rows in sight and a few more, and keeps the height of all', () => {
    const rows = visibleRows(100_000, 30, 30_000, 300, 5);
    expect([rows.from, rows.to]).toEqual([995, 1015]);
    expect(rows.before + rows.after + (rows.to - rows.from) * 30).toBe(3_000_000);
  });

  it('stays inside a list that became shorter than where it was scrolled to', () => {
    expect(visibleRows(3, 30, 9_000, 300)).toEqual({ from: 0, to: 3, before: 0, after: 0 });
    expect(visibleRows(0, 30, 100, 300)).toEqual({ from: 0, to: 0, before: 0, after: 0 });
  });

  it('scrolls only as far as a row needs', () => {
    expect(reveal(5, 30, 0, 300)).toBe(0);
    expect(reveal(12, 30, 0, 300)).toBe(90);
    expect(reveal(1, 30, 200, 300)).toBe(30);
  });
});
