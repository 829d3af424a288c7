/**
 * A stage's player that follows one function for as long as a component lives.
 * Owns asking for the snapshot and joining the live events to it; must not know what is drawn.
 */
import { untrack } from 'svelte';
import { call, type ApiError } from '$lib/api/client';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import { live } from '$lib/state/live.svelte';
import { StagePlayer } from './player.svelte';

export interface Watched {
  readonly player: StagePlayer | null;
  readonly error: ApiError | null;
}

export interface WatchedFunction {
  id: string;
  /** What names it in requests. */
  name: string;
  /** The instant to look back from; none: now. What a log told may be hours old. */
  untilUs?: number | null;
}

/** Follows a function; null follows nothing. Call it while the component is set up. */
export function watchStage(watched: () => WatchedFunction | null, lookBackUs = 10 * 60 * 1_000_000): Watched {
  let player = $state.raw<StagePlayer | null>(null);
  let error = $state.raw<ApiError | null>(null);
  const id = $derived(watched()?.id ?? null);
  const name = $derived(watched()?.name ?? null);

  $effect(() => {
    if (id === null || name === null) {
      player = null;
      return;
    }
    const [functionId, functionName] = [id, name];
    return untrack(() => follow(functionId, functionName, watched()?.untilUs ?? null));
  });

  function follow(functionId: string, functionName: string, untilUs: number | null): () => void {
    const made = new StagePlayer(functionId);
    const fromUs = Math.min(untilUs ?? Infinity, Date.now() * 1000) - lookBackUs;
    let waiting: HearthEvent[] | null = [];
    let ended = false;

    async function ask(): Promise<void> {
      const askedMs = performance.now();
      try {
        const snapshot = await call('lanes_snapshot', { function: functionName, fromUs });
        if (ended) return;
        made.load(snapshot, fromUs, askedMs);
        if (waiting) made.apply(waiting);
        waiting = null;
        player = made;
        error = null;
      } catch (thrown) {
        if (!ended) error = thrown as ApiError;
      }
    }

    const stop = live.on(
      (event) => {
        if (event.kind === 'functions_changed') {
          if (event.name === functionName) void ask();
        } else if (waiting) waiting.push(event);
        else made.apply([event]);
      },
      () => void ask(),
    );
    void ask();
    return () => {
      ended = true;
      stop();
    };
  }

  return {
    get player() {
      return player;
    },
    get error() {
      return error;
    },
  };
}
