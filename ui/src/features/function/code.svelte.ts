/**
 * The files of a function while they are edited: what is read, what is changed and not saved yet, and saving it as a
 * new version. Owns the texts; must not know where they are drawn.
 */
import { asApiError, call, type ApiError } from '$lib/api/client';
import { query, type Query } from '$lib/api/query.svelte';
import { overlays } from '$lib/state/overlays.svelte';
import { router } from '$lib/state/router.svelte';

export class CodeEdits {
  chosen = $state<string | null>(null);
  texts = $state<Record<string, string>>({});
  changed = $state<Record<string, string>>({});
  error = $state.raw<ApiError | null>(null);
  saving = $state(false);
  readonly listing: Query<'code_list'>;
  readonly #name: () => string;
  readonly files = $derived.by(() => this.listing.data?.files ?? []);
  readonly path = $derived.by(
    () =>
      this.chosen ?? this.listing.data?.handlerFile ?? this.files.find((file) => file.editable)?.path ?? null,
  );
  readonly file = $derived.by(() => this.files.find((one) => one.path === this.path));
  readonly shown = $derived.by(() =>
    this.path === null ? undefined : (this.changed[this.path] ?? this.texts[this.path]),
  );
  readonly dirty = $derived.by(() => Object.keys(this.changed).length);

  /** Make it while a component is set up: it reads the file that is looked at for as long as that lives. */
  constructor(name: () => string) {
    this.#name = name;
    this.listing = query('code_list', () => ({ name: name() }));
    $effect(() => {
      const wanted = this.path;
      if (wanted === null || !this.file?.editable || wanted in this.texts) return;
      call('code_read', { name: name(), path: wanted }).then(
        (read) => {
          this.texts[read.path] = read.text;
          this.error = null;
        },
        (thrown) => (this.error = asApiError(thrown)),
      );
    });
  }

  edit(text: string): void {
    if (this.path === null) return;
    if (text === this.texts[this.path]) delete this.changed[this.path];
    else this.changed[this.path] = text;
  }

  discard(): void {
    this.changed = {};
  }

  /** Saves what is changed as a new version. `here` says that the person can test it where they are. */
  async save(here = false): Promise<void> {
    if (this.dirty === 0 || this.saving) return;
    this.saving = true;
    try {
      const files = Object.entries(this.changed).map(([path, text]) => ({ path, text }));
      const name = this.#name();
      const record = await call('code_save', { name, files });
      this.texts = { ...this.texts, ...this.changed };
      this.changed = {};
      this.error = null;
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
