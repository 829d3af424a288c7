/** Why a text is not JSON, in plain words with its place. Pure; the same in every browser engine. */

const NAME = 'a name in double quotes';
const TEXT = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
/** What a person sees there: a word, else a sign. */
const SEEN = /[\w$.-]+|./uy;
const MOST_SEEN = 16;

interface Stop {
  at: number;
  words: string;
}

/** Why a text is not JSON; null when it is. */
export function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    const stop = firstStop(text);
    if (stop === null) return thrown instanceof Error ? thrown.message : String(thrown);
    const before = text.slice(0, stop.at).split('\n');
    return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${stop.words}`;
  }
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** The first place where something else was needed. */
function firstStop(text: string): Stop | null {
  const open: ('{' | '[')[] = [];
  let want: 'value' | 'name' | 'colon' | 'next' = 'value';
  /** A bracket was opened and nothing stands in it yet: it may be closed. */
  let fresh = false;
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
    const inside = open.at(-1);
    const sign = text.charAt(at);
    const closing = inside === '{' ? '}' : ']';
    if (inside && sign === closing && (want === 'next' || fresh)) {
      open.pop();
      want = 'next';
      fresh = false;
      at++;
    } else if (want === 'next') {
      if (!inside && sign === '') return null;
      if (!inside || sign !== ',')
        return missing(text, at, inside ? `a comma or ${closing}` : 'nothing more');
      want = inside === '{' ? 'name' : 'value';
      at++;
    } else if (want === 'colon') {
      if (sign !== ':') return missing(text, at, 'a colon');
      want = 'value';
      at++;
    } else if (sign === '"') {
      const end = endOf(TEXT, text, at);
      if (end === null)
        return {
          at,
          words: 'the text that begins here has no closing double quote on its line, or a wrong \\ in it',
        };
      want = want === 'name' ? 'colon' : 'next';
      fresh = false;
      at = end;
    } else if (want === 'value' && (sign === '{' || sign === '[')) {
      open.push(sign);
      want = sign === '{' ? 'name' : 'value';
      fresh = true;
      at++;
    } else {
      const wanted = want === 'name' ? NAME : 'a value';
      const end = want === 'value' ? endOf(PLAIN, text, at) : null;
      if (end === null) return missing(text, at, fresh ? `${wanted} or ${closing}` : wanted);
      want = 'next';
      fresh = false;
      at = end;
    }
  }
}

function missing(text: string, at: number, wanted: string): Stop {
  if (at >= text.length) return { at, words: `${wanted} is missing at the end` };
  const seen = text.slice(at, endOf(SEEN, text, at) ?? at + 1).slice(0, MOST_SEEN);
  return { at, words: `${wanted} belongs here, not ${seen}` };
}
