/** One event on several functions: which are chosen, and what each answered. Owns that none holds another up. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { EventAnswer } from '$lib/api/generated/EventAnswer';
import type { EventTarget } from '$lib/api/generated/EventTarget';

/** A function that the event can be sent to. */
export interface Choice {
  key: string;
  target: EventTarget;
  /** Where it is. */
  place: string;
  name: string;
}

/** What became of one of them. */
export interface Side {
  choice: Choice;
  runId: string;
  /** Milliseconds of the page's clock. */
  beganMs: number;
  answer: EventAnswer | null;
  error: ApiError | null;
  cancelled: boolean;
}

export const isRunning = (side: Side): boolean => side.answer === null && side.error === null;

/** The answer in lines, so that two can be laid side by side. */
export function textOf(answer: EventAnswer): string {
  return typeof answer.payload === 'string' ? answer.payload : JSON.stringify(answer.payload, null, 2);
}

/** The first that answered: the others are held against it. */
export function reference(sides: readonly Side[]): Side | null {
  return sides.find((side) => side.answer !== null) ?? null;
}

/** Whether an answer is that of the reference; null while there is none, or nothing to compare with. */
export function isSame(side: Side, against: Side | null): boolean | null {
  if (side.answer === null || against === null || against.answer === null || side === against) return null;
  return canonical(side.answer.payload) === canonical(against.answer.payload);
}

/** JSON with names in order: two objects that differ in the order of names only are the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
        )
      : part,
  );
}

export class Everywhere {
  sides = $state.raw<readonly Side[]>([]);
  readonly running = $derived(this.sides.filter(isRunning).length);

  /** Sends the event to all of them at once; each answer stands as soon as it is here. */
  async run(event: string, choices: readonly Choice[]): Promise<void> {
    const sides = choices.map((choice) => ({
      choice,
      runId: crypto.randomUUID(),
      beganMs: performance.now(),
      answer: null,
      error: null,
      cancelled: false,
    }));
    this.sides = sides;
    await Promise.all(
      sides.map(async ({ choice, runId }) => {
        try {
          const answer = await call('event_run', { target: choice.target, event, source: 'test', runId });
          this.#change(runId, { answer });
        } catch (thrown) {
          this.#change(runId, { error: asApiError(thrown) });
        }
      }),
    );
  }

  async cancel(side: Side): Promise<void> {
    this.#change(side.runId, { cancelled: true });
    try {
      await call('event_cancel', { requestId: side.runId });
    } catch {
      // It ended just now: what it answered is on its way.
      this.#change(side.runId, { cancelled: false });
    }
  }

  async cancelAll(): Promise<void> {
    await Promise.all(this.sides.filter(isRunning).map((side) => this.cancel(side)));
  }

  #change(runId: string, change: Partial<Side>): void {
    this.sides = this.sides.map((side) => (side.runId === runId ? { ...side, ...change } : side));
  }
}
