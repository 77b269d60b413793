// Exporting in a process of its own that is killed, or has no room left on its disk.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPO } from '../../../support/cli';

let folder: string;
beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-export-')));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('a process that exports', () => {
  let child: string;
  beforeAll(async () => {
    fs.mkdirSync(path.join(REPO, 'out'), { recursive: true });
    child = path.join(fs.mkdtempSync(path.join(REPO, 'out', 'export-')), 'child.cjs');
    await build({
      stdin: {
        contents: `
          import { openDatabase } from './src/core/data/database';
          import { exportTable } from './src/core/recipe/session/exportTable';
          const [output, format] = process.argv.slice(2);
          const parent = process.ppid;
          const relation = { columns: [{ name: 'a', id: 'c0', kind: 'text' }], isSplit: false, nextId: 1,
            from: "(SELECT range AS rid, range AS ord, md5(range::VARCHAR) AS c0 FROM range(600000))" };
          // Not longer than whoever started it.
          setInterval(() => process.ppid === parent || process.exit(4), 200).unref();
          const options = { format, encoding: 'utf-8', delimiter: ',', quoteFormulas: true, splitColumn: false };
          openDatabase().then((database) => exportTable({ relation, database, output, source: '/none', options })).then(
            () => process.exit(0),
            (error) => { process.stderr.write(error.code + ': ' + error.message); process.exit(3); });
        `,
        resolveDir: REPO,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@duckdb/node-api'],
      outfile: child,
      logLevel: 'silent',
    });
  });
  afterAll(() => fs.rmSync(path.dirname(child), { recursive: true }));

  it.each(['csv', 'parquet', 'arrow'])(
    'and is killed leaves no file of the final name (%s)',
    async (format) => {
      const place = fs.mkdtempSync(path.join(folder, 'killed-'));
      const running = spawn(process.execPath, [child, path.join(place, 'out'), format], { stdio: 'ignore' });
      // Killed in the middle: some of the file is there, under another name.
      while (!fs.readdirSync(place).some((name) => fs.statSync(path.join(place, name)).size > 4096)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      running.kill('SIGKILL');
      await once(running, 'exit');
      expect(fs.existsSync(path.join(place, 'out'))).toBe(false);
      for (const name of fs.readdirSync(place)) expect(name).toMatch(/^out\.\d+-\d+\.partial$/);
    },
  );

  it.each(['csv', 'parquet', 'arrow'])('and has no room says so, and leaves nothing (%s)', async (format) => {
    const place = fs.mkdtempSync(path.join(folder, 'full-'));
    // No file may be larger than 256 KB; writing more fails as a full disk does.
    const command = `ulimit -f 256; exec "${process.execPath}" "${child}" "${path.join(place, 'out')}" ${format}`;
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile('bash', ['-c', command], (error, _stdout, text_) =>
        resolve({ code: error?.code, stderr: text_ }),
      );
    });
    expect(stderr).toMatch(/^io\.write: Cannot write ".*": .* Make room or choose another place\.$/);
    expect(code).toBe(3);
    expect(fs.readdirSync(place)).toEqual([]);
  });
});
