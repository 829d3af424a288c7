import { describe, expect, it } from 'vitest';
import { lowestMs, placeAmong } from './facts';

const bars = (...upToMs: number[]) => upToMs.map((ms) => ({ upToMs: ms, warm: 1, cold: 0 }));

describe('places in a histogram', () => {
  it('puts a bound at the right edge of its bar', () => {
    const five = bars(1, 1.584893, 2.511886, 3.981072, 6.309573);
    five.forEach((bar, index) => expect(placeAmong(five, bar.upToMs)).toBeCloseTo((index + 1) * 20, 3));
    expect(placeAmong(five, lowestMs(five))).toBeCloseTo(0);
    expect(placeAmong(five, 4.6)).toBeGreaterThan(placeAmong(five, 3.981072));
  });

  it('keeps what is outside at the edge, and knows the width of a bar alone', () => {
    expect(placeAmong(bars(2, 4), 100)).toBe(100);
    expect(placeAmong(bars(2, 4), 0.1)).toBe(0);
    expect(lowestMs(bars(10))).toBeCloseTo(6.31, 2);
    expect(placeAmong([], 3)).toBe(0);
  });
});
