/** Chooses the host once, before anything is drawn. */
import type { Host } from './host';

export type * from './host';
export { SERIES_COLUMNS, asApiError, isUnanswered } from './host';
export { takeDrop } from './drop';

let chosen: Host | null = null;

/** The host of this window. */
export function host(): Host {
  if (!chosen) throw new Error('no host was chosen yet');
  return chosen;
}

/** Sets the host; tests give the fake one. */
export function useHost(next: Host): void {
  chosen = next;
}

/** Finds out where the window runs and loads only what it needs there. */
export async function chooseHost(): Promise<Host> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).get('host') === 'fake') {
    useHost((await import('./fake')).fakeHost());
  } else if ('__TAURI_INTERNALS__' in window) {
    useHost((await import('./tauri')).tauriHost());
  } else {
    useHost((await import('./serve')).serveHost());
  }
  return host();
}
