// Temporary files: none stays, and none but their owner may look into them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { copyPath, removeCopy, spillFolder } from '../../../src/core/data/tempPaths';

describe('a temporary file', () => {
  it('is removed when it is no longer needed', async () => {
    const target = await copyPath();
    await writeFile(target, 'x');
    removeCopy(target);
    await expect.poll(() => existsSync(target)).toBe(false);
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
      import { copyPath } from ${JSON.stringify(join(__dirname, '../../../src/core/data/tempPaths.ts'))};
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
