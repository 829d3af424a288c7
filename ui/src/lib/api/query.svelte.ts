/** Answers that stay fresh: the last one at once from memory, a new one after live events. Owns the cache. */
import { untrack } from 'svelte';
import { live } from '$lib/state/live.svelte';
import type { HearthEvent } from './generated/HearthEvent';
import {
  cacheKey,
  call,
  STALE_AFTER,
  type ApiError,
  type Answer,
  type JsonCommand,
  type Request,
} from './client';

const cache = new Map<string, unknown>();
const CACHE_MOST = 200;
/** A busy runtime changes hundreds of times a second; a screen reads at most this often. */
const REFRESH_EVERY_MS = 400;

function keep(key: string, value: unknown): void {
  cache.delete(key);
  cache.set(key, value);
  const oldest = cache.keys().next().value;
  if (cache.size > CACHE_MOST && oldest !== undefined) cache.delete(oldest);
}

export class Query<C extends JsonCommand> {
  data = $state.raw<Answer<C> | undefined>(undefined);
  error = $state.raw<ApiError | null>(null);
  /** True until there is an answer or an error for the newest request. */
  loading = $state(true);
  #key = '';
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #last = 0;
  #request: Request<C> | null = null;
  readonly #command: C;

  constructor(command: C) {
    this.#command = command;
  }

  /** Points it at a request; the cached answer shows at once. */
  point(request: Request<C> | null): void {
    this.#request = request;
    const key = request === null ? '' : cacheKey(this.#command, request);
    if (key === this.#key) return;
    this.#key = key;
    this.data = cache.get(key) as Answer<C> | undefined;
    this.error = null;
    this.loading = request !== null && this.data === undefined;
    if (request !== null) void this.refresh();
  }

  /** Asks again now. */
  async refresh(): Promise<void> {
    if (this.#request === null) return;
    const round = ++this.#round;
    const key = this.#key;
    this.#last = performance.now();
    try {
      const answer = await call(this.#command, this.#request);
      if (round !== this.#round || key !== this.#key) return;
      keep(key, answer);
      this.data = answer;
      this.error = null;
    } catch (thrown) {
      if (round !== this.#round || key !== this.#key) return;
      this.error = thrown as ApiError;
    }
    this.loading = false;
  }

  /** Asks again soon, at most once in a while. */
  stale(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(30, this.#last + REFRESH_EVERY_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.refresh();
    }, wait);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#round += 1;
    this.#key = '';
  }
}

/**
 * A query for as long as the component lives. Call it while the component is set up.
 * `request` is read reactively; null means "nothing to ask". `ages` says which events make the answer old, besides
 * those that always do.
 */
export function query<C extends JsonCommand>(
  command: C,
  request: () => Request<C> | null,
  ages: (event: HearthEvent) => boolean = () => false,
): Query<C> {
  const made = new Query(command);
  $effect(() => {
    const next = request();
    untrack(() => made.point(next));
  });
  $effect(() => {
    const kinds: readonly string[] = STALE_AFTER[command] ?? [];
    const stop = live.on(
      (event) => {
        if (kinds.includes(event.kind) || ages(event)) made.stale();
      },
      () => made.stale(),
    );
    return () => {
      stop();
      made.stop();
    };
  });
  return made;
}
