/** One run of a function from its Test page: starting, cancelling, and what came back. */
import { call, asApiError, isOfCall, isUnanswered, type ApiError } from '$lib/api/client';
import { live } from '$lib/state/live.svelte';
import { nowUs } from '$lib/state/now.svelte';
import { jsonProblem } from './json';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import type { Invocation } from '$lib/api/generated/Invocation';
import type { InvocationDetail } from '$lib/api/generated/InvocationDetail';
import type { LogLine } from '$lib/api/generated/LogLine';
import { Soon } from '$lib/api/paging.svelte';
import type { Receipt } from '$lib/api/generated/Receipt';
import { pretty, prettyText } from '$lib/json';

/** Pause between questions for lines of a run. */
const LINES_MS = 150;
/** A run that takes no longer leaves the result before it in its place until its own is there. */
const SOON_MS = 150;
/** Newest lines that are kept while a run goes on; all of them are asked for at its end. */
const LIVE_LINES = 1_000;

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
  /** Whether it goes on for so long that it shows itself. */
  slow = $state(false);
  /** When it began, in milliseconds of the page's clock. */
  beganMs = $state(0);
  /** What it logged until now. */
  lines = $state.raw<readonly LogLine[]>([]);
  shown = $state.raw<Shown | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** A run whose end is not known, since Hearth stopped answering meanwhile. */
  unknown = $state<string | null>(null);
  cancelling = $state(false);
  readonly #name: () => string;
  readonly #soon = new Soon(LINES_MS, () => this.#again());
  /** The run that goes on was found here, and nobody waits for its answer. */
  #found = false;
  /** Runs that were on this page already: a list that is a moment old must not bring them back. */
  readonly #known = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(name: () => string) {
    this.#name = name;
  }

  async run(event: string, cold: boolean): Promise<void> {
    if (this.running !== null) return;
    const problem = jsonProblem(event);
    // What an earlier run gave is not the answer to this event.
    this.shown = problem ? null : this.shown;
    this.unknown = null;
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
    this.#begin(requestId, 0);
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
      if (isUnanswered(thrown)) this.unknown = requestId;
    } finally {
      this.#end();
    }
  }

  /** Takes up a run that goes on already: it was begun here before the page was read anew, or left. */
  async adopt(run: Invocation): Promise<void> {
    const { requestId } = run;
    if (this.running !== null || this.#known.has(requestId)) return;
    this.#begin(requestId, Math.max(0, nowUs() - run.startedUs) / 1_000);
    this.#found = true;
    this.slow = true;
    this.shown = null;
    await this.#look();
  }

  /** Finds out what came of a run that Hearth did not answer any more. */
  async lookUp(): Promise<void> {
    const requestId = this.unknown;
    if (requestId === null || this.running !== null) return;
    try {
      const detail = await call('invocation_get', { requestId });
      if (this.unknown !== requestId) return;
      this.unknown = null;
      this.error = null;
      if (detail.invocation.outcome !== 'running') {
        this.#show(detail);
        return;
      }
      this.#known.delete(requestId);
      await this.adopt(detail.invocation);
    } catch (thrown) {
      const error = asApiError(thrown);
      // Anything else says nothing of the run; it is asked again.
      if (error.code !== 'not_found' || this.unknown !== requestId) return;
      this.unknown = null;
      this.error = { ...error, message: 'Hearth never got this run', hint: 'Run it again' };
    }
  }

  #begin(requestId: string, sinceMs: number): void {
    this.#known.add(requestId);
    this.running = requestId;
    this.beganMs = performance.now() - sinceMs;
    this.lines = [];
    this.error = null;
    this.slow = sinceMs > SOON_MS;
    if (!this.slow) this.#timer = setTimeout(() => (this.slow = true), SOON_MS);
  }

  #end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.running = null;
    this.#found = false;
    this.slow = false;
    this.cancelling = false;
  }

  /** How a run that was found stands. */
  async #look(): Promise<void> {
    const requestId = this.running;
    if (requestId === null || !this.#found) return;
    try {
      const detail = await call('invocation_get', { requestId });
      if (this.running !== requestId) return;
      if (detail.logs.length > this.lines.length) this.lines = detail.logs;
      if (detail.invocation.outcome === 'running') return;
      this.#end();
      this.#show(detail);
    } catch (thrown) {
      if (isUnanswered(thrown)) return;
      this.#end();
      this.error = asApiError(thrown);
    }
  }

  #hear(event: HearthEvent): void {
    const { running } = this;
    if (running !== null && event.kind === 'logged') {
      const mine = event.lines.filter((line) => line.requestId === running);
      if (mine.length > 0) this.lines = [...this.lines, ...mine].slice(-LIVE_LINES);
    }
    if (running !== null && event.kind === 'invocation_finished' && isOfCall(event, running))
      void this.#look();
    if (this.shown && isOfCall(event, this.shown.requestId)) this.#soon.again();
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
      this.unknown = null;
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

  /** Hears of the run's lines, which may come after its answer, and of its end, until the returned function is called. */
  follow(): () => void {
    const stop = live.on(
      (event) => this.#hear(event),
      () => void this.#look(),
    );
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
