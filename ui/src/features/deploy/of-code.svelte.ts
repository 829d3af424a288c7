/** A deploy of code that was picked: what was found in it, and what a person changed of that. */
import type { AccountInfo } from '$lib/api/generated/AccountInfo';
import type { CloudChange } from '$lib/api/generated/CloudChange';
import type { Detected } from '$lib/api/generated/Detected';
import { deployWhy, providerName } from '$lib/clouds/words';
import { deploying } from '$lib/deploy/deploy.svelte';
import { bytes, plural, runtimeName } from '$lib/format';
import type { Picked } from '$lib/host';
import { app } from '$lib/state/app.svelte';
import { Flow, HERE } from './flow.svelte';

export class CodeFlow extends Flow {
  name = $state('');
  runtime = $state<string | null>(null);
  handler = $state('');
  readonly numbers = { found: 2, where: 3, review: 4 };
  readonly detected: Detected;
  readonly picked: Picked;

  constructor(detected: Detected, picked: Picked) {
    super();
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

  get isHereAlready(): boolean {
    return this.picked.source.kind === 'function';
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

  get keptVariables(): readonly string[] {
    return this.isHereAlready ? (this.before?.configuration.environmentNames ?? []) : [];
  }

  get ofWhat(): string {
    return `${this.picked.label}, ${plural(this.detected.files, 'file')}, ${bytes(this.detected.sizeBytes)}`;
  }

  get event(): string {
    return deploying.suggested.get(this.detected.name) ?? '{}';
  }

  get lacks(): string | null {
    if (this.runtime === null) return 'Choose a runtime first';
    if (this.needsHandler && this.handler.trim() === '')
      return 'Write the handler first, for instance app.handler';
    return this.name.trim() === '' ? 'Write a name first' : null;
  }

  get whyNotHere(): string | null {
    if (this.isHereAlready) return 'It is here already';
    const unknown = !this.detected.engineAvailable && this.runtime === this.detected.runtime;
    return this.runtime !== null && (this.missing || unknown)
      ? `${runtimeName(this.runtime)} is not on this computer`
      : null;
  }

  whyNot(info: AccountInfo): string | null {
    const why = deployWhy(info);
    if (why !== null) return why;
    return this.runtime === 'quickjs' ? `${providerName(info)} has no QuickJS: choose Node.js` : null;
  }

  get wanted(): CloudChange {
    const handler = this.handler.trim();
    return {
      kind: 'deploy',
      source: this.picked.source,
      runtime: this.runtime,
      handler: handler === '' ? null : handler,
      architecture: null,
      plan: this.isAzure && this.wishes.azurePlan !== 'flex' ? this.wishes.azurePlan : null,
      ...this.wishes.values(this.account?.account.provider ?? ''),
    };
  }

  protected get isShown(): boolean {
    return deploying.detected === this.detected;
  }

  protected goHere(): void {
    void deploying.go({
      name: this.name.trim(),
      runtime: this.runtime,
      handler: this.handler.trim() === '' ? null : this.handler.trim(),
    });
  }
}
