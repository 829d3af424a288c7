/** The columns behind a screen's charts, fresh after calls and as time goes on. Must not know what is drawn. */
import { untrack } from 'svelte';
import { asApiError, type ApiError } from '$lib/api/client';
import { host } from '$lib/host';
import { live } from '$lib/state/live.svelte';
import { rangeQuery, type Range } from './range';
import { decodeSeries, type SeriesTable } from './series';
import type { SeriesQuery } from '$lib/api/generated/SeriesQuery';

const REFRESH_MS = 1500;
const MINUTE_MS = 60_000;

export interface WatchedSeries {
  readonly table: SeriesTable | null;
  readonly query: SeriesQuery | null;
  readonly error: ApiError | null;
}

export interface SeriesWish {
  range: Range;
  function: string | null;
}

/** Asks for a range and keeps it fresh for as long as the component lives. */
export function watchSeries(wish: () => SeriesWish): WatchedSeries {
  let table = $state.raw<SeriesTable | null>(null);
  let query = $state.raw<SeriesQuery | null>(null);
  let error = $state.raw<ApiError | null>(null);
  const range = $derived(wish().range);
  const name = $derived(wish().function);

  $effect(() => {
    const [wantedRange, wantedName] = [range, name];
    return untrack(() => {
      let timer: ReturnType<typeof setTimeout> | null = null;
      let ended = false;
      let askedMs = 0;

      async function ask(): Promise<void> {
        timer = null;
        askedMs = performance.now();
        const asked = rangeQuery(wantedRange, Date.now() * 1000, wantedName);
        try {
          const answer = decodeSeries(await host().raw('series', asked));
          if (ended) return;
          table = answer;
          query = asked;
          error = null;
        } catch (thrown) {
          if (!ended) error = asApiError(thrown);
        }
      }

      function soon(): void {
        timer ??= setTimeout(() => void ask(), Math.max(50, askedMs + REFRESH_MS - performance.now()));
      }

      void ask();
      const stop = live.on((event) => {
        if (event.kind === 'invocation_finished') soon();
      }, soon);
      const minutes = setInterval(() => {
        if (!document.hidden) soon();
      }, MINUTE_MS);
      return () => {
        ended = true;
        stop();
        clearInterval(minutes);
        if (timer !== null) clearTimeout(timer);
      };
    });
  });

  return {
    get table() {
      return table;
    },
    get query() {
      return query;
    },
    get error() {
      return error;
    },
  };
}
