/** What lists that grow share: asking again soon after events, and following a filter that is typed. Must not know rows. */
import { live } from '$lib/state/live.svelte';
import type { HearthEvent } from './generated/HearthEvent';

/** Asks at most once in a while, however many events come. */
export class Soon {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #askedMs = 0;
  readonly #everyMs: number;
  readonly #ask: () => Promise<void>;

  constructor(everyMs: number, ask: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#ask = ask;
  }

  /** Says that it was asked just now, whoever did. */
  asked(): void {
    this.#askedMs = performance.now();
  }

  again(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        void this.#ask();
      },
      Math.max(30, this.#askedMs + this.#everyMs - performance.now()),
    );
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Asks after events of these kinds, and does `lagged` when some were lost, until the returned function is called. */
  after(kinds: readonly HearthEvent['kind'][], lagged: () => void = () => this.again()): () => void {
    const stop = live.on((event) => {
      if (kinds.includes(event.kind)) this.again();
    }, lagged);
    return () => {
      stop();
      this.stop();
    };
  }
}

export interface Feed<Q> {
  /** Starts again with another filter. */
  point(query: Q): void;
  /** Stays up to date until the returned function is called. */
  follow(): () => void;
}

/** A pause in typing after which a search is asked for. */
const TYPING_MS = 150;

/** Points a feed at a filter and follows it, for as long as a component lives. Call it while it is set up. */
export function useFeed<Q extends { search: string }>(feed: Feed<Q>, filter: () => Q): void {
  $effect(() => {
    const next = filter();
    const timer = setTimeout(() => feed.point(next), next.search === '' ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  });
  $effect(() => feed.follow());
}
