/** The month that Cost shows: read again after calls end, and in sight until another one is there. Must not draw. */
import type { CostOverview } from '$lib/api/generated/CostOverview';
import type { CostQuery } from '$lib/api/generated/CostQuery';
import type { ApiError } from '$lib/api/client';
import { query, type Query } from '$lib/api/query.svelte';
import { live } from '$lib/state/live.svelte';

/** Calls that end make the month old, but nobody reads it twice a second. */
const REFRESH_MS = 3_000;

export class Months {
  /** The newest that was read: the month before stays while the next one is asked for. */
  kept = $state.raw<CostOverview | undefined>(undefined);
  readonly #query: Query<'cost_overview'>;

  /** Made while a component is set up, and ends with it. `request` is read reactively. */
  constructor(request: () => CostQuery) {
    const asked = query('cost_overview', request);
    this.#query = asked;
    this.kept = asked.data;
    $effect(() => {
      if (asked.data) this.kept = asked.data;
    });
    $effect(() => {
      let timer: ReturnType<typeof setTimeout> | null = null;
      const soon = () => {
        timer ??= setTimeout(() => {
          timer = null;
          void asked.refresh();
        }, REFRESH_MS);
      };
      const stop = live.on((event) => {
        if (event.kind === 'invocation_finished' || event.kind === 'functions_changed') soon();
      }, soon);
      return () => {
        stop();
        if (timer !== null) clearTimeout(timer);
      };
    });
  }

  get error(): ApiError | null {
    return this.#query.error;
  }

  refresh(): Promise<void> {
    return this.#query.refresh();
  }
}
