/** What a function answered, to be read by people. */

/** Pretty JSON; nothing for nothing. */
export function pretty(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

/** The same of a text; one that is no JSON stays as it is. */
export function prettyText(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}
