/** The steps of a deploy: what was found, where it shall live, what will happen. Owns what a person changed on the way. */
import type { Detected } from '$lib/api/generated/Detected';
import { deploying } from '$lib/deploy/deploy.svelte';
import { runtimeName } from '$lib/format';
import { app } from '$lib/state/app.svelte';

export type Step = 'found' | 'where' | 'review';

export class Flow {
  step = $state<Step>('found');
  name = $state('');
  runtime = $state<string | null>(null);
  handler = $state('');
  readonly detected: Detected;

  constructor(detected: Detected) {
    this.detected = detected;
    this.name = detected.name;
    this.runtime = detected.runtime;
    this.handler = detected.handler ?? '';
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

  /** Why it cannot go on; null when it can. */
  get why(): string | null {
    const unknown = !this.detected.engineAvailable && this.runtime === this.detected.runtime;
    if (this.runtime === null) return 'Choose a runtime first';
    if (this.missing || unknown) return `${runtimeName(this.runtime)} is not on this computer`;
    if (this.needsHandler && this.handler.trim() === '')
      return 'Write the handler first, for instance app.handler';
    return this.name.trim() === '' ? 'Write a name first' : null;
  }

  next(): void {
    if (this.why !== null) return;
    if (this.step === 'found') this.step = 'where';
    else if (this.step === 'where') this.step = 'review';
    else {
      void deploying.go({
        name: this.name.trim(),
        runtime: this.runtime,
        handler: this.handler.trim() === '' ? null : this.handler.trim(),
      });
    }
  }

  /** One step back; from the first one the folder is forgotten. */
  back(): void {
    if (this.step === 'review') this.step = 'where';
    else if (this.step === 'where') this.step = 'found';
    else deploying.reset();
  }
}
