// Holds the house to its plan: which bundle may contain what, how large each may be, that generated files are current.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { experimentJsonSchema, recipeJsonSchema } from '../src/core/experiment/schemaKeys';
import { REPO } from './support/cli';

const KB = 1024;

interface BuildOptions {
  readonly bundles: Record<string, Record<string, unknown>>;
}
const { bundles } = createRequire(__filename)('../esbuild.js') as BuildOptions;

/** The bundle as it is shipped: minified, without source map. */
async function shipped(
  name: string,
): Promise<{ inputs: string[]; sizes: Map<string, number>; imports: Map<string, string[]> }> {
  const result = await build({
    ...bundles[name],
    absWorkingDir: REPO,
    minify: true,
    sourcemap: false,
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const outputs = Object.entries(result.metafile.outputs);
  return {
    inputs: Object.keys(result.metafile.inputs),
    sizes: new Map(outputs.map(([file, { bytes }]) => [path.basename(file), bytes])),
    imports: new Map(
      outputs.map(([file, output]) => [
        path.basename(file),
        output.imports.map((i) => path.basename(i.path)),
      ]),
    ),
  };
}

describe('the extension bundle', () => {
  it('holds no tfjs, no DuckDB and no training, and is under 500 KB', async () => {
    const { inputs, sizes } = await shipped('extension');
    expect(
      inputs.filter((file) => /@tensorflow|@duckdb|src\/core\/(train|backend|data)\//.test(file)),
    ).toEqual([]);
    expect(sizes.get('extension.js')).toBeLessThan(500 * KB);
  });
});

describe('the pages', () => {
  it('hold browser code only, each under 500 KB with what it shares', async () => {
    const { inputs, sizes, imports } = await shipped('webview');
    expect(
      inputs.filter((file) =>
        /@tensorflow|@duckdb|src\/(core|extension|cli|trainer|dataWorker)\//.test(file),
      ),
    ).toEqual([]);
    for (const page of ['metrics', 'architecture', 'preprocess']) {
      const files = [`${page}.js`, `${page}.css`, ...(imports.get(`${page}.js`) ?? [])];
      const total = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
      expect(total, page).toBeGreaterThan(10 * KB);
      expect(total, page).toBeLessThan(500 * KB);
    }
  });
});

describe('the process bundles', () => {
  it('hold no vscode', async () => {
    for (const name of ['trainer', 'dataWorker', 'cli']) {
      const { inputs } = await shipped(name);
      expect(
        inputs.filter((file) => /src\/extension\/|^webview\//.test(file)),
        name,
      ).toEqual([]);
    }
  });

  // 490 KB of each are the tables of encodings, 235 KB of the data process what writes Arrow files.
  it('stay small: trainer under 1.8 MB, data process under 1.4 MB', async () => {
    expect((await shipped('trainer')).sizes.get('trainer.js')).toBeLessThan(1800 * KB);
    const worker = await shipped('dataWorker');
    expect(worker.sizes.get('dataWorker.js')).toBeLessThan(1400 * KB);
    expect(worker.inputs.filter((file) => file.includes('@tensorflow'))).toEqual([]);
  });
});

describe('generated files', () => {
  it.each([
    ['experiment.schema.json', experimentJsonSchema],
    ['recipe.schema.json', recipeJsonSchema],
  ])('media/%s is what the zod schema says (npm run generate)', (name, jsonSchema) => {
    const file = JSON.parse(fs.readFileSync(path.join(REPO, 'media', name), 'utf8')) as unknown;
    expect(file).toEqual(jsonSchema());
  });

  it('media/l10n/bundle.l10n.json has every text of the sources (npm run generate)', () => {
    const folder = fs.mkdtempSync(path.join(REPO, 'out', 'l10n-'));
    try {
      const cli = require.resolve('@vscode/l10n-dev/dist/cli.js');
      execFileSync(process.execPath, [cli, 'export', '--outDir', folder, './src', './webview'], {
        cwd: REPO,
      });
      const now = JSON.parse(fs.readFileSync(path.join(folder, 'bundle.l10n.json'), 'utf8')) as unknown;
      const kept = JSON.parse(
        fs.readFileSync(path.join(REPO, 'media', 'l10n', 'bundle.l10n.json'), 'utf8'),
      ) as unknown;
      expect(kept).toEqual(now);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe('the manifest', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(REPO, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const texts = JSON.parse(fs.readFileSync(path.join(REPO, 'package.nls.json'), 'utf8')) as Record<
    string,
    string
  >;

  it('has a text for every %key% and no text too many', () => {
    const used = [...JSON.stringify(manifest).matchAll(/%([A-Za-z.]+)%/g)].map(([, key]) => key!);
    expect([...new Set(used)].sort()).toEqual(Object.keys(texts).sort());
  });

  it('points only at files that are there', () => {
    const { contributes, icon } = manifest as { icon: string; contributes: unknown };
    const files = [icon, ...JSON.stringify(contributes).matchAll(/"((?:\.\/)?media\/[^"]+)"/g)].map((m) =>
      typeof m === 'string' ? m : m[1]!,
    );
    for (const file of files) expect(fs.existsSync(path.join(REPO, file)), file).toBe(true);
  });
});
