/** Accounts of clouds and what was read of them, for the whole window. Must not know any screen. */
import { asApiError, call } from '$lib/api/client';
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import { Query } from '$lib/api/query.svelte';
import { live } from './live.svelte';
import { overlays } from './overlays.svelte';

class Clouds {
  readonly accounts = new Query('accounts_list');
  readonly inventory = new Query('cloud_inventory');
  readonly sync = new Query('sync_status');

  /** Starts once for the window. Asks Hearth only: no vendor is asked before a person says so. */
  start(): () => void {
    this.accounts.point({});
    this.inventory.point({});
    this.sync.point({});
    return live.on(
      (event) => {
        if (event.kind === 'accounts_changed') this.#stale();
      },
      () => this.#stale(),
    );
  }

  #stale(): void {
    this.accounts.stale();
    this.inventory.stale();
    this.sync.stale();
  }

  /**
   * Reads what accounts hold; those that are named, or all. Calls from their logs and figures that vendors measured only
   * where a person chose them: figures are billed.
   */
  async read(accounts: string[] = [], { logs = false, metrics = false } = {}): Promise<void> {
    await this.#try('The accounts were not read', call('sync_start', { accounts, metrics, logs, freshS: 0 }));
  }

  /** What a person calls an account. */
  nameOf(account: string): string {
    return this.accounts.data?.accounts.find((one) => one.account.id === account)?.account.name ?? account;
  }

  async cancel(): Promise<void> {
    await this.#try('Reading was not cancelled', call('sync_cancel', {}));
  }

  /** Allows changes for some minutes; 0 makes it read-only. */
  async unlock(account: AccountInfo, minutes: number): Promise<void> {
    const { id, name } = account.account;
    const what = minutes > 0 ? `${name} is still read-only` : `${name} may still be changed`;
    await this.#try(what, call('account_unlock', { account: id, minutes }));
  }

  async mark(account: AccountInfo, isProduction: boolean): Promise<void> {
    const request = { account: account.account.id, isProduction, locations: null };
    await this.#try(`${account.account.name} was not marked`, call('account_choose', request));
  }

  async choose(account: AccountInfo, locations: string[]): Promise<void> {
    const request = { account: account.account.id, isProduction: null, locations };
    await this.#try('The regions were not chosen', call('account_choose', request));
  }

  async #try(failed: string, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (thrown) {
      overlays.failed(failed, asApiError(thrown));
    }
    this.#stale();
  }
}

export const clouds = new Clouds();
