// A file is replaced whole or not at all, whichever system call fails.
import * as fs from 'node:fs';
import type * as fsp from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Handle = Awaited<ReturnType<typeof fsp.open>>;

/** Which operation fails next, and how. */
const fault = vi.hoisted(() => ({ at: '', code: '', seen: [] as string[] }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fsp>();
  const pass = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    fault.seen.push(name);
    if (name === fault.at) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
    return work();
  };
  return {
    ...real,
    open: (file: string, flags: string, mode?: number) =>
      pass(flags === 'r' ? 'openFolder' : 'open', async () => {
        const handle: Handle = await real.open(file, flags, mode);
        const kind = flags === 'r' ? 'Folder' : '';
        const sync = handle.sync.bind(handle);
        const writeFile = handle.writeFile.bind(handle);
        handle.sync = () => pass(`sync${kind}`, sync);
        handle.writeFile = (data) =>
          pass('write', async () => {
            // Half of it reaches the disk before it is full.
            if (fault.at === 'writeHalf') {
              await writeFile((data as string).slice(0, 2));
              throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' });
            }
            await writeFile(data);
          });
        return handle;
      }),
    rename: (from: string, to: string) => pass('rename', () => real.rename(from, to)),
  };
});

// Loaded anew, and anew after: the unit tests of other files share the modules of this process.
vi.resetModules();
afterAll(() => {
  vi.doUnmock('node:fs/promises');
  vi.resetModules();
});
const { produceFileAtomic, writeFileAtomic } = await import('../../../src/core/runs/atomicFile');

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-atomic-'));
  file = path.join(folder, 'run.json');
  Object.assign(fault, { at: '', code: '', seen: [] });
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const failAt = (at: string, code: string): void => void Object.assign(fault, { at, code });

describe('an atomic write', () => {
  it('makes and replaces a file, flushed before it is renamed, and the folder after', async () => {
    await writeFileAtomic(file, 'one');
    expect(fault.seen).toEqual(
      process.platform === 'win32'
        ? ['open', 'write', 'sync', 'rename']
        : ['open', 'write', 'sync', 'rename', 'openFolder', 'syncFolder'],
    );
    await writeFileAtomic(file, new Uint8Array([116, 119, 111]));
    expect(fs.readFileSync(file, 'utf8')).toBe('two');
    expect(fs.readdirSync(folder)).toEqual(['run.json']);
  });

  it.skipIf(process.platform === 'win32')('keeps a secret from its first byte on', async () => {
    await writeFileAtomic(file, 'token', { mode: 0o600 });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['open', 'write', 'writeHalf', 'sync', 'rename'])(
    'that fails at %s leaves the old file and no temp file',
    async (at) => {
      await writeFileAtomic(file, 'old');
      failAt(at, 'ENOSPC');
      await expect(writeFileAtomic(file, 'new')).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
      expect(fs.readdirSync(folder)).toEqual(['run.json']);
    },
  );

  it('fails when a folder has the name, which stays', async () => {
    fs.mkdirSync(path.join(file, 'inner'), { recursive: true });
    await expect(writeFileAtomic(file, 'new')).rejects.toThrow();
    expect(fs.readdirSync(folder)).toEqual(['run.json']);
    expect(fs.existsSync(path.join(file, 'inner'))).toBe(true);
  });

  it('fails in a folder that is not there', async () => {
    await expect(writeFileAtomic(path.join(folder, 'no', 'x'), 'new')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it.skipIf(process.platform === 'win32').each([
    ['openFolder', 'EACCES'],
    ['syncFolder', 'EINVAL'],
    ['syncFolder', 'ENOTSUP'],
  ])('is done where folders cannot be flushed (%s: %s)', async (at, code) => {
    failAt(at, code);
    await writeFileAtomic(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
  });

  it.skipIf(process.platform === 'win32')('tells a disk that fails to flush the folder', async () => {
    failAt('syncFolder', 'EIO');
    await expect(writeFileAtomic(file, 'new')).rejects.toMatchObject({ code: 'EIO' });
  });

  it('by many at once ends with one of them, whole', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomic(file, text)));
    expect(texts).toContain(fs.readFileSync(file, 'utf8'));
    expect(fs.readdirSync(folder)).toEqual(['run.json']);
  });
});

describe('an atomic write piece by piece', () => {
  it('flushes what was written before it is renamed, and gives back what the writer says', async () => {
    const rows = await produceFileAtomic(file, async (partial) => {
      expect(path.dirname(partial)).toBe(folder);
      expect(fs.existsSync(file)).toBe(false);
      await fs.promises.writeFile(partial, 'rows');
      return 4;
    });
    expect(rows).toBe(4);
    expect(fs.readFileSync(file, 'utf8')).toBe('rows');
    expect(fault.seen.slice(0, 3)).toEqual(['open', 'sync', 'rename']);
    expect(fs.readdirSync(folder)).toEqual(['run.json']);
  });

  it.each(['produce', 'sync', 'rename'])('that fails at %s leaves nothing', async (at) => {
    failAt(at, 'ENOSPC');
    const writing = produceFileAtomic(file, async (partial) => {
      await fs.promises.writeFile(partial, 'half');
      if (at === 'produce') throw new Error('ENOSPC');
    });
    await expect(writing).rejects.toThrow('ENOSPC');
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
