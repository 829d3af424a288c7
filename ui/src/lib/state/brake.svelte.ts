/** The brake as the whole window knows it: its status, what it tells, and letting go of it. Must not know any screen. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { BrakeMode } from '$lib/api/generated/BrakeMode';
import type { BrakeStatus } from '$lib/api/generated/BrakeStatus';
import { Query } from '$lib/api/query.svelte';
import { live } from './live.svelte';
import { overlays } from './overlays.svelte';
import { router } from './router.svelte';

/** Calls change amounts many times a second; nobody reads them so fast. */
const AFTER_CALLS_MS = 2_000;

class BrakeState {
  readonly status = new Query('brake_status');
  /** Counts what happened, so that whoever shows the history reads it again. */
  round = $state(0);
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Starts once for the window. */
  start(): () => void {
    this.status.point({});
    const stop = live.on(
      (event) => {
        if (event.kind === 'budget_alert') {
          overlays.toast(event.title, {
            tone: event.urgent ? 'bad' : 'info',
            detail: event.text,
            action: { label: 'Look', run: () => router.go('budgets') },
          });
          this.#changed();
        } else if (event.kind === 'brake_changed' || event.kind === 'settings_changed') this.#changed();
        else if (event.kind === 'invocation_finished') this.#soon();
      },
      () => this.#changed(),
    );
    return () => {
      stop();
      if (this.#timer !== null) clearTimeout(this.#timer);
    };
  }

  #changed(): void {
    this.round += 1;
    this.status.stale();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.status.stale();
    }, AFTER_CALLS_MS);
  }

  /** Does something to the brake; the answer is how it stands then. Rejects with an `ApiError`. */
  async #after(answer: Promise<BrakeStatus>): Promise<BrakeStatus> {
    const status = await answer;
    this.status.data = status;
    this.#changed();
    return status;
  }

  /** Changes what it does when something runs away. */
  setMode(mode: BrakeMode): Promise<void> {
    return this.#try('The brake was not changed', call('brake_mode', { mode }));
  }

  /** Stops a function now. */
  pull(name: string): Promise<void> {
    return this.#try(`${name} was not stopped`, call('brake_pull', { functions: [name] }));
  }

  /** Leaves a suggested function alone. */
  leave(name: string): Promise<void> {
    return this.#try(`${name} is still suggested`, call('brake_leave', { functions: [name] }));
  }

  /** Lets the armed brake stop functions of an account by itself, or no more. It is asked for apart from arming it. */
  async allow(account: string, name: string, allowed: boolean): Promise<void> {
    const yes =
      !allowed ||
      (await overlays.ask({
        title: `Let the brake stop functions of ${name}?`,
        text: `While it is armed and ${name} is unlocked, a spent budget of ${name} sets the reserved concurrency of what ran there in the last hour to 0. Callers are refused until you release it with one key; the limits are then what they were.`,
        confirm: 'Let it stop them',
        danger: true,
      }));
    if (yes) await this.#try('The consent was not changed', call('brake_consent', { account, allowed }));
  }

  /** Lets go of one function, or of all: those here, and those in accounts that the brake stopped by itself. */
  async release(name?: string): Promise<void> {
    const status = this.status.data;
    const there = (status?.heldElsewhere ?? []).filter((one) => one.by === 'brake');
    const held = [...(status?.held ?? []), ...there];
    if (held.length === 0) {
      overlays.toast('The brake holds nothing', { tone: 'info' });
      return;
    }
    const names = name === undefined ? held.map((one) => one.function) : [name];
    await this.#try('The brake was not released', call('brake_release', { functions: names }), () =>
      overlays.toast(`Released ${names.join(', ')}`, { detail: 'Limits are what they were.' }),
    );
  }

  async #try(failed: string, answer: Promise<BrakeStatus>, done?: () => void): Promise<void> {
    try {
      await this.#after(answer);
      done?.();
    } catch (thrown) {
      overlays.failed(failed, asApiError(thrown));
    }
  }

  /** Sets or deletes a budget; the answer is why not, none when it is done. */
  async change(answer: Promise<BrakeStatus>): Promise<ApiError | null> {
    try {
      await this.#after(answer);
      return null;
    } catch (thrown) {
      return asApiError(thrown);
    }
  }
}

export const brake = new BrakeState();
