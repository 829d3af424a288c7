import { describe, expect, it } from 'vitest';
import { jsonProblem } from './json';

describe('why a text is not JSON', () => {
  it.each([
    ['{oops', 'line 1, column 2: a name in double quotes or } belongs here, not oops'],
    ['{\n  "a": 1,\n  }', 'line 3, column 3: a name in double quotes belongs here, not }'],
    ['{"a" 1}', 'line 1, column 6: a colon belongs here, not 1'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: a comma or } belongs here, not "'],
    ['[1, 2', 'line 1, column 6: a comma or ] is missing at the end'],
    ["{'a': 1}", "line 1, column 2: a name in double quotes or } belongs here, not '"],
    ['[01]', 'line 1, column 2: a value or ] belongs here, not 01'],
    ['', 'line 1, column 1: a value is missing at the end'],
    ['{} x', 'line 1, column 4: nothing more belongs here, not x'],
    ['{"a": "b\n"}', 'line 1, column 7: the text that begins here has no closing double quote'],
    ['[True]', 'line 1, column 2: a value or ] belongs here, not True'],
  ])('%j', (text, words) => {
    expect(jsonProblem(text)).toContain(words);
  });

  it('has nothing to say of JSON', () => {
    for (const text of ['{}', ' [1, -2.5e3, {"a": [true, null, "\\u00e9 \\n"]}] ', '"x"', '0', '[[],{}]'])
      expect(jsonProblem(text)).toBeNull();
  });
});
