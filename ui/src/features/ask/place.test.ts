import { describe, expect, it } from 'vitest';
import { linesInWords, placesOf } from './place';

const at = (sql: string, message: string) =>
  placesOf(sql, message).map(({ from, to }) => sql.slice(from, to));

describe('where a question is wrong', () => {
  it('finds the word that the ledger names', () => {
    const sql = 'SELECT function\nFORM calls';
    const places = placesOf(sql, 'the question cannot be asked: near "FORM": syntax error');
    expect(places).toEqual([{ from: 16, to: 20 }]);
    expect(linesInWords(sql, places)).toBe('line 2');
    expect(at('SELECT lenth(x) FROM logs', 'no such function: lenth')).toEqual(['lenth']);
    expect(at('SELECT c.nam FROM calls c', 'no such column: c.nam')).toEqual(['c.nam']);
  });

  it('takes whole words only, and none of texts and comments', () => {
    const sql = "SELECT outcomes, 'outcome' FROM calls -- outcome\nWHERE outcome = 1";
    expect(at(sql, 'no such column: outcome')).toEqual(['outcome']);
    expect(linesInWords(sql, placesOf(sql, 'no such column: outcome'))).toBe('line 2');
  });

  it('says every line when the word occurs more than once', () => {
    const sql = 'SELECT a,\n a FROM calls';
    expect(linesInWords(sql, placesOf(sql, 'no such column: a'))).toBe('line 1 or 2');
  });

  it('points at the end of what was not finished, and nowhere when nothing is named', () => {
    expect(at('SELECT * FROM (SELECT 1', 'incomplete input')).toEqual(['1']);
    expect(placesOf('SELECT 1', 'the disk is gone')).toEqual([]);
    expect(linesInWords('SELECT 1', [])).toBe('');
  });
});
