/**
 * The steps of a deploy, of code or of a container image: what it is, where it shall live, what will happen. Owns what a
 * person chose on the way. Must not know what it is of: that is in `of-code` and `of-image`.
 */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { CloudChange } from '$lib/api/generated/CloudChange';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import { deploying } from '$lib/deploy/deploy.svelte';
import { Change } from '$lib/review/change.svelte';
import { clouds } from '$lib/state/clouds.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';
import { Wishes } from './wishes.svelte';

export type Step = 'found' | 'where' | 'review';
export const HERE = 'local';

export abstract class Flow {
  step = $state<Step>('found');
  /** This computer, or an account's id; null until a person says where. */
  target = $state<string | null>(null);
  /** The region that a person chose; null: the usual one. */
  region = $state<string | null>(null);
  readonly wishes = new Wishes();
  readonly change = new Change();

  /** What it is called. */
  abstract name: string;
  /** Which numbers its steps have. */
  abstract readonly numbers: Readonly<Record<Step, number>>;
  /** Why what it is of is not enough. */
  abstract readonly lacks: string | null;
  /** Why it cannot run on this computer. */
  abstract readonly whyNotHere: string | null;
  /** Whether it is that of a function on this computer. */
  abstract readonly isHereAlready: boolean;
  /** Names of variables that stay on this computer. */
  abstract readonly keptVariables: readonly string[];
  /** What is sent, in a few words. */
  abstract readonly ofWhat: string;
  /** An event that fits it. */
  abstract readonly event: string;
  /** Why it cannot go to an account. */
  abstract whyNot(info: AccountInfo): string | null;
  /** What shall be made in the account. */
  abstract readonly wanted: CloudChange;
  /** Whether it is what the Deploy screen shows. */
  protected abstract readonly isShown: boolean;
  /** Deploys it on this computer. */
  protected abstract goHere(): void;

  /** The accounts that were found, without this computer. */
  get accounts(): AccountInfo[] {
    return (clouds.accounts.data?.accounts ?? []).filter((one) => one.account.signIn !== 'local');
  }

  /** Where it goes: what a person chose, else the only account that it can go to. Production is never chosen by itself. */
  get where(): string | null {
    if (this.target !== null) return this.target;
    const can = this.accounts.filter((one) => this.whyNot(one) === null);
    return can.length === 1 && can[0] && !can[0].isProduction ? can[0].account.id : null;
  }

  get account(): AccountInfo | null {
    return this.accounts.find((one) => one.account.id === this.where) ?? null;
  }

  get location(): string {
    return this.region ?? this.usualRegion ?? 'us-east-1';
  }

  /** The region that it goes to unless a person says another one. */
  protected get usualRegion(): string | null {
    return this.account?.account.location ?? null;
  }

  /** Why it cannot go on; null when it can. */
  get why(): string | null {
    if (this.lacks !== null || this.step === 'found') return this.lacks;
    if (this.where === HERE) return this.whyNotHere;
    if (!this.account) return 'Choose where first';
    const why = this.whyNot(this.account) ?? this.wishProblem;
    return why === null && this.step === 'review' ? this.change.why : why;
  }

  /** Whether a new app there is billed by one of several plans. */
  get isAzure(): boolean {
    return this.account?.account.provider === 'azure';
  }

  /** Why what a person set cannot be so; null when it can. */
  get wishProblem(): string | null {
    return this.wishes.problem(this.account?.account.provider ?? '');
  }

  get request(): CloudChangeRequest {
    return {
      account: this.where ?? '',
      region: this.location,
      name: this.name.trim(),
      change: this.wanted,
    };
  }

  next(): void {
    if (this.why !== null) return;
    if (this.step === 'found') this.step = 'where';
    else if (this.step === 'where') {
      this.step = 'review';
      if (this.where !== HERE) void this.change.look(this.request);
    } else if (this.where === HERE) this.goHere();
    else void this.#make();
  }

  async #make(): Promise<void> {
    const { name, account } = this;
    const made = await this.change.apply();
    if (made && account) void clouds.read([account.account.id]);
    // Whoever looks at the steps sees it there.
    if (router.route.screen === 'deploy' && this.isShown) return;
    const to = account?.account.name ?? 'the account';
    if (made) overlays.toast(`${name.trim()} is deployed to ${to}`);
    else if (this.change.cancelled) overlays.toast(`Deploying ${name.trim()} to ${to} was cancelled`);
    else if (this.change.error)
      overlays.failed(`${name.trim()} was not deployed to ${to}`, this.change.error);
  }

  /** Back to a step that was done. */
  go(step: Step): void {
    if (this.change.phase === 'making') return;
    this.change.reset();
    this.step = step;
  }

  /** One step back; from the first one what it is of is forgotten. */
  back(): void {
    if (this.step === 'review') this.go('where');
    else if (this.step === 'where' && !this.isHereAlready) this.step = 'found';
    else deploying.reset();
  }
}
