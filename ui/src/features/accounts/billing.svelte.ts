/**
 * Asking what an account was billed in a month. Owns that a price is told before it is asked, and which view an answer is:
 * one that says how much of what was used is set beside Hearth's own figures, one that says resources only is shown so.
 */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { BilledCost } from '$lib/api/generated/BilledCost';
import type { ByUsePrice } from '$lib/api/generated/ByUsePrice';
import type { CostCompared } from '$lib/api/generated/CostCompared';
import { daysOf } from './billed';

export class Billing {
  /** The month that is asked about, `2026-11`. */
  month = $state('');
  /** A table that the vendor's bill is in, when it is not the usual one. */
  table = $state('');
  /** What asking costs, until a person says yes or no. */
  price = $state.raw<ByUsePrice | null>(null);
  days = $state.raw<{ month: string; cost: BilledCost } | null>(null);
  compared = $state.raw<CostCompared | null>(null);
  error = $state.raw<ApiError | null>(null);
  asking = $state(false);
  readonly #account: string;

  constructor(account: string, month: string) {
    this.#account = account;
    this.month = month;
  }

  get #where() {
    const table = this.table.trim();
    return { account: this.#account, ...(table === '' ? {} : { table }) };
  }

  /** Asks what asking costs. What is free needs no yes. */
  ask(nowUs: number): Promise<void> {
    return this.#work(async () => {
      const { month } = this;
      const question = { ...this.#where, ...daysOf(month, nowUs) };
      const price = await call('account_billed_price', { ...question, agreed: false });
      if (price !== null) {
        this.price = price;
        return;
      }
      const cost = await call('account_billed', { ...question, agreed: true });
      // Only amounts that say of how much they are can be set beside what Hearth counted.
      if (cost.rows.some((row) => row.quantity !== null)) await this.#compare(month);
      else this.#show({ month, cost }, null);
    });
  }

  /** Yes to the price. The question is asked once: its answer has everything that the vendor says. */
  agree(): Promise<void> {
    return this.#work(() => this.#compare(this.month));
  }

  /** No to the price, or another question is written. */
  forget(): void {
    this.price = null;
  }

  async #compare(month: string): Promise<void> {
    this.#show(null, await call('cost_actual', { ...this.#where, month, agreed: true }));
  }

  #show(days: Billing['days'], compared: CostCompared | null): void {
    this.days = days;
    this.compared = compared;
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.price = null;
    this.asking = true;
    this.error = null;
    try {
      await work();
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
    this.asking = false;
  }
}
