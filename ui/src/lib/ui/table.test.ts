import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import Table from './Table.svelte';
import { sorted, windowOf, type Column } from './table';

interface Row {
  name: string;
  calls: number | null;
}
const columns: Column<Row>[] = [
  { id: 'name', label: 'Name', by: (row) => row.name },
  { id: 'calls', label: 'Calls', numeric: true, by: (row) => row.calls },
];
const rows: Row[] = [
  { name: 'fn10', calls: 3 },
  { name: 'fn2', calls: null },
  { name: 'fn1', calls: 30 },
];
const names = (list: readonly Row[]) => list.map((row) => row.name);

describe('table', () => {
  it('sorts words with their numbers and keeps unknown figures last', () => {
    expect(names(sorted(rows, columns, { id: 'name', down: false }))).toEqual(['fn1', 'fn2', 'fn10']);
    expect(names(sorted(rows, columns, { id: 'calls', down: false }))).toEqual(['fn10', 'fn1', 'fn2']);
    expect(names(sorted(rows, columns, { id: 'calls', down: true }))).toEqual(['fn1', 'fn10', 'fn2']);
  });

  it('draws only what is in sight of many rows', () => {
    expect(windowOf(50, 32, 0, 320)).toEqual({ from: 0, to: 50 });
    const { from, to } = windowOf(10_000, 32, 32_000, 640);
    expect(from).toBeGreaterThan(950);
    expect(to).toBeLessThan(1_050);
  });

  it('moves with j and k, opens with Enter', async () => {
    const onselect = vi.fn();
    const onopen = vi.fn();
    const cell = createRawSnippet<[Row, Column<Row>]>((row, column) => ({
      render: () => `<span>${column().id === 'name' ? row().name : String(row().calls)}</span>`,
    }));
    render(Table<Row>, {
      label: 'Functions',
      columns,
      rows,
      key: (row: Row) => row.name,
      cell,
      onselect,
      onopen,
    });
    const first = screen.getByText('fn10').closest('tr');
    if (!first) throw new Error('no row');
    first.focus();
    await fireEvent.keyDown(first, { key: 'j' });
    expect(onselect).toHaveBeenLastCalledWith(rows[1]);
    await fireEvent.keyDown(first, { key: 'k' });
    await fireEvent.keyDown(first, { key: 'Enter' });
    expect(onopen).toHaveBeenLastCalledWith(rows[0]);
  });
});
