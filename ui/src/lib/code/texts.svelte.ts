/**
 * Texts of a package while they are looked at and edited: what was read, and what is changed and not kept yet. Must not
 * know whose package it is, nor where it is drawn.
 */
import { asApiError, type ApiError } from '$lib/api/client';
import type { CodeListing } from '$lib/api/generated/CodeListing';
import type { CodeText } from '$lib/api/generated/CodeText';

export class CodeTexts {
  chosen = $state<string | null>(null);
  texts = $state<Record<string, string>>({});
  changed = $state<Record<string, string>>({});
  error = $state.raw<ApiError | null>(null);
  readonly #listed: () => CodeListing | undefined;
  readonly files = $derived.by(() => this.#listed()?.files ?? []);
  readonly handlerFile = $derived.by(() => this.#listed()?.handlerFile ?? null);
  readonly path = $derived.by(
    () => this.chosen ?? this.handlerFile ?? this.files.find((file) => file.editable)?.path ?? null,
  );
  readonly file = $derived.by(() => this.files.find((one) => one.path === this.path));
  readonly shown = $derived.by(() =>
    this.path === null ? undefined : (this.changed[this.path] ?? this.texts[this.path]),
  );
  readonly dirty = $derived.by(() => Object.keys(this.changed).length);
  /** What is changed, to be written in the place of what the package has. */
  readonly edits = $derived.by((): CodeText[] =>
    Object.entries(this.changed).map(([path, text]) => ({ path, text })),
  );

  /** Make it while a component is set up: it reads the file that is looked at for as long as that lives. */
  constructor(listed: () => CodeListing | undefined, read: (path: string) => Promise<CodeText>) {
    this.#listed = listed;
    $effect(() => {
      const wanted = this.path;
      if (wanted === null || !this.file?.editable || wanted in this.texts) return;
      read(wanted).then(
        (one) => {
          this.texts[one.path] = one.text;
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

  /** What was changed is what the package has now. */
  kept(): void {
    this.texts = { ...this.texts, ...this.changed };
    this.changed = {};
    this.error = null;
  }
}
