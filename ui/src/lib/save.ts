/** Exports: asks for the bytes and hands them to the host to keep. */
import { asApiError } from '$lib/api/client';
import type { TableExport } from '$lib/api/generated/TableExport';
import { host } from '$lib/host';
import { overlays } from '$lib/state/overlays.svelte';

/** Saves a table as CSV under a name. */
export async function saveTable(name: string, request: TableExport): Promise<void> {
  try {
    const bytes = new Uint8Array(await host().raw('table_export', request));
    if (await host().saveFile(name, bytes)) overlays.toast(`${name} is saved`);
  } catch (thrown) {
    overlays.failed(`${name} was not saved`, asApiError(thrown));
  }
}
