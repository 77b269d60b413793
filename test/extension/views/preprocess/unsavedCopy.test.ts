// Copies of unsaved text: whole or not there, never changed under a reader, and none left behind.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnsavedFolder, type TextSnapshot } from '../../../../src/extension/views/preprocess/unsavedCopy';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'model-bench-unsaved-'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

function text(lines: readonly string[], isCurrent = (): boolean => true): TextSnapshot {
  return {
    lineCount: lines.length,
    lines: (from, to) => lines.slice(from, to).join('\n') + (to < lines.length ? '\n' : ''),
    isCurrent,
  };
}

/** All files below a folder, relative. */
const files = (folder = root): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile());

describe('a copy of unsaved text', () => {
  it('is the text in UTF-8, under the name of the file', async () => {
    const lines = Array.from({ length: 5001 }, (_, i) => `${i},姓名,"é"`);
    const file = await new UnsavedFolder(root).copyOf('数据.csv').write(text(lines));
    expect(path.basename(file)).toBe('数据.csv');
    expect(fs.readFileSync(file, 'utf8')).toBe(lines.join('\n'));
    if (process.platform !== 'win32') expect(fs.statSync(file).mode & 0o077).toBe(0);
  });

  it('never changes: a new version has a path of its own, and old ones go', async () => {
    const copy = new UnsavedFolder(root).copyOf('x.csv');
    const paths: string[] = [];
    for (const version of ['a', 'b', 'c', 'd']) paths.push(await copy.write(text([version])));
    expect(new Set(paths).size).toBe(4);
    expect(paths.map((file) => fs.existsSync(file))).toEqual([false, false, true, true]);
    expect(fs.readFileSync(paths[2]!, 'utf8')).toBe('c');
    await copy.remove();
    expect(files()).toEqual([]);
  });

  it('is not there when the document was edited meanwhile', async () => {
    let asked = 0;
    const lines = Array.from({ length: 10_000 }, String);
    const copy = new UnsavedFolder(root).copyOf('x.csv');
    await expect(copy.write(text(lines, () => ++asked < 3))).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
    expect(files()).toEqual([]);
    expect(fs.readFileSync(await copy.write(text(['new'])), 'utf8')).toBe('new');
  });

  it('lets the event loop turn while it writes', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await new UnsavedFolder(root)
      .copyOf('x.csv')
      .write(text(Array.from({ length: 100_000 }, () => 'x'.repeat(50))));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});

describe('the folder of a window', () => {
  it('goes with it, and those of dead windows go with the first copy of the next', async () => {
    // Above any system's largest pid.
    const dead = 2 ** 30;
    const stale = path.join(root, String(dead), '1', '1');
    fs.mkdirSync(stale, { recursive: true });
    fs.writeFileSync(path.join(stale, 'old.csv'), 'old');
    fs.writeFileSync(path.join(root, 'readme'), 'not ours');
    const folder = new UnsavedFolder(root);
    const file = await folder.copyOf('x.csv').write(text(['a']));
    expect(files().sort()).toEqual([path.relative(root, file), 'readme'].sort());
    folder.removeSync();
    expect(files()).toEqual(['readme']);
  });

  it('keeps those of living windows', async () => {
    const other = await new UnsavedFolder(root, process.ppid).copyOf('x.csv').write(text(['other']));
    await new UnsavedFolder(root).copyOf('x.csv').write(text(['own']));
    expect(fs.readFileSync(other, 'utf8')).toBe('other');
  });
});
