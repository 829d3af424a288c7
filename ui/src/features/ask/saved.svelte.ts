/** Questions that a person keeps: saved, renamed and deleted, each with the way back. */
import { asApiError, call } from '$lib/api/client';
import type { SavedQuery } from '$lib/api/generated/SavedQuery';
import { Query } from '$lib/api/query.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { asking } from './asking.svelte';

class Saved {
  readonly list = new Query('queries_saved');

  get rows(): readonly SavedQuery[] {
    return this.list.data ?? [];
  }

  start(): void {
    this.list.point({});
    void this.list.refresh();
  }

  byName(name: string | null): SavedQuery | undefined {
    return this.rows.find((row) => row.name === name);
  }

  /** Keeps the question that is written. What it replaces comes back with Undo. */
  async save(name: string): Promise<boolean> {
    const before = this.byName(name);
    const sql = asking.sql;
    if (!(await this.#did(() => call('query_save', { name, sql }), `${name} was not saved`))) return false;
    asking.name = name;
    if (before && before.sql !== sql) {
      overlays.toast(`${name} is saved`, {
        detail: 'Over the question of that name.',
        action: { label: 'Undo', run: () => void this.#bringBack(before) },
      });
    } else {
      overlays.toast(`${name} is saved`);
    }
    return true;
  }

  /** Gives a question another name; a name that is taken is refused. */
  async rename(from: SavedQuery, name: string): Promise<boolean> {
    if (name === from.name) return true;
    if (this.byName(name)) {
      overlays.toast(`There is a question named ${name} already`, {
        tone: 'bad',
        detail: 'Choose another name.',
      });
      return false;
    }
    const move = async (old: SavedQuery, to: string): Promise<void> => {
      // The new one is there before the old one goes: nothing is lost in between.
      await call('query_save', { name: to, sql: old.sql });
      await call('query_delete', { name: old.name });
      if (asking.name === old.name) asking.name = to;
    };
    if (!(await this.#did(() => move(from, name), `${from.name} was not renamed`))) return false;
    overlays.toast(`${from.name} is now ${name}`, {
      action: {
        label: 'Undo',
        run: () =>
          void this.#did(() => move({ ...from, name }, from.name), `${name} could not be renamed back`),
      },
    });
    return true;
  }

  async remove(row: SavedQuery): Promise<void> {
    if (!(await this.#did(() => call('query_delete', { name: row.name }), `${row.name} was not deleted`)))
      return;
    if (asking.name === row.name) asking.name = null;
    overlays.toast(`${row.name} is deleted`, {
      action: { label: 'Undo', run: () => void this.#bringBack(row) },
    });
  }

  async #bringBack(row: SavedQuery): Promise<void> {
    await this.#did(() => call('query_save', row), `${row.name} could not be brought back`);
  }

  async #did(change: () => Promise<unknown>, otherwise: string): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (thrown) {
      overlays.failed(otherwise, asApiError(thrown));
      return false;
    } finally {
      await this.list.refresh();
    }
  }
}

export const saved = new Saved();
