/**
 * The local runtime's pace while lanes are watched at now: ×60 shortens the keep-alive, and nothing that is measured.
 * Owns renewing the lease and giving it back; must not know buttons.
 */
import { untrack } from 'svelte';
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { Pace } from '$lib/api/generated/Pace';
import { FASTEST, type StagePlayer } from '$lib/stage/player.svelte';

/** Well within the lease of 30 s. */
const RENEW_MS = 10_000;

export class LanesPace {
  /** The pace that holds; none at the usual one. */
  now = $state.raw<Pace | null>(null);
  error = $state.raw<ApiError | null>(null);
  #round = 0;

  async #ask(speed: number): Promise<void> {
    const round = ++this.#round;
    try {
      const pace = await call('runtime_pace', { speed });
      if (round !== this.#round) return;
      this.now = pace.speed === 1 ? null : pace;
      this.error = null;
    } catch (thrown) {
      if (round === this.#round) this.error = asApiError(thrown);
    }
  }

  /** Hurries until the returned function is called. */
  hurry(): () => void {
    void this.#ask(FASTEST);
    const timer = setInterval(() => {
      if (!document.hidden) void this.#ask(FASTEST);
    }, RENEW_MS);
    return () => {
      clearInterval(timer);
      void this.#ask(1);
    };
  }
}

/** Follows a player's speed for as long as a component lives. */
export function usePace(player: () => StagePlayer | null): LanesPace {
  const pace = new LanesPace();
  const wanted = $derived(player()?.mode === 'live' && player()?.speed === FASTEST);
  $effect(() => (wanted ? untrack(() => pace.hurry()) : undefined));
  return pace;
}
