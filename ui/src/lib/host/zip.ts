/** Makes a zip out of a folder or file that the browser gives. Owns reading and packing; must not know where it goes. */
import { Zip, ZipDeflate } from 'fflate';
import type { Dropped, Watch } from './host';

export interface Packed {
  name: string;
  zip: Blob;
}

/** Folders that no deployment needs and that make a drop slow. */
const SKIPPED = new Set([
  '.git',
  '.hg',
  '.svn',
  '__pycache__',
  '.DS_Store',
  '.venv',
  '.mypy_cache',
  '.pytest_cache',
  '.idea',
  '.vscode',
]);
const LIMIT = 1024 * 1024 * 1024;
/** What is read and packed in one go: a few milliseconds of work. */
const PIECE_BYTES = 256 * 1024;
/** How long the page may be kept waiting. */
const BUSY_MS = 12;

interface Found {
  path: string;
  file: File;
}

function readEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function walk(
  entry: FileSystemEntry,
  prefix: string,
  found: Found[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (SKIPPED.has(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path: prefix + entry.name, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // readEntries answers at most a hundred at a time, and an empty list at the end.
  for (let batch = await readEntries(reader); batch.length > 0; batch = await readEntries(reader)) {
    for (const child of batch) await walk(child, `${prefix}${entry.name}/`, found, signal);
  }
}

/** Lets the page draw and hear clicks when it was busy for long enough. */
function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < BUSY_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

async function bytesOf(file: Blob, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (thrown) {
    throw new Error(
      `${path} could not be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      {
        cause: thrown,
      },
    );
  }
}

/** Packs file by file in this thread: the content security policy lets no page start workers out of blobs. */
async function pack(name: string, found: Found[], { progress, signal }: Watch): Promise<Packed> {
  if (found.length === 0) throw new Error(`${name} is empty: there is nothing to deploy`);
  const total = found.reduce((sum, { file }) => sum + file.size, 0);
  if (total > LIMIT) throw new Error(`${name} is ${Math.round(total / 1048576)} MB; the most is 1024 MB`);
  const parts: BlobPart[] = [];
  let failed: Error | null = null;
  const zip = new Zip((error, data) => {
    if (error) failed = error;
    else parts.push(data as BlobPart);
  });
  const pause = breather();
  let done = 0;
  for (const { path, file } of found) {
    // Level 1: the zip only crosses the loopback, speed matters more than size.
    const entry = new ZipDeflate(path, { level: 1 });
    zip.add(entry);
    let at = 0;
    do {
      const piece = await bytesOf(file.slice(at, at + PIECE_BYTES), path);
      at += PIECE_BYTES;
      entry.push(piece, at >= file.size);
      done += piece.length;
      progress?.(done, total);
      await pause();
      signal?.throwIfAborted();
    } while (at < file.size);
    if (failed) throw failed;
  }
  zip.end();
  if (failed) throw failed;
  return { name, zip: new Blob(parts) };
}

async function single(file: File): Promise<Packed | null> {
  if (!file.name.toLowerCase().endsWith('.zip')) return null;
  // Read here, where it can be said that it cannot be.
  return { name: file.name, zip: new Blob([(await bytesOf(file, file.name)) as BlobPart]) };
}

/** A file by itself: a zip as it is, anything else packed. */
async function alone(file: File, watch: Watch): Promise<Packed> {
  return (await single(file)) ?? pack(file.name, [{ path: file.name, file }], watch);
}

/** Packs what was dropped. */
export async function packDropped({ entries, files }: Dropped, watch: Watch = {}): Promise<Packed | null> {
  const first = entries[0];
  const file = files[0];
  if (!first) return file ? alone(file, watch) : null;
  if (entries.length === 1 && first.isFile && file) return alone(file, watch);
  const found: Found[] = [];
  for (const entry of entries) await walk(entry, '', found, watch.signal);
  const inside = entries.length === 1 && first.isDirectory;
  const trimmed = inside ? found.map((f) => ({ ...f, path: f.path.slice(first.name.length + 1) })) : found;
  return pack(first.name, trimmed, watch);
}

/** Packs what a file or folder input chose. */
export async function packFiles(files: File[], watch: Watch = {}): Promise<Packed | null> {
  const first = files[0];
  if (!first) return null;
  const folder = first.webkitRelativePath.split('/')[0];
  if (!folder) return alone(first, watch);
  const found = files
    .filter((file) => !file.webkitRelativePath.split('/').some((part) => SKIPPED.has(part)))
    .map((file) => ({ path: file.webkitRelativePath.slice(folder.length + 1), file }));
  return pack(folder, found, watch);
}
