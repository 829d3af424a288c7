/** A live log of a function of an account. Owns that it ends when nobody looks: the vendor bills it by the minute. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { CloudPiece } from '$lib/api/generated/CloudPiece';
import type { LiveTail } from '$lib/api/generated/LiveTail';
import type { Place } from '$lib/function/place';
import { live } from '$lib/state/live.svelte';

/** How often Hearth is told that somebody still looks. */
const LOOK_MS = 10_000;
/** Lines kept in the window. */
const KEEP = 2_000;
/** After so many minutes it ends by itself. */
export const MINUTES = 10;

export class Watching {
  tail = $state.raw<LiveTail | null>(null);
  lines = $state.raw<readonly CloudPiece[]>([]);
  error = $state.raw<ApiError | null>(null);
  starting = $state(false);
  readonly running = $derived(this.tail !== null && this.tail.ended === null);
  #stop: (() => void) | null = null;

  /** Begins one; the person was told its price. */
  async start(place: Place): Promise<void> {
    if (this.running || this.starting) return;
    const runId = crypto.randomUUID();
    this.starting = true;
    this.error = null;
    this.lines = [];
    const deaf = live.on((heard) => {
      if (heard.kind !== 'cloud_pieces' || heard.runId !== runId) return;
      if (heard.pieces.length > 0) this.lines = [...this.lines, ...heard.pieces].slice(-KEEP);
      if (heard.ended) void this.#look(runId);
    });
    const timer = setInterval(() => void this.#look(runId), LOOK_MS);
    this.#stop = () => {
      clearInterval(timer);
      deaf();
      this.#stop = null;
    };
    try {
      this.tail = await call('live_tail_start', {
        ...place,
        runId,
        filter: null,
        minutes: MINUTES,
        agreed: true,
      });
    } catch (thrown) {
      this.error = asApiError(thrown);
      this.#stop?.();
    }
    this.starting = false;
  }

  async #look(runId: string): Promise<void> {
    try {
      this.tail = await call('live_tail_renew', { runId });
    } catch (thrown) {
      this.error = asApiError(thrown);
      this.tail = null;
    }
    if (!this.running) this.#stop?.();
  }

  async stop(): Promise<void> {
    const tail = this.tail;
    if (tail === null || tail.ended !== null) return;
    try {
      await call('live_tail_stop', { runId: tail.runId });
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  /** Whoever looked is gone. */
  leave(): void {
    void this.stop();
    this.#stop?.();
  }
}
