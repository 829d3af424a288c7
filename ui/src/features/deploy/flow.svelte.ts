/** The steps of a deploy: what was found, where it shall live, what will happen. Owns what a person changed on the way. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { Detected } from '$lib/api/generated/Detected';
import { deployWhy, providerName } from '$lib/clouds/words';
import { deploying } from '$lib/deploy/deploy.svelte';
import { runtimeName } from '$lib/format';
import type { Picked } from '$lib/host';
import { Change } from '$lib/review/change.svelte';
import { app } from '$lib/state/app.svelte';
import { clouds } from '$lib/state/clouds.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';
import { Wishes } from './wishes.svelte';

export type Step = 'found' | 'where' | 'review';
export const HERE = 'local';

export class Flow {
  step = $state<Step>('found');
  name = $state('');
  runtime = $state<string | null>(null);
  handler = $state('');
  /** This computer, or an account's id; null until a person says where. */
  target = $state<string | null>(null);
  /** The region that a person chose; null: the account's own. */
  region = $state<string | null>(null);
  readonly wishes = new Wishes();
  readonly change = new Change();
  readonly detected: Detected;
  readonly picked: Picked;

  constructor(detected: Detected, picked: Picked) {
    this.detected = detected;
    this.picked = picked;
    this.name = detected.name;
    this.runtime = detected.runtime;
    this.handler = detected.handler ?? '';
    if (picked.to) {
      this.target = picked.to.account;
      this.region = picked.to.region;
      this.name = picked.to.name;
      if (this.lacks === null) this.step = 'where';
      return;
    }
    if (!this.isHereAlready) {
      this.target = HERE;
      return;
    }
    this.step = 'where';
    const has = this.before?.configuration;
    if (has) this.wishes.start(has.memoryMb, has.timeoutS);
  }

  /** Whether the code is that of a function on this computer. */
  get isHereAlready(): boolean {
    return this.picked.source.kind === 'function';
  }

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
    return this.region ?? this.account?.account.location ?? 'us-east-1';
  }

  get missing() {
    return (app.info.data?.engines ?? []).find(
      (engine) => engine.runtime === this.runtime && !engine.available,
    );
  }

  get needsHandler(): boolean {
    return !(this.runtime ?? '').startsWith('provided');
  }

  /** The function of that name that is here already. */
  get before() {
    return (app.functions.data?.functions ?? []).find((row) => row.function.name === this.name.trim())
      ?.function;
  }

  /** Why what was found is not enough. */
  get lacks(): string | null {
    if (this.runtime === null) return 'Choose a runtime first';
    if (this.needsHandler && this.handler.trim() === '')
      return 'Write the handler first, for instance app.handler';
    return this.name.trim() === '' ? 'Write a name first' : null;
  }

  /** Why it cannot run on this computer. */
  get whyNotHere(): string | null {
    if (this.isHereAlready) return 'It is here already';
    const unknown = !this.detected.engineAvailable && this.runtime === this.detected.runtime;
    return this.runtime !== null && (this.missing || unknown)
      ? `${runtimeName(this.runtime)} is not on this computer`
      : null;
  }

  /** Why it cannot go to an account. */
  whyNot(info: AccountInfo): string | null {
    const why = deployWhy(info);
    if (why !== null) return why;
    return this.runtime === 'quickjs' ? `${providerName(info)} has no QuickJS: choose Node.js` : null;
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
    return this.wishes.problem ?? (this.isAzure ? this.wishes.azureProblem : null);
  }

  get request(): CloudChangeRequest {
    const handler = this.handler.trim();
    return {
      account: this.where ?? '',
      region: this.location,
      name: this.name.trim(),
      change: {
        kind: 'deploy',
        source: this.picked.source,
        runtime: this.runtime,
        handler: handler === '' ? null : handler,
        architecture: null,
        plan: this.isAzure && this.wishes.azurePlan !== 'flex' ? this.wishes.azurePlan : null,
        ...this.wishes.values,
      },
    };
  }

  next(): void {
    if (this.why !== null) return;
    if (this.step === 'found') this.step = 'where';
    else if (this.step === 'where') {
      this.step = 'review';
      if (this.where !== HERE) void this.change.look(this.request);
    } else if (this.where === HERE) {
      void deploying.go({
        name: this.name.trim(),
        runtime: this.runtime,
        handler: this.handler.trim() === '' ? null : this.handler.trim(),
      });
    } else void this.#make();
  }

  async #make(): Promise<void> {
    const { name, account } = this;
    const made = await this.change.apply();
    if (made && account) void clouds.read([account.account.id]);
    // Whoever looks at the steps sees it there.
    if (router.route.screen === 'deploy' && deploying.detected === this.detected) return;
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

  /** One step back; from the first one the folder is forgotten. */
  back(): void {
    if (this.step === 'review') this.go('where');
    else if (this.step === 'where' && !this.isHereAlready) this.step = 'found';
    else deploying.reset();
  }
}

const flows = new WeakMap<Detected, Flow>();

/** The flow of what was found: it outlives the page, so that leaving the page loses nothing. */
export function flowOf(detected: Detected, picked: Picked): Flow {
  const known = flows.get(detected);
  if (known) return known;
  const flow = new Flow(detected, picked);
  flows.set(detected, flow);
  return flow;
}
