/** Running a function from anywhere, with the event it ran with last. */
import { asApiError, call } from '$lib/api/client';
import { dock } from '$lib/state/dock.svelte';
import { overlays } from '$lib/state/overlays.svelte';

/** The event of the newest call that went well; an empty one when there is none. */
export async function lastEvent(name: string): Promise<string> {
  const newest = await call('invocations_list', {
    function: name,
    outcomes: ['succeeded'],
    coldOnly: false,
    search: '',
    fromUs: null,
    cursor: null,
    limit: 1,
  });
  const requestId = newest.invocations[0]?.requestId;
  if (requestId === undefined) return '{}';
  const detail = await call('invocation_get', { requestId });
  return detail.event !== null && !detail.truncated ? detail.event : '{}';
}

/** Runs it once and shows the run in the dock while it goes on. */
export async function runInDock(name: string): Promise<void> {
  try {
    const event = await lastEvent(name);
    const requestId = crypto.randomUUID();
    dock.run(name, requestId, false);
    await call('invoke', { name, event, cold: false, source: 'test', requestId });
  } catch (thrown) {
    overlays.failed(`${name} did not run`, asApiError(thrown));
  }
}
