/** Tables, views and their columns as the ledger has them now: asked of the ledger itself, so that it is never old. */
import { call } from '$lib/api/client';
import { ABOUT } from './ready';

export interface TableOf {
  name: string;
  /** What one row is, where the name does not say it. */
  about: string | null;
  columns: { name: string; type: string }[];
}

/** Shadow tables of the search index and SQLite's own are left out: nothing can be read from them. */
const QUESTION = `SELECT m.name, p.name, p.type
FROM sqlite_schema m JOIN pragma_table_info(m.name) p
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE '\\_%' ESCAPE '\\'
  AND m.name NOT GLOB '*_config' AND m.name NOT GLOB '*_data' AND m.name NOT GLOB '*_idx'
  AND m.name NOT GLOB '*_docsize' AND m.name NOT GLOB '*_content'
ORDER BY m.type = 'table', m.name, p.cid`;

class Schema {
  tables = $state.raw<readonly TableOf[]>([]);
  failed = $state(false);

  /** What the editor offers: names of tables with their columns. */
  readonly offered = $derived(
    Object.fromEntries(this.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])),
  );

  async start(): Promise<void> {
    try {
      const { rows } = await call('ledger_query', { sql: QUESTION, limit: 5_000 });
      const tables = new Map<string, TableOf>();
      for (const [table, column, type] of rows) {
        const name = String(table);
        const known = tables.get(name) ?? { name, about: ABOUT[name] ?? null, columns: [] };
        known.columns.push({ name: String(column), type: String(type ?? '').toLowerCase() });
        tables.set(name, known);
      }
      this.tables = [...tables.values()];
      this.failed = false;
    } catch {
      // The page works without this help and says that it is missing.
      this.failed = true;
    }
  }
}

export const schema = new Schema();
