import { unzipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { packDropped, packFiles } from './zip';

/** A file of noise with a path in a folder, as a folder input gives it. */
function fileAt(path: string, size: number): File {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 2654435761) >>> 24;
  const file = new File([bytes], path.split('/').at(-1) ?? path);
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array): boolean =>
  one?.length === other.length && one.every((byte, at) => byte === other[at]);

afterEach(() => vi.unstubAllGlobals());

describe('packing a folder', () => {
  it('needs no worker however large a file is, and loses nothing', async () => {
    const workers = vi.fn();
    vi.stubGlobal('Worker', workers);
    const files = [
      fileAt('kettle/app.py', 40),
      fileAt('kettle/lib/model.bin', 3_000_000),
      fileAt('kettle/lib/word.bin', 400_000),
      fileAt('kettle/empty.txt', 0),
      fileAt('kettle/.git/HEAD', 10),
    ];
    const packed = await packFiles(files);
    expect(packed?.name).toBe('kettle');
    const inside = unzipSync(new Uint8Array(await (packed?.zip ?? new Blob()).arrayBuffer()));
    expect(Object.keys(inside).sort()).toEqual(['app.py', 'empty.txt', 'lib/model.bin', 'lib/word.bin']);
    for (const file of files.slice(0, 4)) {
      const path = file.webkitRelativePath.slice('kettle/'.length);
      expect(isSame(inside[path], new Uint8Array(await file.arrayBuffer())), path).toBe(true);
    }
    expect(workers).not.toHaveBeenCalled();
  });

  it('tells how far it is within one large file, and ends when it is cancelled', async () => {
    const cancel = new AbortController();
    const told: number[] = [];
    const packing = packFiles([fileAt('kettle/model.bin', 3_000_000)], {
      progress: (done, total) => {
        told.push(done / total);
        if (done > 1_000_000) cancel.abort();
      },
      signal: cancel.signal,
    });
    await expect(packing).rejects.toMatchObject({ name: 'AbortError' });
    expect(told.length).toBeGreaterThan(2);
    expect(told.at(-1)).toBeLessThan(0.6);
  });

  it('says which file it could not read', async () => {
    const file = fileAt('app.py', 10);
    file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('it is gone')) }) as Blob;
    await expect(packDropped({ entries: [], files: [file] })).rejects.toThrow(
      'app.py could not be read: it is gone',
    );
  });

  it('says that a folder is empty', async () => {
    const empty = {
      name: 'empty',
      isFile: false,
      isDirectory: true,
      createReader: () => ({ readEntries: (done: (entries: []) => void) => done([]) }),
    } as unknown as FileSystemEntry;
    await expect(packDropped({ entries: [empty], files: [] })).rejects.toThrow(
      'empty is empty: there is nothing to deploy',
    );
  });
});
