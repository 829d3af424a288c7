/** The Tauri window as a host. The only file that may import Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { EventBatch } from '$lib/api/generated/EventBatch';
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
      invoke('events', { channel }).then(
        () => state(true),
        () => state(false),
      );
      return () => {
        open = false;
      };
    },
    async pickFolder() {
      const path = await ask<string | null>('pick_folder', {});
      return path === null ? null : picked(path);
    },
    dropped: async () => null,
    onDrop(hover, drop) {
      const listeners = [
        listen('tauri://drag-enter', () => hover(true)),
        listen('tauri://drag-leave', () => hover(false)),
        listen<DropPayload>('tauri://drag-drop', (event) => {
          hover(false);
          const path = event.payload.paths[0];
          if (path) drop(picked(path));
        }),
      ];
      return () => {
        for (const listener of listeners) void listener.then((stop) => stop());
      };
    },
    saveFile: (name, bytes) => ask<boolean>('save_file', bytes, { 'x-file-name': name }),
  };
}
