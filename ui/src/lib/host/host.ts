/** What the window may ask of the program it runs in. Everything else about Tauri or the browser stays behind it. */
import type { ApiError } from '$lib/api/generated/ApiError';
import type { CodeSource } from '$lib/api/generated/CodeSource';
import type { Commands } from '$lib/api/generated/Commands';
import type { EventBatch } from '$lib/api/generated/EventBatch';

export type Command = keyof Commands;
/** Commands that answer JSON. */
export type JsonCommand = Exclude<Command, RawCommand>;
/** Commands that answer bytes. */
export type RawCommand =
  'series' | 'chart_export' | 'table_export' | 'ledger_query_csv' | 'cost_export' | 'cost_report';
export type Request<C extends Command> = Commands[C][0];
export type Answer<C extends Command> = Commands[C][1];

/** A folder or file that a person dropped or chose. */
export interface Picked {
  source: CodeSource;
  /** Its name for people. */
  label: string;
  /** Where it shall live, when that is known already. */
  to?: Destination;
}

/** A function of an account that code is brought to. */
export interface Destination {
  account: string;
  region: string;
  name: string;
}

/** What a drop in a browser carried, taken inside its event: afterwards the browser takes the data back. */
export interface Dropped {
  entries: FileSystemEntry[];
  files: File[];
}

/** How reading and sending a folder is followed, and ended before it is done. */
export interface Watch {
  /** Told while it is read: bytes. */
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * How the window stands to Hearth: connected; not answered, and trying again; or refused, since Hearth was started
 * again and this page belongs to the run before.
 */
export type Connection = 'open' | 'trying' | 'signed_out';

export interface Host {
  readonly kind: 'tauri' | 'serve' | 'fake';
  /** Runs a command. Rejects with an `ApiError`. */
  call<C extends JsonCommand>(command: C, request: Request<C>, signal?: AbortSignal): Promise<Answer<C>>;
  /** Runs a command that answers bytes. */
  raw<C extends RawCommand>(command: C, request: Request<C>): Promise<ArrayBuffer>;
  /** Live events until the returned function is called. `state` hears about lost and found connections. */
  events(onBatch: (batch: EventBatch) => void, state: (connection: Connection) => void): () => void;
  /** Asks for a folder, a zip or a file; null when the person changed their mind. */
  pickFolder(watch?: Watch): Promise<Picked | null>;
  /** Turns what the browser dropped into something to deploy; null when the host hears of drops by itself. */
  dropped(data: Dropped, watch?: Watch): Promise<Picked | null>;
  /** Folders that the operating system dropped on the window; `hover` while they are over it. */
  onDrop(hover: (over: boolean) => void, drop: (picked: Picked) => void): () => void;
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Opens a page of somebody else in the person's browser. */
  openPage(address: string): Promise<void>;
}

/** Columns of `series`, in their order. Durations in ms, cost in USD, `time` in seconds. */
export const SERIES_COLUMNS = [
  'time',
  'invocations',
  'errors',
  'throttles',
  'coldStarts',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'initP50Ms',
  'initP95Ms',
  'requestCostUsd',
  'computeCostUsd',
  'initCostUsd',
  'storageCostUsd',
  'alwaysOnCostUsd',
] as const;
export type SeriesColumn = (typeof SERIES_COLUMNS)[number];

/** What a call is rejected with when nobody answered: whether it was carried out is not known. */
export interface Unanswered extends ApiError {
  unanswered: true;
}

export function isUnanswered(thrown: unknown): thrown is Unanswered {
  return typeof thrown === 'object' && thrown !== null && 'unanswered' in thrown;
}

/** Makes an `ApiError` out of whatever was thrown. */
export function asApiError(thrown: unknown): ApiError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const error = thrown as Partial<ApiError>;
    if (typeof error.code === 'string' && typeof error.message === 'string') {
      return { hint: null, detail: null, ...error } as ApiError;
    }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message,
    hint: null,
    detail: thrown instanceof Error ? (thrown.stack ?? null) : null,
  };
}
