/** Sends requests to one function: once, in bursts, or as a stream. Owns the stream's timer; must not know what is drawn. */
import { call, type ApiError } from '$lib/api/client';
import { lastEvent } from '$lib/function/run';

export const BURSTS = [2, 5, 10, 20, 50, 100] as const;
/** Requests a second, where there is no room for a slider. */
export const RATES = [1, 2, 4, 8, 12, 20] as const;

export class Sender {
  burst = $state<number>(5);
  /** Requests a second. */
  rate = $state(4);
  streaming = $state(false);
  error = $state.raw<ApiError | null>(null);
  #name = '';
  #event = '{}';
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #onsend: () => void;

  constructor(onsend: () => void) {
    this.#onsend = onsend;
  }

  /** Points at a function; sends the event of its newest call that went well, else an empty one. */
  async point(name: string): Promise<void> {
    this.stop();
    this.#name = name;
    this.#event = '{}';
    this.error = null;
    try {
      const event = await lastEvent(name);
      if (this.#name === name) this.#event = event;
    } catch (thrown) {
      this.error = thrown as ApiError;
    }
  }

  async send(count: number): Promise<void> {
    if (this.#name === '') return;
    this.#onsend();
    try {
      await call('invoke_send', { name: this.#name, event: this.#event, count });
      this.error = null;
    } catch (thrown) {
      this.error = thrown as ApiError;
      this.stop();
    }
  }

  toggleStream(): void {
    if (this.streaming) {
      this.stop();
      return;
    }
    this.streaming = true;
    this.#beat();
  }

  stop(): void {
    this.streaming = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    if (!this.streaming) return;
    void this.send(1);
    this.#timer = setTimeout(() => this.#beat(), 1000 / this.rate);
  }
}
