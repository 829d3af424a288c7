/** Makes a zip out of a folder or file that the browser gives. Owns reading and packing; must not know where it goes. */
import { zip, type AsyncZippable } from 'fflate';
import type { Dropped, Progress } from './host';

export interface Packed {
  name: string;
  bytes: Uint8Array;
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

interface Found {
  path: string;
  file: File;
}

function readEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function walk(entry: FileSystemEntry, prefix: string, found: Found[]): Promise<void> {
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
    for (const child of batch) await walk(child, `${prefix}${entry.name}/`, found);
  }
}

async function pack(name: string, found: Found[], progress?: Progress): Promise<Packed> {
  if (found.length === 0) throw new Error(`${name} is empty: there is nothing to deploy`);
  const total = found.reduce((sum, { file }) => sum + file.size, 0);
  if (total > LIMIT) throw new Error(`${name} is ${Math.round(total / 1048576)} MB; the most is 1024 MB`);
  const entries: AsyncZippable = {};
  let done = 0;
  for (const { path, file } of found) {
    // Level 1: the zip only crosses the loopback, speed matters more than size.
    entries[path] = [new Uint8Array(await file.arrayBuffer()), { level: 1 }];
    done += file.size;
    progress?.(done, total);
  }
  const bytes = await new Promise<Uint8Array>((resolve, reject) =>
    zip(entries, (error, data) => (error ? reject(error) : resolve(data))),
  );
  return { name, bytes };
}

async function single(file: File): Promise<Packed | null> {
  return file.name.toLowerCase().endsWith('.zip')
    ? { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }
    : null;
}

/** Packs what was dropped. */
export async function packDropped({ entries, files }: Dropped, progress?: Progress): Promise<Packed | null> {
  const first = entries[0];
  if (!first) {
    const file = files[0];
    return file ? ((await single(file)) ?? pack(file.name, [{ path: file.name, file }], progress)) : null;
  }
  if (entries.length === 1 && first.isFile && files[0]) {
    return (await single(files[0])) ?? pack(first.name, [{ path: first.name, file: files[0] }], progress);
  }
  const found: Found[] = [];
  for (const entry of entries) await walk(entry, '', found);
  const inside = entries.length === 1 && first.isDirectory;
  const trimmed = inside ? found.map((f) => ({ ...f, path: f.path.slice(first.name.length + 1) })) : found;
  return pack(first.name, trimmed, progress);
}

/** Packs what a file or folder input chose. */
export async function packFiles(files: File[], progress?: Progress): Promise<Packed | null> {
  const first = files[0];
  if (!first) return null;
  const folder = first.webkitRelativePath.split('/')[0];
  if (!folder)
    return (await single(first)) ?? pack(first.name, [{ path: first.name, file: first }], progress);
  const found = files
    .filter((file) => !file.webkitRelativePath.split('/').some((part) => SKIPPED.has(part)))
    .map((file) => ({ path: file.webkitRelativePath.slice(folder.length + 1), file }));
  return pack(folder, found, progress);
}
