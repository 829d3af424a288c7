/** What the runtime tells while the window is open: one stream for the whole window. Owns the servers' live states. */
import { SvelteMap } from 'svelte/reactivity';
import type { Environment } from '$lib/api/generated/Environment';
import type { EventBatch } from '$lib/api/generated/EventBatch';
import type { HearthEvent } from '$lib/api/generated/HearthEvent';
import { host, type Connection } from '$lib/host';

type Listener = (event: HearthEvent) => void;

/** What real calls do, which made-up data has nothing to do with; budgets and the brake are told all the same. */
const OF_CALLS = new Set<string>([
  'environment_changed',
  'invocation_started',
  'invocation_finished',
  'logged',
]);
const ENDED = new Set(['reaped', 'failed']);

class Live {
  /** How the window stands to Hearth; before the first answer it tries. */
  connection = $state<Connection>('trying');
  /** Servers that exist now, by id. */
  servers = new SvelteMap<string, Environment>();
  /** Whether what the runtime does is not heard, since this window shows made-up data. */
  muted = false;
  #listeners = new Set<Listener>();
  #lagged = new Set<() => void>();
  #stop: (() => void) | null = null;

  /** Whether the stream is open. */
  get connected(): boolean {
    return this.connection === 'open';
  }

  /** Hears each event; `lagged` is called when some were lost and everything must be asked again. */
  on(listener: Listener, lagged?: () => void): () => void {
    this.#listeners.add(listener);
    if (lagged) this.#lagged.add(lagged);
    return () => {
      this.#listeners.delete(listener);
      if (lagged) this.#lagged.delete(lagged);
    };
  }

  /** Opens the stream once for the window. */
  start(): () => void {
    void this.#resync();
    this.#stop = host().events(
      (batch) => this.receive(batch),
      (connection) => {
        this.connection = connection;
      },
    );
    return () => this.#stop?.();
  }

  receive(batch: EventBatch): void {
    for (const event of batch.events) {
      if (this.muted && OF_CALLS.has(event.kind)) continue;
      if (event.kind === 'environment_changed') this.#see(event.environment);
      for (const listener of this.#listeners) listener(event);
    }
    if (batch.lagged) {
      void this.#resync();
      for (const lagged of this.#lagged) lagged();
    }
  }

  #see(environment: Environment): void {
    if (environment.endedUs !== null || ENDED.has(environment.state)) this.servers.delete(environment.id);
    else this.servers.set(environment.id, environment);
  }

  async #resync(): Promise<void> {
    try {
      const now = await host().call('environments_list', { function: null, includeEnded: false });
      const ids = new Set(now.map((environment) => environment.id));
      for (const id of [...this.servers.keys()]) if (!ids.has(id)) this.servers.delete(id);
      for (const environment of now) this.#see(environment);
    } catch {
      // The connection's own state says it; the next batch or reconnect asks again.
    }
  }
}

export const live = new Live();
