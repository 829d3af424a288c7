/** The browser as a host: `hearth serve` answers over HTTP on this computer. */
import { listenToEvents } from './events';
import { asApiError, type Host, type Picked, type Unanswered, type Watch } from './host';
import { packDropped, packFiles, type Packed } from './zip';

async function post(path: string, body: BodyInit, type: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
      credentials: 'same-origin',
      ...(signal ? { signal } : {}),
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw {
      code: 'internal',
      message: 'Hearth does not answer',
      hint: 'Start it again with hearth serve and open the address that it prints',
      detail: String(thrown),
      unanswered: true,
    } satisfies Unanswered;
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return asApiError(JSON.parse(text));
  } catch {
    return asApiError({
      code: 'internal',
      message:
        response.status === 401 || response.status === 403
          ? 'This page is not signed in to Hearth'
          : `Hearth answered ${response.status}`,
      hint:
        response.status === 401 || response.status === 403
          ? 'Open the address that hearth serve printed'
          : null,
      detail: text || null,
    });
  }
}

async function upload(packed: Packed | null, signal: AbortSignal | undefined): Promise<Picked | null> {
  if (!packed) return null;
  const response = await post('/upload', packed.zip, 'application/zip', signal);
  const answer = (await response.json()) as { upload: string };
  return { source: { kind: 'upload', upload: answer.upload, fileName: packed.name }, label: packed.name };
}

function chooseFolder(): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.webkitdirectory = true;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

export function serveHost(): Host {
  const json = async (command: string, request: unknown, signal?: AbortSignal): Promise<unknown> =>
    (await post(`/rpc/${command}`, JSON.stringify(request), 'application/json', signal)).json();
  const bytes = async (command: string, request: unknown): Promise<ArrayBuffer> =>
    (await post(`/rpc/${command}`, JSON.stringify(request), 'application/json')).arrayBuffer();
  return {
    kind: 'serve',
    call: (command, request, signal) => json(command, request, signal) as never,
    raw: bytes,
    events: listenToEvents,
    pickFolder: async (watch?: Watch) => upload(await packFiles(await chooseFolder(), watch), watch?.signal),
    dropped: async (data, watch) => upload(await packDropped(data, watch), watch?.signal),
    onDrop: () => () => {},
    saveFile: async (name, content) => saveInBrowser(name, content),
    openPage: async (address) => {
      window.open(address, '_blank', 'noopener,noreferrer');
    },
  };
}

/** Hands bytes to the browser's downloads. */
export function saveInBrowser(name: string, content: Uint8Array): boolean {
  const url = URL.createObjectURL(new Blob([content as BlobPart]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return true;
}
