/**
 * Hearth's clock as the window knows it. Owns the offset between both; must not know who asks.
 * The offset comes from answers that carry `nowUs`, taken at the middle of the round trip, and the shortest
 * trip wins. Events can only push it forward: nothing is seen before it happened.
 */
export class HearthClock {
  #offsetUs: number | null = null;
  #tripUs = Number.POSITIVE_INFINITY;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Learns from an answer: `nowUs` was true at some moment between asking and now. */
  align(nowUs: number, askedMs: number): void {
    const tripUs = Math.max(0, (this.#nowMs() - askedMs) * 1000);
    if (this.#offsetUs !== null && tripUs > this.#tripUs) return;
    this.#tripUs = tripUs;
    this.#offsetUs = nowUs - (askedMs * 1000 + tripUs / 2);
  }

  /** Learns from an event: now is at least this late. */
  atLeast(atUs: number): void {
    if (this.#offsetUs === null || atUs > this.nowUs) this.#offsetUs = atUs - this.#nowMs() * 1000;
  }

  get isAligned(): boolean {
    return this.#offsetUs !== null;
  }

  get nowUs(): number {
    return this.#nowMs() * 1000 + (this.#offsetUs ?? 0);
  }
}
