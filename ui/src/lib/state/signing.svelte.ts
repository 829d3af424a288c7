/**
 * Signing in to accounts, for the whole window: the sign-ins that go on, which one is shown, and what is done when one is
 * done. Must not know any screen.
 */
import { asApiError, call, type ApiError } from '$lib/api/client';
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { Fault } from '$lib/api/generated/Fault';
import type { SigningIn } from '$lib/api/generated/SigningIn';
import { clouds } from './clouds.svelte';
import { live } from './live.svelte';
import { overlays } from './overlays.svelte';

/** What waits for a sign-in: which one, and what to do then. */
interface Waiting {
  beganUs: number;
  then: Set<() => void>;
}

class Signing {
  #all = $state.raw<readonly SigningIn[]>([]);
  /** The account whose sign-in is shown over the page. */
  #shown = $state<string | null>(null);
  /** Why one could not be begun. */
  error = $state.raw<ApiError | null>(null);
  #waiting = new Map<string, Waiting>();
  #round = 0;

  /** Starts once for the window: a sign-in may go on from before this page was loaded. */
  start(): () => void {
    void this.#look();
    return live.on(
      (event) => {
        if (event.kind === 'sign_in_changed') void this.#look();
      },
      () => void this.#look(),
    );
  }

  /** The account that is shown, and its sign-in once it has begun. */
  get shown(): { account: string; one: SigningIn | null } | null {
    const account = this.#shown;
    return account === null ? null : { account, one: this.of(account) };
  }

  /** The sign-in of an account that goes on, or its last one. */
  of(account: string): SigningIn | null {
    return this.#all.find((one) => one.account === account) ?? null;
  }

  goesOn(account: string): boolean {
    const step = this.of(account)?.step.kind;
    return step === 'beginning' || step === 'waiting';
  }

  /** Begins one, or shows the one that goes on; `then` is done when the account is signed in. */
  async begin(account: string, then?: () => void): Promise<void> {
    this.error = null;
    this.#shown = account;
    try {
      const begun = await call('sign_in_begin', { account });
      const waiting = this.#waiting.get(account) ?? { beganUs: 0, then: new Set() };
      waiting.beganUs = begun.beganUs;
      if (then) waiting.then.add(then);
      this.#waiting.set(account, waiting);
      await this.#look();
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  async cancel(account: string): Promise<void> {
    this.#waiting.delete(account);
    this.close();
    if (!this.goesOn(account)) return;
    try {
      await call('sign_in_cancel', { account });
    } catch (thrown) {
      overlays.failed('The sign-in was not cancelled', asApiError(thrown));
    }
  }

  /** Shows it no more; it goes on. */
  close(): void {
    this.#shown = null;
    this.error = null;
  }

  async #look(): Promise<void> {
    const round = ++this.#round;
    try {
      const all = await call('sign_ins_list', {});
      if (round !== this.#round) return;
      this.#all = all;
    } catch {
      // The connection's own state says it, and asks again.
      return;
    }
    for (const one of this.#all) if (one.step.kind === 'done') this.#done(one);
  }

  /** Does what waited, once for each sign-in that this window waited for. */
  #done(one: SigningIn): void {
    const waiting = this.#waiting.get(one.account);
    if (waiting?.beganUs !== one.beganUs) return;
    this.#waiting.delete(one.account);
    if (this.#shown === one.account) this.close();
    overlays.toast(`${one.name} is signed in`);
    // What waited asks the account anew, so that it is known as signed in by then.
    void clouds.accounts.refresh().then(() => waiting.then.forEach((then) => then()));
  }
}

export const signing = new Signing();

/** Whether signing in from here would help against a fault of this account. */
export function helps(fault: Fault | null, info: AccountInfo | undefined): boolean {
  return (fault?.kind === 'expired' || fault?.kind === 'not_signed_in') && info?.signIn != null;
}
