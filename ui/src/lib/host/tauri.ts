/** The Tauri window as a host. The only file that may import Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { EventBatch } from '$lib/api/generated/EventBatch';
import { RETRY_MS } from './events';
import { asApiError, type Host, type Picked } from './host';

interface DropPayload {
  paths: string[];
}

function picked(path: string): Picked {
  const label = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
  return { source: { kind: 'path', path }, label };
}

async function ask<T>(
  command: string,
  args: Record<string, unknown> | Uint8Array,
  headers: Record<string, string> = {},
): Promise<T> {
  try {
    return await invoke<T>(command, args, { headers });
  } catch (thrown) {
    throw asApiError(thrown);
  }
}

export function tauriHost(): Host {
  const raw = (command: string, payload: unknown) => ask<ArrayBuffer>('rpc', { cmd: command, payload });
  return {
    kind: 'tauri',
    call: (command, payload) => ask('rpc', { cmd: command, payload }) as never,
    raw,
    events(onBatch, state) {
      let open = true;
      const channel = new Channel<EventBatch>();
      channel.onmessage = (batch) => {
        if (open) onBatch(batch);
      };
      let timer: ReturnType<typeof setTimeout> | null = null;
      let failed = false;
      const attempt = (): void => {
        timer = null;
        invoke('events', { channel }).then(
          () => {
            state('open');
            // What was asked for meanwhile got no answer.
            if (failed) onBatch({ events: [], lagged: true });
            failed = false;
          },
          () => {
            failed = true;
            state('trying');
            if (open) timer = setTimeout(attempt, RETRY_MS);
          },
        );
      };
      attempt();
      return () => {
        open = false;
        if (timer !== null) clearTimeout(timer);
      };
    },
    async pickFolder() {
      const path = await ask<string | null>('pick_folder', {});
      return path === null ? null : picked(path);
    },
    dropped: async () => null,
    onDrop(hover, drop) {
      let taken: string | undefined;
      const take = (path: string | null | undefined): void => {
        if (!path) return;
        taken = path;
        drop(picked(path));
      };
      const listeners = [
        listen('tauri://drag-enter', () => hover(true)),
        listen('tauri://drag-leave', () => hover(false)),
        listen<DropPayload>('tauri://drag-drop', (event) => {
          hover(false);
          take(event.payload.paths[0]);
        }),
      ];
      // What was dropped before anybody listened was held for this page; what came in between is heard twice.
      void Promise.all(listeners)
        .then(() => invoke<string | null>('early_drop'))
        .then((path) => {
          if (path !== taken) take(path);
        });
      return () => {
        for (const listener of listeners) void listener.then((stop) => stop());
      };
    },
    saveFile: (name, bytes) => ask<boolean>('save_file', bytes, { 'x-file-name': name }),
    openPage: (address) => ask('open_page', { address }),
  };
}
