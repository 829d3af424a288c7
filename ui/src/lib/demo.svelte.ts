/** The demo: made-up data in the place of real data. Owns the switch; must not know any screen. */
import { asApiError, call } from '$lib/api/client';
import { Query } from '$lib/api/query.svelte';
import { live } from '$lib/state/live.svelte';
import { overlays } from '$lib/state/overlays.svelte';

const ASK_EVERY_MS = 300;

/** Why something cannot be done to a made-up function. */
export const NOT_IN_DEMO = 'This function is made up: remove the demo data first';

class Demo {
  readonly status = new Query('demo_status');
  /** What this window has loaded; when it changes everything is asked again. */
  #shown: boolean | null = null;

  /** Whether made-up data is shown. */
  get on(): boolean {
    return this.status.data?.state === 'on';
  }

  /** Whether it is being made or removed. */
  get busy(): boolean {
    return this.status.data?.state === 'making' || this.status.data?.state === 'removing';
  }

  get making(): boolean {
    return this.status.data?.state === 'making';
  }

  get percent(): number {
    return this.status.data?.percent ?? 0;
  }

  /** Starts once for the window. */
  start(): () => void {
    this.status.point({});
    return live.on(
      (event) => {
        if (event.kind === 'settings_changed') this.status.stale();
      },
      () => this.status.stale(),
    );
  }

  /**
   * Follows the switch, whoever turned it. Nothing of one world may stay on a screen of the other, so the window
   * begins anew.
   */
  follow(): void {
    const state = this.status.data?.state;
    if (state === undefined) return;
    live.muted = this.on;
    document.title = this.on ? 'DEMO · Hearth' : 'Hearth';
    if (this.#shown !== null && this.#shown !== this.on) location.reload();
    this.#shown = this.on;
  }

  /** Makes the demo; progress is in `percent`. */
  async make(): Promise<void> {
    const timer = setInterval(() => void this.status.refresh(), ASK_EVERY_MS);
    try {
      await call('demo_on', {});
    } catch (thrown) {
      overlays.failed('The demo was not made', asApiError(thrown));
    } finally {
      clearInterval(timer);
      await this.status.refresh();
    }
  }

  /** Removes it, or cancels its making. */
  async remove(): Promise<void> {
    try {
      await call('demo_off', {});
    } catch (thrown) {
      overlays.failed('The demo was not removed', asApiError(thrown));
    } finally {
      await this.status.refresh();
    }
  }
}

export const demo = new Demo();
