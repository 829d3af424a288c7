/** The price books: what is there, what waits for a yes, and fetching newer lists when a person asks for it. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { PricesRefreshed } from '$lib/api/generated/PricesRefreshed';
import type { PriceVendor } from '$lib/api/generated/PriceVendor';
import { Query } from '$lib/api/query.svelte';
import { plural } from '$lib/format';
import { app } from '$lib/state/app.svelte';
import { overlays } from '$lib/state/overlays.svelte';

/** Who is asked, under the hosts that Hearth fetches from: see `PriceSources` of hearth-core. */
export const VENDORS: readonly { vendor: PriceVendor; title: string; host: string; needsKey: boolean }[] = [
  { vendor: 'aws', title: 'AWS', host: 'pricing.us-east-1.amazonaws.com', needsKey: false },
  { vendor: 'azure', title: 'Azure', host: 'prices.azure.com', needsKey: false },
  { vendor: 'google', title: 'Google Cloud', host: 'cloudbilling.googleapis.com', needsKey: true },
];

class Book {
  readonly info = new Query('prices_get');
  refreshing = $state(false);
  confirming = $state(false);
  sinceMs = $state(0);
  /** What the last refresh of this window brought. */
  brought = $state.raw<PricesRefreshed | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** Counts up when the rows may be others than before. */
  edition = $state(0);
  #stop: AbortController | null = null;

  start(): void {
    this.info.point({});
    void this.info.refresh();
  }

  /** Fetches the lists of vendors, AWS's as an account when one is named. The key is used once and kept nowhere. */
  async refresh(vendors: PriceVendor[], googleKey: string | null, account: string | null): Promise<void> {
    if (this.refreshing) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.refreshing = true;
    this.sinceMs = performance.now();
    this.error = null;
    try {
      const brought = await call('prices_refresh', { vendors, regions: [], googleKey, account }, stop.signal);
      if (this.#stop === stop) this.brought = brought;
    } catch (thrown) {
      if (this.#stop === stop) this.error = asApiError(thrown);
    }
    if (this.#stop === stop) this.refreshing = false;
    await this.#changed();
  }

  /** Stops waiting; what Hearth fetches meanwhile still counts. */
  leave(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.refreshing = false;
  }

  /** Takes prices that wait, or drops them; no keys for all. */
  async confirm(keys: string[], accept: boolean): Promise<void> {
    const many = keys.length === 0 ? (this.info.data?.waiting.length ?? 0) : keys.length;
    this.confirming = true;
    try {
      await call('prices_confirm', { keys, accept });
      overlays.toast(
        accept
          ? `${plural(many, 'price')} ${many === 1 ? 'counts' : 'count'} from today on`
          : `${plural(many, 'price')} dropped, the old ${many === 1 ? 'one stays' : 'ones stay'}`,
      );
    } catch (thrown) {
      overlays.failed(
        accept ? 'The prices were not taken' : 'The prices were not dropped',
        asApiError(thrown),
      );
    }
    this.confirming = false;
    await this.#changed();
  }

  async #changed(): Promise<void> {
    this.edition += 1;
    app.info.stale();
    await this.info.refresh();
  }
}

export const book = new Book();
