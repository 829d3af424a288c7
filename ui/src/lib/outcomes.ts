/** Words for how invocations end. */
import type { Invocation } from './api/generated/Invocation';
import type { Outcome } from './api/generated/Outcome';
import type { ServerStart } from './api/generated/ServerStart';
import type { MarkState } from './states';

export const OUTCOME_WORDS: Record<Outcome, string> = {
  running: 'running',
  succeeded: 'done',
  function_error: 'error',
  timed_out: 'timed out',
  out_of_memory: 'out of memory',
  init_failed: 'start failed',
  crashed: 'crashed',
  throttled: 'refused (429)',
  lost: 'lost',
  cancelled: 'cancelled',
};

/** The same behind "The last run". */
export const OUTCOME_VERBS: Record<Outcome, string> = {
  running: 'is going on',
  succeeded: 'went well',
  function_error: 'failed',
  timed_out: 'timed out',
  out_of_memory: 'ran out of memory',
  init_failed: 'failed to start',
  crashed: 'crashed',
  throttled: 'was refused (429)',
  lost: 'was lost',
  cancelled: 'was cancelled',
};

export const isFailure = (outcome: Outcome): boolean => outcome !== 'succeeded' && outcome !== 'running';

export const START_WORDS: Record<ServerStart, string> = {
  none: 'no server',
  cold: 'cold',
  warm: 'warm',
  thawed: 'thawed',
};

export const START_MARKS: Record<ServerStart, MarkState> = {
  none: 'throttled',
  cold: 'init',
  warm: 'warm',
  thawed: 'thaw',
};

/** What a caller waited for: queue, init and run together. */
export function totalUs(invocation: Invocation): number {
  return invocation.phases.queueUs + invocation.phases.initUs + invocation.phases.invokeUs;
}
