/**
 * A change in an account, from its review to its end. Owns which calls were made and what came of them; the place that
 * asks for the change owns one of these. Must not know a screen.
 */
import { SvelteSet } from 'svelte/reactivity';
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { Changed } from '$lib/api/generated/Changed';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { CloudReview } from '$lib/api/generated/CloudReview';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import { isUnlocked } from '$lib/clouds/words';
import { clouds } from '$lib/state/clouds.svelte';
import { live } from '$lib/state/live.svelte';
import { nowUs } from '$lib/state/now.svelte';

export type ChangePhase = 'idle' | 'looking' | 'review' | 'making' | 'done' | 'failed';

/** How far a call of the review is. */
export interface CallState {
  state: 'waiting' | 'calling' | 'made' | 'failed' | 'taking_back' | 'taken_back' | 'stays';
  /** By Hearth's clock: steps reach the window some at a time. */
  beganUs: number | null;
  tookUs: number | null;
}

/** Titles of the changes that are being made now, for the status bar. */
export const making = new SvelteSet<string>();

const WAITING: CallState = { state: 'waiting', beganUs: null, tookUs: null };

type Step = Extract<HearthEvent, { kind: 'cloud_step' }>;

const STATES = {
  begun: 'calling',
  done: 'made',
  taking_back: 'taking_back',
  taken_back: 'taken_back',
  stays: 'stays',
} as const satisfies Record<Step['state'], CallState['state']>;

export class Change {
  phase = $state<ChangePhase>('idle');
  request = $state.raw<CloudChangeRequest | null>(null);
  review = $state.raw<CloudReview | null>(null);
  /** One for each call of the review. */
  calls = $state.raw<readonly CallState[]>([]);
  changed = $state.raw<Changed | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** Whether what is there changed since the review, so that it must be looked at again. */
  outdated = $state(false);
  /** Whether a person cancelled it while it was made; its end is waited for. */
  cancelling = $state(false);
  beganMs = $state<number | null>(null);
  tookMs = $state<number | null>(null);
  /** Names it while it is made. */
  #id = '';
  #round = 0;
  #stop: () => void = () => {};

  /** The account as it is now: what the review saw may have been locked or unlocked since. */
  get account() {
    const seen = this.review?.account;
    const id = seen?.account.id ?? this.request?.account;
    return clouds.accounts.data?.accounts.find((one) => one.account.id === id) ?? seen;
  }

  get locked(): boolean {
    const { account } = this;
    if (!account) return true;
    return account.account.signIn !== 'local' && !isUnlocked(account, nowUs());
  }

  get made(): number {
    return this.calls.filter((one) => one.state === 'made').length;
  }

  /** Whether it ended because a person cancelled it: its error says what was taken back and what stays. */
  get cancelled(): boolean {
    return this.error?.code === 'cancelled';
  }

  /** Why it cannot be made now; null when it can. */
  get why(): string | null {
    if (this.phase === 'looking') return 'The review is being made';
    if (this.phase === 'making') return 'It is being made';
    if (this.outdated || this.cancelled) return 'Look at the review again first';
    if (this.review === null) return 'There is no review yet';
    if (this.review.review.calls.some((one) => one.may === 'denied'))
      return 'The account lacks a permission that this needs';
    return this.locked ? `${this.account?.account.name ?? 'The account'} is read-only` : null;
  }

  /** Asks what the change would do. Changes nothing. */
  async look(request: CloudChangeRequest): Promise<void> {
    if (this.phase === 'making') return;
    const round = ++this.#round;
    this.#stop();
    this.request = request;
    this.phase = 'looking';
    this.error = null;
    this.outdated = false;
    this.changed = null;
    this.review = null;
    this.calls = [];
    this.beganMs = null;
    this.tookMs = null;
    try {
      const review = await call('cloud_review', request);
      if (round !== this.#round) return;
      this.review = review;
      this.calls = review.review.calls.map(() => WAITING);
      this.phase = 'review';
    } catch (thrown) {
      if (round !== this.#round) return;
      this.error = asApiError(thrown);
      this.phase = 'failed';
    }
  }

  /** Looks again at the same change. */
  async again(): Promise<void> {
    if (this.request) await this.look(this.request);
  }

  /** Makes the change that was reviewed. Once begun it goes on, whatever becomes of this window. */
  async apply(): Promise<boolean> {
    const { request, review } = this;
    if (!request || !review || this.why !== null) return false;
    const round = ++this.#round;
    const id = crypto.randomUUID();
    this.#id = id;
    this.phase = 'making';
    this.cancelling = false;
    this.error = null;
    this.calls = review.review.calls.map(() => WAITING);
    this.beganMs = performance.now();
    this.tookMs = null;
    const { title, digest } = review.review;
    this.#stop();
    // The last step may reach the window after the answer.
    this.#stop = live.on((event) => {
      if (event.kind === 'cloud_step' && event.changeId === id && round === this.#round) this.#step(event);
      if (this.phase !== 'making' && this.calls.every((one) => one.tookUs !== null)) this.#stop();
    });
    making.add(title);
    try {
      this.changed = await call('cloud_apply', { ...request, digest, changeId: id });
      this.calls = this.calls.map((one) => ({ ...one, state: 'made' }));
      this.phase = 'done';
    } catch (thrown) {
      this.#failed(asApiError(thrown));
    } finally {
      making.delete(title);
      this.cancelling = false;
      this.tookMs = performance.now() - this.beganMs;
    }
    return this.phase === 'done';
  }

  /** Asks that no further call is made and what was made is taken back. How that went, `apply` answers. */
  async cancel(): Promise<void> {
    if (this.phase !== 'making' || this.cancelling) return;
    this.cancelling = true;
    try {
      await call('cloud_change_cancel', { changeId: this.#id });
    } catch {
      // It has ended just now: its own answer says how.
    }
  }

  #step(step: Step): void {
    this.calls = this.calls.map((one, index) => {
      if (index !== step.number - 1) return one;
      const state = STATES[step.state];
      if (state === 'calling') return { state, beganUs: step.atUs, tookUs: null };
      if (state !== 'made') return { ...one, state };
      const tookUs = one.beganUs === null ? null : step.atUs - one.beganUs;
      return { state, beganUs: one.beganUs, tookUs };
    });
  }

  #failed(error: ApiError): void {
    // Steps of somebody else's change of the same function may have been heard meanwhile.
    this.outdated = error.code === 'plan_changed';
    this.calls = this.calls.map((one) =>
      this.outdated ? WAITING : one.state === 'calling' ? { ...one, state: 'failed' } : one,
    );
    this.error = error;
    this.phase = 'failed';
  }

  /** Forgets the change. What was begun goes on. */
  reset(): void {
    if (this.phase === 'making') return;
    this.#round += 1;
    this.#stop();
    this.phase = 'idle';
    this.request = null;
    this.review = null;
    this.changed = null;
    this.error = null;
    this.outdated = false;
    this.calls = [];
  }
}
