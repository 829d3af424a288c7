/** Looking after the ledger: one job at a time, its result in words, its error with a way out. Must not know the page. */
import { asApiError, call, type ApiError } from '$lib/api/client';
import { bytes, plural } from '$lib/format';

export type JobKind = 'check' | 'rebuild' | 'vacuum' | 'export' | 'import';

/** What a job has found or done, for people. */
export interface Outcome {
  kind: JobKind;
  tone: 'good' | 'warn';
  text: string;
  /** Each thing that is wrong. */
  problems: readonly string[];
}

const FAILED: Record<JobKind, string> = {
  check: 'The ledger was not checked',
  rebuild: 'The figures were not built anew',
  vacuum: 'The ledger was not compacted',
  export: 'The ledger was not exported',
  import: 'Nothing was imported',
};

async function run(kind: JobKind, path: string): Promise<Outcome> {
  switch (kind) {
    case 'check':
    case 'rebuild': {
      const checked = await call('ledger_check', { rebuild: kind === 'rebuild' });
      const read = `${plural(checked.invocations, 'call')} of ${plural(checked.days, 'day')} read again`;
      return checked.ok
        ? {
            kind,
            tone: 'good',
            text: `The file is whole, and every figure equals the calls behind it: ${read}.`,
            problems: [],
          }
        : {
            kind,
            tone: 'warn',
            text: `${plural(checked.problems.length, 'thing is', 'things are')} wrong: ${read}.`,
            problems: checked.problems,
          };
    }
    case 'vacuum': {
      const done = await call('ledger_vacuum', {});
      const less = done.beforeBytes - done.afterBytes;
      const went =
        done.deletedInvocations + done.deletedLogLines === 0
          ? 'Nothing was too old.'
          : `${plural(done.deletedInvocations, 'call')} and ${plural(done.deletedLogLines, 'log line')} were too old and are deleted; their figures stay.`;
      return {
        kind,
        tone: 'good',
        text: `${less > 0 ? `${bytes(less)} given back to the disk` : 'There were no gaps to give back'}: the file has ${bytes(done.afterBytes)}. ${went}`,
        problems: [],
      };
    }
    case 'export': {
      const made = await call('ledger_export', { path });
      return { kind, tone: 'good', text: `${made.path} is there, ${bytes(made.bytes)}.`, problems: [] };
    }
    case 'import': {
      const came = await call('ledger_import', { path });
      const parts = [
        plural(came.functions, 'function'),
        plural(came.invocations, 'call'),
        plural(came.logLines, 'log line'),
        ...(came.hours > 0 ? [`figures of ${plural(came.hours, 'hour')}`] : []),
      ];
      const nothing = came.functions + came.invocations + came.logLines + came.hours === 0;
      return {
        kind,
        tone: 'good',
        text: nothing
          ? 'Everything in that file was here already.'
          : `Came in: ${parts.join(', ')}. What was here already stays as it is.`,
        problems: [],
      };
    }
  }
}

export class Care {
  running = $state<JobKind | null>(null);
  sinceMs = $state(0);
  outcome = $state.raw<Outcome | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** What failed, for the title of the error. */
  failed = $state('');
  #again: (() => Promise<void>) | null = null;
  readonly #after: () => void;

  /** `after` is called when a job has ended, since the ledger may be another then. */
  constructor(after: () => void) {
    this.#after = after;
  }

  async start(kind: JobKind, path = ''): Promise<void> {
    if (this.running !== null) return;
    this.running = kind;
    this.sinceMs = performance.now();
    this.outcome = null;
    this.error = null;
    this.#again = () => this.start(kind, path);
    try {
      this.outcome = await run(kind, path);
    } catch (thrown) {
      this.failed = FAILED[kind];
      this.error = asApiError(thrown);
    }
    this.running = null;
    this.#after();
  }

  again(): void {
    void this.#again?.();
  }
}
