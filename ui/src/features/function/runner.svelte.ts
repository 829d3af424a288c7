/** One run of a function from its Test page: starting, cancelling, and what came back. */
import { call, asApiError, isOfCall, type ApiError } from '$lib/api/client';
import { live } from '$lib/state/live.svelte';
import { jsonProblem } from './json';
import type { InvocationDetail } from '$lib/api/generated/InvocationDetail';
import { Soon } from '$lib/api/paging.svelte';
import type { Receipt } from '$lib/api/generated/Receipt';

/** Pause between questions for lines of a run. */
const LINES_MS = 150;

/** What the result pane shows, whether it ran just now or was chosen from the list. */
export interface Shown {
  requestId: string;
  /** Pretty JSON, or the text as it is. */
  text: string;
  detail: InvocationDetail | null;
  receipt: Receipt | null;
}

export class Runner {
  running = $state<string | null>(null);
  shown = $state.raw<Shown | null>(null);
  error = $state.raw<ApiError | null>(null);
  cancelling = $state(false);
  readonly #name: () => string;
  readonly #soon = new Soon(LINES_MS, () => this.#again());

  constructor(name: () => string) {
    this.#name = name;
  }

  async run(event: string, cold: boolean): Promise<void> {
    if (this.running !== null) return;
    const problem = jsonProblem(event);
    // What an earlier run gave is not the answer to this event.
    this.shown = problem ? null : this.shown;
    if (problem) {
      this.error = {
        code: 'invalid_input',
        message: `The event is not JSON: ${problem}`,
        hint: 'Correct the event and run again',
        detail: null,
      };
      return;
    }
    const requestId = crypto.randomUUID();
    this.running = requestId;
    this.error = null;
    try {
      const answer = await call('invoke', { name: this.#name(), event, cold, source: 'test', requestId });
      this.shown = {
        requestId: answer.requestId,
        text: pretty(answer.payload),
        detail: null,
        receipt: answer.receipt,
      };
      await this.#logs(answer.requestId);
    } catch (thrown) {
      this.shown = null;
      this.error = asApiError(thrown);
    } finally {
      this.running = null;
      this.cancelling = false;
    }
  }

  async cancel(): Promise<void> {
    if (this.running === null) return;
    this.cancelling = true;
    try {
      await call('invoke_cancel', { requestId: this.running });
    } catch (thrown) {
      this.error = asApiError(thrown);
      this.cancelling = false;
    }
  }

  /** Shows an earlier run. */
  async open(requestId: string): Promise<void> {
    try {
      const detail = await call('invocation_get', { requestId });
      this.error = null;
      this.#show(detail);
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  /** Shows the newest run before anything was asked for, so quietly; gives what it was called with. */
  async greet(requestId: string): Promise<string | null> {
    let detail: InvocationDetail;
    try {
      detail = await call('invocation_get', { requestId });
    } catch {
      // Nothing was asked for, so nothing is reported.
      return null;
    }
    if (this.running === null && this.shown === null && this.error === null) this.#show(detail);
    return detail.truncated ? null : detail.event;
  }

  /** Lines may come after the answer: asks for them when they are there, until the returned function is called. */
  follow(): () => void {
    const stop = live.on((event) => {
      if (this.shown && isOfCall(event, this.shown.requestId)) this.#soon.again();
    });
    return () => {
      stop();
      this.#soon.stop();
    };
  }

  #show(detail: InvocationDetail): void {
    const { requestId } = detail.invocation;
    this.shown = { requestId, text: prettyText(detail.response ?? ''), detail, receipt: detail.receipt };
  }

  async #again(): Promise<void> {
    if (!this.shown) return;
    try {
      await this.#logs(this.shown.requestId);
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  async #logs(requestId: string): Promise<void> {
    this.#soon.asked();
    const detail = await call('invocation_get', { requestId });
    if (this.shown?.requestId === requestId) this.shown = { ...this.shown, detail };
  }
}

function pretty(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

export function prettyText(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}
