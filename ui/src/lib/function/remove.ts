/** Deleting a function, with the way back. */
import { asApiError, call } from '$lib/api/client';
import { overlays } from '$lib/state/overlays.svelte';

/** Deletes it and offers Undo; false when it could not. */
export async function removeFunction(name: string): Promise<boolean> {
  try {
    await call('function_delete', { name });
  } catch (thrown) {
    overlays.failed(`${name} was not deleted`, asApiError(thrown));
    return false;
  }
  overlays.toast(`${name} is deleted`, {
    detail: 'Its history stays.',
    action: { label: 'Undo', run: () => void bringBack(name) },
  });
  return true;
}

/** Takes a deletion back; false when there is nothing of that name to bring back. */
export async function bringBack(name: string): Promise<boolean> {
  try {
    await call('function_restore', { name });
  } catch (thrown) {
    overlays.failed(`${name} could not be brought back`, asApiError(thrown));
    return false;
  }
  overlays.toast(`${name} is back`);
  return true;
}
