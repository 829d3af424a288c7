/** Typed calls. Owns which live event makes which answer old; must not know any screen. */
import type { ApiError } from './generated/ApiError';
import type { HearthEvent } from './generated/HearthEvent';
import {
  asApiError,
  host,
  isUnanswered,
  type Answer,
  type Command,
  type JsonCommand,
  type Request,
} from '$lib/host';

export type { ApiError, Answer, Command, JsonCommand, Request };
export { asApiError, isUnanswered };

/** Runs a command; rejects with an `ApiError`. */
export async function call<C extends JsonCommand>(
  command: C,
  request: Request<C>,
  signal?: AbortSignal,
): Promise<Answer<C>> {
  try {
    return await host().call(command, request, signal);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw asApiError(thrown);
  }
}

type EventKind = HearthEvent['kind'];

/** Live events after which an answer may be old. A command that is not here never goes stale by itself. */
export const STALE_AFTER: Partial<Record<Command, readonly EventKind[]>> = {
  app_info: ['environment_changed', 'settings_changed', 'accounts_changed'],
  settings_get: ['settings_changed'],
  functions_list: ['environment_changed', 'invocation_finished', 'functions_changed'],
  function_get: ['environment_changed', 'invocation_finished', 'functions_changed'],
  code_list: ['functions_changed'],
  code_read: ['functions_changed'],
  events_saved: ['functions_changed'],
  events_folder: ['settings_changed'],
  invocations_list: ['invocation_started', 'invocation_finished'],
  logs_list: ['logged'],
  environments_list: ['environment_changed'],
  lanes_snapshot: ['environment_changed', 'invocation_started', 'invocation_finished'],
  brake_status: ['brake_changed', 'budget_alert'],
  brake_history: ['brake_changed', 'budget_alert'],
  cost_function: ['functions_changed'],
  series: ['invocation_finished'],
  accounts_list: ['accounts_changed'],
  cloud_inventory: ['accounts_changed'],
  clusters_list: ['accounts_changed'],
  cluster_get: ['accounts_changed'],
  sync_status: ['accounts_changed'],
  tunings_list: ['tuning_changed'],
  tuning_get: ['tuning_changed'],
};

/** Whether an event tells something new of one call: that it began or ended, or a line that it logged. Lines may come after its answer. */
export function isOfCall(event: HearthEvent, requestId: string): boolean {
  switch (event.kind) {
    case 'logged':
      return event.lines.some((line) => line.requestId === requestId);
    case 'invocation_started':
      return event.requestId === requestId;
    case 'invocation_finished':
      return event.invocation.requestId === requestId;
    default:
      return false;
  }
}

/** The key under which an answer is kept. */
export function cacheKey(command: Command, request: unknown): string {
  return `${command} ${JSON.stringify(request)}`;
}
