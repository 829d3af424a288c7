/**
 * The code of a function of an account: read when a person asks, edited here, and deployed by a change that is reviewed.
 * What is not deployed stays when the account is read again only if a person says so.
 */
import { asApiError, call } from '$lib/api/client';
import type { CloudChangeRequest } from '$lib/api/generated/CloudChangeRequest';
import type { CloudCode } from '$lib/api/generated/CloudCode';
import { CodeTexts } from '$lib/code/texts.svelte';
import type { Place } from '$lib/function/place';

export class AccountCode extends CodeTexts {
  read = $state.raw<CloudCode | null>(null);
  reading = $state(false);
  readonly #place: () => Place;

  /** Make it while a component is set up. */
  constructor(place: () => Place) {
    super(
      () => this.read ?? undefined,
      (path) => call('cloud_code_read', { code: this.read?.code ?? '', name: place().name, path }),
    );
    this.#place = place;
  }

  /** Reads the code anew; what was changed and not deployed is gone. */
  async open(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      const read = await call('cloud_code', this.#place());
      this.texts = {};
      this.changed = {};
      this.error = null;
      this.read = read;
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
    this.reading = false;
  }

  /** The change that puts the edited code in the place of the account's. Settings stay as they are. */
  deploy(): CloudChangeRequest | null {
    if (this.read === null || this.dirty === 0) return null;
    const { code, function: one } = this.read;
    const source = { kind: 'edited' as const, code, name: one.name, files: this.edits };
    const { runtime, handler } = one.configuration;
    return {
      ...this.#place(),
      change: {
        kind: 'deploy',
        source,
        runtime,
        handler,
        memoryMb: null,
        timeoutS: null,
        architecture: null,
        environment: null,
        role: null,
        plan: null,
      },
    };
  }
}
