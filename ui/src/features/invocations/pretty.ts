/** JSON with line breaks; what is not JSON, or was cut, as it is. */
export function pretty(text: string | null): string | null {
  if (text === null) return null;
  if (text.length > 200_000) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
