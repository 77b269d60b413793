// Owns the bundles: one per process, one per page (sharing chunks). `--watch` rebuilds, `--production` minifies,
// `--package` then makes the VSIX of this platform, `--generate` writes what media/ holds of the sources.
// A room that imports what it must not breaks here: `vscode` is external in the extension alone.
const esbuild = require('esbuild');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const dist = path.join(__dirname, 'dist');

/** Native or optional packages: loaded from node_modules at run time, never bundled. */
const NATIVE = ['@duckdb/node-api', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];
/** Asked for by tfjs when it fetches a model over the network, which nothing here does. */
const NEVER_LOADED = ['node-fetch'];

/** The package says that its Node build has no side effects; it registers the backend and its kernels. */
const keepCpuBackend = {
  name: 'keep-cpu-backend',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs-backend-cpu$/ }, async ({ path: name, ...args }) => {
      if (args.pluginData === keepCpuBackend) return undefined;
      const { kind, importer, resolveDir } = args;
      const found = await build.resolve(name, { kind, importer, resolveDir, pluginData: keepCpuBackend });
      return { ...found, sideEffects: true };
    });
  },
};

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
};
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The tables of other encodings are a third shorter than with escapes.
  charset: 'utf8',
  plugins: [keepCpuBackend],
  // Its CommonJS build asks for its parts at run time, which a bundler cannot see.
  alias: { 'jsonc-parser': require.resolve('jsonc-parser/lib/esm/main.js') },
};

const bundles = {
  extension: {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
  },
  trainer: {
    ...node,
    entryPoints: ['src/trainer/main.ts'],
    outfile: 'dist/trainer.js',
    external: [...NATIVE, ...NEVER_LOADED],
  },
  dataWorker: {
    ...node,
    entryPoints: ['src/dataWorker/main.ts'],
    outfile: 'dist/dataWorker.js',
    external: [...NATIVE, ...NEVER_LOADED],
  },
  cli: {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    external: [...NATIVE, ...NEVER_LOADED],
    banner: { js: '#!/usr/bin/env node' },
  },
  webview: {
    ...common,
    platform: 'browser',
    target: 'chrome120',
    format: 'esm',
    splitting: true,
    entryPoints: {
      metrics: 'webview/metrics/metrics.ts',
      architecture: 'webview/architecture/architecture.ts',
      preprocess: 'webview/preprocess/preprocess.ts',
    },
    outdir: 'dist/webview',
    chunkNames: 'chunk-[hash]',
    loader: { '.ttf': 'file' },
  },
  suite: {
    ...node,
    entryPoints: ['test/e2e/suite/index.ts'],
    outfile: 'dist/test/suite.js',
    external: ['vscode', 'mocha'],
  },
};

function copyAssets() {
  const wasm = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  fs.mkdirSync(path.join(dist, 'wasm'), { recursive: true });
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    fs.copyFileSync(path.join(wasm, 'dist', file), path.join(dist, 'wasm', file));
  }
}

/** media/*.schema.json from the zod schemas, media/l10n from the texts in the sources. */
async function generate() {
  const built = await esbuild.build({
    ...node,
    entryPoints: ['src/core/experiment/generateSchema.ts'],
    write: false,
    sourcemap: false,
    outfile: 'generateSchema.js',
  });
  const schemas = execFileSync(process.execPath, ['-'], {
    input: built.outputFiles[0].text,
    encoding: 'utf8',
  });
  fs.mkdirSync(path.join(__dirname, 'media', 'l10n'), { recursive: true });
  for (const [name, schema] of Object.entries(JSON.parse(schemas))) {
    fs.writeFileSync(path.join(__dirname, 'media', name), `${JSON.stringify(schema, null, 2)}\n`);
  }
  const l10n = path.join(path.dirname(require.resolve('@vscode/l10n-dev/package.json')), 'dist', 'cli.js');
  execFileSync(process.execPath, [l10n, 'export', '--outDir', 'media/l10n', './src', './webview'], {
    cwd: __dirname,
  });
  await writeNotices();
}

/** The licences of all that is bundled or shipped, from the packages themselves. */
async function writeNotices() {
  const folders = new Set(['@duckdb/node-api', '@duckdb/node-bindings', '@vscode/codicons']);
  for (const name of ['extension', 'trainer', 'dataWorker', 'cli', 'webview']) {
    const { metafile } = await esbuild.build({
      ...bundles[name],
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    for (const file of Object.keys(metafile.inputs)) {
      const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
      if (found) folders.add(found[1]);
    }
  }
  const parts = [...folders].sort().map((name) => {
    const folder = path.join(__dirname, 'node_modules', name);
    const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `## ${name} ${version} (${license})\n\n\`\`\`\n${text}\n\`\`\`\n`;
  });
  const head =
    '# Third-party notices\n\nModel Bench ships code of these packages. Written by `npm run generate`.\n';
  fs.writeFileSync(path.join(__dirname, 'THIRD-PARTY-NOTICES.md'), [head, ...parts].join('\n'));
}

/** A VSIX holds the native DuckDB of this platform only. Its name can be set by `-o`. */
async function packageExtension() {
  const { createVSIX } = require('@vscode/vsce');
  const flag = process.argv.indexOf('-o');
  const target = `${process.platform === 'linux' && isMusl() ? 'alpine' : process.platform}-${process.arch}`;
  const { version } = require('./package.json');
  const packagePath = flag === -1 ? `model-bench-${target}-${version}.vsix` : process.argv[flag + 1];
  fs.mkdirSync(path.dirname(path.resolve(packagePath)), { recursive: true });
  await createVSIX({
    cwd: __dirname,
    target,
    packagePath,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
}

function isMusl() {
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

async function main() {
  if (process.argv.includes('--generate')) return generate();
  fs.rmSync(dist, { recursive: true, force: true });
  copyAssets();
  for (const [name, options] of Object.entries(bundles)) {
    if (production && name === 'suite') continue;
    if (watch) {
      const context = await esbuild.context(options);
      await context.watch();
    } else {
      await esbuild.build(options);
    }
  }
  fs.chmodSync(path.join(dist, 'cli.js'), 0o755);
  if (process.argv.includes('--package')) await packageExtension();
}

module.exports = { bundles };

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
