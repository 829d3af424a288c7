/** One call of a function of an account: sent, its answer as it arrives, and what came of it. Must not know what is drawn. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { CallMode } from '$lib/api/generated/CallMode';
import type { CloudInvoked } from '$lib/api/generated/CloudInvoked';
import type { Place } from '$lib/function/place';
import { live } from '$lib/state/live.svelte';

/** Pieces travel beside the answer to the call and may come after it; milliseconds that the last of them is waited for. */
const LATE_MS = 1_000;

export class Streamed {
  sending = $state(false);
  /** How it was called last. */
  mode = $state<CallMode>('wait');
  /** What arrived so far; null when the answer does not come in pieces. */
  arrived = $state<string | null>(null);
  answer = $state.raw<CloudInvoked | null>(null);
  error = $state.raw<ApiError | null>(null);

  /** Calls once. A call is never repeated: whether one that broke off ran is not known. */
  async send(place: Place, event: string, mode: CallMode, inPieces: boolean): Promise<void> {
    if (this.sending) return;
    this.mode = mode;
    const runId = crypto.randomUUID();
    this.sending = true;
    this.error = null;
    this.answer = null;
    this.arrived = inPieces ? '' : null;
    let stop = () => {};
    const last = new Promise<boolean>((resolve) => {
      stop = live.on((heard) => {
        if (heard.kind !== 'cloud_pieces' || heard.runId !== runId) return;
        this.arrived = (this.arrived ?? '') + heard.pieces.map((piece) => piece.text).join('');
        if (heard.ended) resolve(true);
      });
    });
    try {
      this.answer = await call('cloud_invoke', {
        ...place,
        event,
        mode,
        qualifier: null,
        stream: inPieces ? runId : null,
      });
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LATE_MS));
      // Where pieces were lost, the answer has them all.
      if (inPieces && !(await Promise.race([last, late]))) this.arrived = null;
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
    stop();
    this.sending = false;
  }
}

/** The whole answer as text: JSON in lines, or what it is. */
export function textOf(answer: CloudInvoked): string {
  return typeof answer.payload === 'string' ? answer.payload : JSON.stringify(answer.payload, null, 2);
}
