import { describe, expect, it } from 'vitest';
import { earlier, shares, sharesWords } from './versions';

const versions = ['3', '2', '1'].map((version) => ({
  version,
  description: '',
  madeUs: null,
  codeHash: '',
}));
const alias = (version: string, weights: Record<string, number> = {}) => ({ name: 'live', version, weights });

describe('an alias', () => {
  it('says who gets which part', () => {
    expect(shares(alias('3', { '2': 0.1 }))).toEqual([
      { version: '3', percent: 90 },
      { version: '2', percent: 10 },
    ]);
    expect(sharesWords(alias('3', { '2': 0.055 }), 'version')).toBe(
      '94.5 % to version 3, 5.5 % to version 2',
    );
    expect(sharesWords(alias('3'), 'version')).toBe('version 3');
  });

  it('leads back to the version made before, or ends a shift that is under way', () => {
    expect(earlier(alias('3'), versions)).toBe('2');
    expect(earlier(alias('1'), versions)).toBeNull();
    expect(earlier(alias('2', { '3': 0.2 }), versions), 'the new one gets nothing any more').toBe('2');
    expect(earlier(alias('$LATEST'), versions), 'what was published last').toBe('3');
  });
});
