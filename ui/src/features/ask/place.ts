/** Where in a question the ledger says that it is wrong. Pure. SQLite names the word, not its place. */

export interface Stretch {
  from: number;
  to: number;
}

/** Texts, names in quotes and comments: words inside of them are not the question's own. */
const OTHER = /'(?:[^']|'')*'?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** The word that an error names; null when it names none. */
export function wordOf(message: string): string | null {
  const found =
    /near "(.+?)": syntax error/s.exec(message) ??
    /no such (?:column|table|function|collation sequence): ([^\s]+)/.exec(message) ??
    /ambiguous column name: ([^\s]+)/.exec(message) ??
    /(?:wrong number of arguments to function|misuse of (?:aggregate|window function):?) ([^\s(]+)/.exec(
      message,
    ) ??
    /unrecognized token: "(.+?)"/s.exec(message) ??
    /`(\w+)` is not allowed/.exec(message);
  return found?.[1] ?? null;
}

/** Every place of the question that an error may mean. One place is certain, more are candidates, none is unknown. */
export function placesOf(sql: string, message: string): Stretch[] {
  if (/incomplete input/.test(message)) {
    const last = /\S+\s*$/.exec(sql);
    return last ? [{ from: last.index, to: last.index + last[0].trimEnd().length }] : [];
  }
  const word = wordOf(message);
  if (word === null) return [];
  const bare = sql.replace(OTHER, (text) => ' '.repeat(text.length));
  // A text that never ends is the wrong word itself.
  const inside = word.startsWith("'") ? sql : bare;
  const edge = (part: string) => (/\w/.test(part) ? '\\b' : '');
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const whole = new RegExp(`${edge(word[0] ?? '')}${escaped}${edge(word.at(-1) ?? '')}`, 'gi');
  return [...inside.matchAll(whole)].map(({ index }) => ({ from: index, to: index + word.length }));
}

/** The lines of places in words: `line 3`, `line 3 or 7`; empty without places. */
export function linesInWords(sql: string, places: readonly Stretch[]): string {
  const lines = [...new Set(places.map(({ from }) => sql.slice(0, from).split('\n').length))];
  if (lines.length === 0) return '';
  return `line ${lines.join(' or ')}`;
}
