/**
 * The browser's stream of live events. EventSource comes back by itself after a lost connection, but never after a
 * refused one, which is what a new Hearth at the same address does: then this asks why, says so, and goes on trying.
 */
import type { EventBatch } from '$lib/api/generated/EventBatch';
import type { Connection } from './host';

/** Pause between tries of its own. */
export const RETRY_MS = 4_000;

/** Whether this page may speak to Hearth now; `trying` when nobody answers. */
async function ask(): Promise<Connection> {
  try {
    const response = await fetch('/rpc/app_info', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
      credentials: 'same-origin',
    });
    if (response.ok) return 'open';
    return response.status === 401 || response.status === 403 ? 'signed_out' : 'trying';
  } catch {
    return 'trying';
  }
}

export function listenToEvents(
  onBatch: (batch: EventBatch) => void,
  state: (connection: Connection) => void,
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wasOpen = false;
  let ended = false;

  function open(): void {
    const mine = new EventSource('/events');
    source = mine;
    mine.onopen = () => {
      state('open');
      // What happened in between was missed: everything must be asked again.
      if (wasOpen) onBatch({ events: [], lagged: true });
      wasOpen = true;
    };
    mine.onmessage = (message: MessageEvent<string>) => onBatch(JSON.parse(message.data) as EventBatch);
    mine.onerror = () => {
      if (mine.readyState !== EventSource.CLOSED) {
        state('trying');
        return;
      }
      mine.close();
      source = null;
      void again();
    };
  }

  /** Finds out whether a new stream would be taken; opens it then, else says why not and asks later. */
  async function again(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const connection = await ask();
    if (ended || source !== null) return;
    if (connection === 'open') {
      open();
      return;
    }
    state(connection);
    timer = setTimeout(() => void again(), RETRY_MS);
  }

  /** A person who comes back to the page does not wait for the next try. */
  function seen(): void {
    if (!document.hidden && timer !== null) void again();
  }

  open();
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('focus', seen);
  return () => {
    ended = true;
    source?.close();
    if (timer !== null) clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('focus', seen);
  };
}
