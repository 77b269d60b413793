// Owns the bundles: one per process, one per page (sharing chunks). `--watch` rebuilds, `--production` minifies.
// A room that imports what it must not breaks here: `vscode` is external in the extension alone.
const esbuild = require('esbuild');
const fs = require('node:fs');
const path = require('node:path');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const dist = path.join(__dirname, 'dist');

/** Native or optional packages: loaded from node_modules at run time, never bundled. */
const NATIVE = ['@duckdb/node-api', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  metafile: true,
  legalComments: 'none',
};
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs' };

const bundles = {
  extension: {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
  },
  trainer: { ...node, entryPoints: ['src/trainer/main.ts'], outfile: 'dist/trainer.js', external: NATIVE },
  dataWorker: {
    ...node,
    entryPoints: ['src/dataWorker/main.ts'],
    outfile: 'dist/dataWorker.js',
    external: NATIVE,
  },
  cli: {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    external: NATIVE,
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

async function main() {
  fs.rmSync(dist, { recursive: true, force: true });
  copyAssets();
  const meta = {};
  for (const [name, options] of Object.entries(bundles)) {
    if (production && name === 'suite') continue;
    if (watch) {
      const context = await esbuild.context(options);
      await context.watch();
    } else {
      meta[name] = (await esbuild.build(options)).metafile;
    }
  }
  fs.writeFileSync(path.join(dist, 'meta.json'), JSON.stringify(meta));
  fs.chmodSync(path.join(dist, 'cli.js'), 0o755);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
