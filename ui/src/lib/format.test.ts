import { describe, expect, it } from 'vitest';
import {
  ago,
  billionths,
  slip,
  smallMoney,
  bytes,
  count,
  duration,
  exactMoney,
  money,
  percent,
  thousandsApart,
  plural,
  runtimeName,
  short,
  span,
} from './format';

/** Reads as people see it: the spaces that must not break look like spaces. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

describe('format', () => {
  it('keeps the decimals that a length of time deserves', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [340, '340 µs'],
      [4_200, '4.2 ms'],
      [9_949, '9.9 ms'],
      [9_960, '10 ms'],
      [48_700, '49 ms'],
      [999_600, '1.00 s'],
      [1_210_000, '1.21 s'],
      [66_200_000, '66.2 s'],
      [250_000_000, '4 min 10 s'],
    ];
    for (const [us, text] of cases) expect(plain(duration(us))).toBe(text);
    expect(duration(null)).toBe('unknown');
  });

  it('shortens counts only from 100 000 on', () => {
    expect(
      [14_100, 99_999, 100_000, 412_300, 999_600, 1_240_000].map((value) => plain(short(value))),
    ).toEqual(['14 100', '99 999', '100 k', '412 k', '1.0 M', '1.2 M']);
    expect(plain(count(1_234_567))).toBe('1 234 567');
  });

  it('writes money without powers of ten', () => {
    expect(['302.69', '0.004', '0', '1234.5'].map((usd) => plain(money(usd)))).toEqual([
      '$302.69',
      'under 1¢',
      '$0',
      '$1 234.50',
    ]);
    expect(
      ['0.000000527', '0.0000002', '5.27e-7', '0', '2', '0.5'].map((usd) => plain(exactMoney(usd))),
    ).toEqual(['$0.000 000 527', '$0.000 000 200', '$0.000 000 527', '$0', '$2', '$0.50']);
  });

  it('a bill of small lines adds up with true digits, one of large lines in cents', () => {
    const small = slip(['0.0000002', '0.0000123456', '-0.0000123456']);
    expect(small.lines.map(plain)).toEqual(['$0.000 000 200', '$0.000 012 346', '−$0.000 012 346']);
    expect(plain(small.total)).toBe('$0.000 000 200');
    const large = slip(['0.335', '0.335', '0.335', '1']);
    expect(large.total).toBe('$2.01');
    expect(large.lines.reduce((all, one) => all + Number(one.slice(1)), 0)).toBeCloseTo(2.01, 9);
    expect(plain(smallMoney(0.0000123456))).toBe('$0.000 012 346');
    expect(plain(smallMoney(-0.000399))).toBe('−$0.000 399');
  });

  it('rounds the lines of a slip so that they add up to its total', () => {
    const { lines, total } = billionths(['0.0000002', '0.0000000526', '0.0000000526']);
    expect(lines).toEqual(['0.000000200', '0.000000053', '0.000000052']);
    expect(total).toBe('0.000000305');
  });

  it('writes thousands of foreign sentences as its own', () => {
    expect(plain(thousandsApart('8,036 ms × 1.125 GB, $1 buys 58,700; 1,2 and 1,234,567'))).toBe(
      '8 036 ms × 1.125 GB, $1 buys 58 700; 1,2 and 1 234 567',
    );
  });

  it('says shares without rounding something to nothing', () => {
    expect(
      [
        [0, 10],
        [1, 100_000],
        [6, 1_000],
        [50, 100],
        [99_789, 100_000],
        [1, 0],
      ].map(([part, whole]) => plain(percent(part ?? 0, whole ?? 0))),
    ).toEqual(['0 %', 'under 0.01 %', '0.6 %', '50 %', '99.7 %', 'none']);
  });

  it('says sizes, spans and moments in human steps', () => {
    expect([500, 2_048, 219_136, 13 * 1_048_576].map((size) => plain(bytes(size)))).toEqual([
      '500 B',
      '2 KB',
      '214 KB',
      '13 MB',
    ]);
    expect([14e6, 300e6, 3_900e6].map((us) => plain(span(us)))).toEqual(['14 s', '5 min', '1 h 5 min']);
    expect([1e6, 14e6, 600e6].map((us) => plain(ago(0, us)))).toEqual(['just now', '14 s ago', '10 min ago']);
    expect([plural(1, 'server'), plural(4, 'server')]).toEqual(['1 server', '4 servers']);
    expect(['python3.11', 'nodejs20.x', 'quickjs', 'provided.al2023'].map(runtimeName)).toEqual([
      'Python 3.11',
      'Node.js 20',
      'QuickJS',
      'Custom (bootstrap)',
    ]);
    expect(
      ['dotnet9', 'dotnet-isolated8.0', 'java21', 'python313', 'ruby33', 'go122'].map(runtimeName),
    ).toEqual(['.NET 9', '.NET 8.0', 'Java 21', 'Python 3.13', 'Ruby 3.3', 'Go 1.22']);
  });
});
