/**
 * The question that is written and what it found: kept while a person looks at other screens. Owns asking, giving up
 * and saving as CSV; must not know what is drawn.
 */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { LedgerAnswer } from '$lib/api/generated/LedgerAnswer';
import { host } from '$lib/host';
import { overlays } from '$lib/state/overlays.svelte';
import { placesOf, type Stretch } from './place';
import { READY } from './ready';

/** An answer with the question that it belongs to. */
export interface Found extends LedgerAnswer {
  sql: string;
}

/** Most rows that are shown; the CSV file has all of them. */
export const LIMITS = [1_000, 10_000, 100_000] as const;
/** Longest time of a question in milliseconds. */
export const TIMES = [5_000, 20_000, 60_000] as const;

const KEPT = 'ask the ledger';

class Asking {
  #sql = $state(sessionStorage.getItem(KEPT) ?? READY[0]?.sql ?? '');
  /** Name under which the question is saved, when it came from there. */
  name = $state<string | null>(null);
  limit = $state<number>(LIMITS[0]);
  timeMs = $state<number>(TIMES[0]);
  running = $state(false);
  /** When the question that is running was asked, on the clock of `performance.now`. */
  sinceMs = $state(0);
  saving = $state(false);
  found = $state.raw<Found | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** Where the question may be wrong. */
  places = $state.raw<readonly Stretch[]>([]);
  /** The question was given up and the ledger may still be at it. */
  givenUp = $state(false);
  #round = 0;
  #stop: AbortController | null = null;

  get sql(): string {
    return this.#sql;
  }

  set sql(text: string) {
    this.#sql = text;
    sessionStorage.setItem(KEPT, text);
  }

  /** Puts another question in the place of this one. */
  take(sql: string, name: string | null): void {
    this.sql = sql;
    this.name = name;
    this.error = null;
    this.places = [];
  }

  async run(): Promise<void> {
    if (this.running) return;
    const round = ++this.#round;
    const sql = this.sql;
    const stop = new AbortController();
    this.#stop = stop;
    this.running = true;
    this.sinceMs = performance.now();
    this.error = null;
    this.places = [];
    this.givenUp = false;
    try {
      const answer = await call(
        'ledger_query',
        { sql, limit: this.limit, timeoutMs: this.timeMs },
        stop.signal,
      );
      if (round === this.#round) this.found = { ...answer, sql };
    } catch (thrown) {
      if (round !== this.#round) return;
      this.error = asApiError(thrown);
      this.places = placesOf(sql, this.error.message);
    }
    if (round === this.#round) this.running = false;
  }

  /** Stops waiting. The ledger itself ends the question when its time is over. */
  cancel(): void {
    if (!this.running) return;
    this.#round += 1;
    this.#stop?.abort();
    this.running = false;
    this.givenUp = true;
  }

  /** The whole answer as a file, however many rows are shown. */
  async csv(): Promise<void> {
    if (this.saving) return;
    const name = `hearth-${(this.name ?? 'answer').replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase()}.csv`;
    this.saving = true;
    try {
      const bytes = await host().raw('ledger_query_csv', { sql: this.sql, timeoutMs: this.timeMs });
      if (await host().saveFile(name, new Uint8Array(bytes))) overlays.toast(`${name} is saved`);
      this.error = null;
    } catch (thrown) {
      this.error = asApiError(thrown);
      this.places = placesOf(this.sql, this.error.message);
    } finally {
      this.saving = false;
    }
  }
}

export const asking = new Asking();
