// The plain copy of a text: what it holds, and that it neither stays nor fails without a word.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { copyPath, removeCopy, spillFolder, writePlainCopy } from '../../../src/core/data/plainCopy';
import { csvFolder } from './tempCsv';

const csv = csvFolder();
const PLAIN = { compression: 'none', encoding: 'windows-1252' } as const;

describe('a plain copy', () => {
  it('has neither NUL nor another encoding, and says where the first ones were', async () => {
    const text = Buffer.from('caf\xe9\0\n\0a\x81\nb\0', 'latin1');
    const target = await csv.write('', 'copy');
    for (const chunkBytes of [1, 3, 100]) {
      const report = await writePlainCopy(await csv.write(text, 'original'), target, {
        ...PLAIN,
        chunkBytes,
      });
      expect(await readFile(target, 'utf8')).toBe('café\na\uFFFD\nb');
      expect(report).toEqual({ nuls: { count: 3, firstByte: 5 }, bad: { count: 1, firstByte: 7 } });
    }
  });

  it('is removed when it is no longer needed', async () => {
    const target = await copyPath();
    await writeFile(target, 'x');
    removeCopy(target);
    await expect.poll(() => existsSync(target)).toBe(false);
  });

  it('says so in one line when the disk is full', { skip: !existsSync('/dev/full') }, async () => {
    const path = await csv.write('a,b\n1,\xe9\n', 'full.csv');
    const copy = writePlainCopy(path, '/dev/full', PLAIN);
    await expect(copy).rejects.toMatchObject({ code: 'io.copyFailed', isBadInput: false });
    await expect(copy).rejects.toThrow(
      /^The disk is full: "full.csv" is read through a plain copy in [^\n]*$/,
    );
  });

  it('of what a database spills lies where nobody else may look', async () => {
    expect((await stat(await spillFolder())).mode & 0o777).toBe(0o700);
  });

  it('of a process that was killed is removed by the next one', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const left = join(tmpdir(), `model-bench-copy-${pid}-left`);
    const own = join(tmpdir(), `model-bench-copy-${process.pid}-own`);
    const spilled = join(tmpdir(), `model-bench-spill-${pid}-spilled`);
    await writeFile(left, 'x');
    await writeFile(own, 'x');
    await mkdir(spilled);
    await writeFile(join(spilled, 'rows.tmp'), 'x');
    const script = `
      import { copyPath } from ${JSON.stringify(join(__dirname, '../../../src/core/data/plainCopy.ts'))};
      copyPath().then(() => process.exit(0));`;
    const built = await build({
      stdin: { contents: script, resolveDir: __dirname, loader: 'ts' },
      bundle: true,
      platform: 'node',
      write: false,
    });
    const { status, stderr } = spawnSync(process.execPath, ['-'], { input: built.outputFiles[0]?.text });
    expect([status, String(stderr)]).toEqual([0, '']);
    expect([existsSync(left), existsSync(spilled), existsSync(own)]).toEqual([false, false, true]);
    await rm(own);
  });
});
