/** Changes in accounts that came to no end, for the whole window: which there are, and the ways on. Must not know any screen. */
import { asApiError, call } from '$lib/api/client';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { UnfinishedChange } from '$lib/api/generated/UnfinishedChange';
import { Query } from '$lib/api/query.svelte';
import { live } from './live.svelte';
import { overlays } from './overlays.svelte';

class Unfinished {
  readonly #list = new Query('unfinished_list');
  /** Whether they are shown over the page. */
  shown = $state(false);

  /** Starts once for the window. A change that ends tells so. */
  start(): () => void {
    this.#list.point({});
    return live.on(
      (event) => {
        if (event.kind === 'accounts_changed') this.#list.stale();
      },
      () => this.#list.stale(),
    );
  }

  get all(): readonly UnfinishedChange[] {
    return this.#list.data ?? [];
  }

  open(): void {
    this.shown = true;
  }

  close(): void {
    this.shown = false;
  }

  /** Keeps what one of them made as it is. */
  async forget(one: UnfinishedChange): Promise<void> {
    try {
      await call('unfinished_forget', { id: one.id });
    } catch (thrown) {
      overlays.failed(`${one.title} is still noted`, asApiError(thrown));
    }
    await this.look();
  }

  /** Asks again. When none is left there is nothing to show. */
  async look(): Promise<void> {
    await this.#list.refresh();
    if (this.all.length === 0) this.close();
  }
}

export const unfinished = new Unfinished();

/** The change that takes one of them back. */
export function takingBack(one: UnfinishedChange): CloudChangeRequest {
  return {
    account: one.account,
    region: one.region,
    name: one.function,
    change: { kind: 'take_back', unfinished: one.id },
  };
}
