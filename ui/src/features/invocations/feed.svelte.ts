/** Pages of invocations, newest first, that stay fresh at their head. Owns joining pages; must not know what is drawn. */
import { call, type ApiError } from '$lib/api/client';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { InvocationsQuery } from '$lib/api/generated/InvocationsQuery';
import { Soon, type Feed } from '$lib/api/paging.svelte';

const PAGE = 200;
const REFRESH_MS = 500;

/** Joins a fresh first page with the rows known before; without an overlap the old rows go, so that none is missing. */
export function join(fresh: readonly Invocation[], known: readonly Invocation[]): Invocation[] | null {
  const ids = new Set(fresh.map((row) => row.requestId));
  const last = fresh.at(-1);
  if (!last || known.length === 0) return null;
  const overlap = known.some((row) => ids.has(row.requestId));
  const whole = fresh.length < PAGE;
  if (whole) return [...fresh];
  if (!overlap) return null;
  return [...fresh, ...known.filter((row) => !ids.has(row.requestId) && row.startedUs <= last.startedUs)];
}

export type InvocationFilter = Omit<InvocationsQuery, 'cursor' | 'limit'>;

export class InvocationFeed implements Feed<InvocationFilter> {
  rows = $state.raw<readonly Invocation[]>([]);
  total = $state(0);
  /** There may be more than `total`: counting a filter stops at some number. */
  totalAtLeast = $state(false);
  loading = $state(true);
  error = $state.raw<ApiError | null>(null);
  #query: InvocationsQuery | null = null;
  #next: string | null = null;
  #round = 0;
  #paging = false;
  readonly #soon = new Soon(REFRESH_MS, () => this.refresh());

  /** Starts again with another filter. */
  point(query: InvocationFilter): void {
    this.#query = { ...query, cursor: null, limit: PAGE };
    this.#next = null;
    this.rows = [];
    this.loading = true;
    void this.refresh();
  }

  async refresh(): Promise<void> {
    if (!this.#query) return;
    const round = ++this.#round;
    this.#soon.asked();
    try {
      const page = await call('invocations_list', this.#query);
      if (round !== this.#round) return;
      const joined = join(page.invocations, this.rows);
      if (joined === null || joined.length <= page.invocations.length) this.#next = page.next;
      this.rows = joined ?? page.invocations;
      this.total = page.total;
      this.totalAtLeast = page.totalAtLeast ?? false;
      this.error = null;
    } catch (thrown) {
      if (round === this.#round) this.error = thrown as ApiError;
    }
    if (round === this.#round) this.loading = false;
  }

  /** Adds the page after the last row. */
  async more(): Promise<void> {
    if (!this.#query || this.#next === null || this.#paging) return;
    this.#paging = true;
    const cursor = this.#next;
    const query = this.#query;
    try {
      const page = await call('invocations_list', { ...query, cursor });
      if (query !== this.#query) return;
      const ids = new Set(this.rows.map((row) => row.requestId));
      this.rows = [...this.rows, ...page.invocations.filter((row) => !ids.has(row.requestId))];
      this.#next = page.next;
    } catch (thrown) {
      this.error = thrown as ApiError;
    } finally {
      this.#paging = false;
    }
  }

  /** Asks again soon after calls, until the returned function is called. */
  follow(): () => void {
    const stop = this.#soon.after(['invocation_finished', 'invocation_started']);
    return () => {
      stop();
      this.#round++;
    };
  }
}
