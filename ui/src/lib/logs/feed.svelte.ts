/** Log lines, oldest first, that grow at both ends. Owns paging and the bound on what is kept; must not know what is drawn. */
import { call, type ApiError } from '$lib/api/client';
import type { LogLine } from '$lib/api/generated/LogLine';
import type { LogsQuery } from '$lib/api/generated/LogsQuery';
import { Soon, type Feed } from '$lib/api/paging.svelte';

const PAGE = 1000;
const REFRESH_MS = 200;
/** Lines kept in the window; the ledger has them all. */
export const KEEP = 20_000;

export type LogFilter = Omit<LogsQuery, 'cursor' | 'after' | 'limit'>;

export class LogFeed implements Feed<LogFilter> {
  lines = $state.raw<readonly LogLine[]>([]);
  loading = $state(true);
  error = $state.raw<ApiError | null>(null);
  /** Whether older lines can be asked for. */
  hasOlder = $state(false);
  /** How many lines were put before the first one by the last page of older lines. */
  grewBefore = 0;
  #query: LogsQuery | null = null;
  #older: string | null = null;
  #newest: string | null = null;
  #round = 0;
  #paging = false;
  #asking = false;
  #again = false;
  readonly #soon = new Soon(REFRESH_MS, () => this.#newer());

  point(query: LogFilter): void {
    this.#query = { ...query, cursor: null, after: null, limit: PAGE };
    void this.#start();
  }

  async #start(): Promise<void> {
    if (!this.#query) return;
    const round = ++this.#round;
    this.loading = true;
    try {
      const page = await call('logs_list', this.#query);
      if (round !== this.#round) return;
      this.lines = page.lines;
      this.#older = page.older;
      this.#newest = page.newest;
      this.hasOlder = page.older !== null;
      this.error = null;
    } catch (thrown) {
      if (round === this.#round) this.error = thrown as ApiError;
    }
    if (round === this.#round) this.loading = false;
  }

  /** Puts the page before the first line before it. */
  async older(): Promise<void> {
    if (!this.#query || this.#older === null || this.#paging) return;
    this.#paging = true;
    const round = this.#round;
    try {
      const page = await call('logs_list', { ...this.#query, cursor: this.#older });
      if (round !== this.#round) return;
      this.grewBefore = page.lines.length;
      this.lines = [...page.lines, ...this.lines];
      this.#older = page.older;
      this.hasOlder = page.older !== null;
    } catch (thrown) {
      this.error = thrown as ApiError;
    } finally {
      this.#paging = false;
    }
  }

  async #newer(): Promise<void> {
    if (!this.#query || this.loading) return;
    if (this.#newest === null) {
      await this.#start();
      return;
    }
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    this.#soon.asked();
    const round = this.#round;
    try {
      const page = await call('logs_list', { ...this.#query, after: this.#newest });
      if (round !== this.#round) return;
      if (page.lines.length > 0) {
        const all = [...this.lines, ...page.lines];
        this.grewBefore = 0;
        this.lines = all.length > KEEP ? all.slice(-KEEP) : all;
        this.#newest = page.newest ?? this.#newest;
        this.#again ||= page.lines.length >= PAGE;
      }
      this.error = null;
    } catch (thrown) {
      if (round === this.#round) this.error = thrown as ApiError;
    } finally {
      this.#asking = false;
    }
    if (this.#again) {
      this.#again = false;
      this.#soon.again();
    }
  }

  /** Asks for what comes later after each batch of lines, until the returned function is called. */
  follow(): () => void {
    const stop = this.#soon.after(['logged'], () => void this.#start());
    return () => {
      stop();
      this.#round++;
    };
  }
}
