/** The files of a function of this computer while they are edited, and saving them as a new version. */
import { asApiError, call } from '$lib/api/client';
import { query, type Query } from '$lib/api/query.svelte';
import { CodeTexts } from '$lib/code/texts.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';

export class CodeEdits extends CodeTexts {
  saving = $state(false);
  readonly listing: Query<'code_list'>;
  readonly #name: () => string;

  /** Make it while a component is set up. */
  constructor(name: () => string) {
    const listing = query('code_list', () => ({ name: name() }));
    super(
      () => listing.data,
      (path) => call('code_read', { name: name(), path }),
    );
    this.listing = listing;
    this.#name = name;
  }

  /** Saves what is changed as a new version. `here` says that the person can test it where they are. */
  async save(here = false): Promise<void> {
    if (this.dirty === 0 || this.saving) return;
    this.saving = true;
    try {
      const name = this.#name();
      const record = await call('code_save', { name, files: this.edits });
      this.kept();
      overlays.toast(
        `${name} is now version ${record.version}`,
        here ? {} : { action: { label: 'Test it', run: () => router.go('function', [name, 'test']) } },
      );
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
    this.saving = false;
  }
}
