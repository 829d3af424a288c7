/** Text that Hearth's parts write for people: names stand between backticks, thousands between commas. Pure. */

export interface Piece {
  text: string;
  /** A name, a path or a command, exactly as it is written elsewhere. */
  code: boolean;
}

/** Parts of a sentence; a backtick without its partner is a character like any other. */
export function pieces(sentence: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const match of sentence.matchAll(/`([^`\n]+)`/g)) {
    if (match.index > at) out.push({ text: sentence.slice(at, match.index), code: false });
    out.push({ text: match[1] ?? '', code: true });
    at = match.index + match[0].length;
  }
  if (at < sentence.length) out.push({ text: sentence.slice(at), code: false });
  return out;
}
