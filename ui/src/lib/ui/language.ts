/** The language of a file by its name. Apart from the editor, so that asking does not load it. */
export type Language = 'json' | 'javascript' | 'python' | 'sql' | 'text';

export function languageOf(path: string): Language {
  if (/\.(json|map)$/.test(path)) return 'json';
  if (/\.(m?js|cjs|tsx?|jsx)$/.test(path)) return 'javascript';
  if (/\.pyi?$/.test(path)) return 'python';
  if (/\.sql$/.test(path)) return 'sql';
  return 'text';
}
