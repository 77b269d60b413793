// Owns `npm run bench`: training speed of our own loop on this machine, and with `-- --peers` the scores beside
// scikit-learn's on the same splits, with `-- --tables` profile and preprocess beside polars and pandas, with `-- --panel <csv>` the data tab in a real VS Code.
// Needs nothing but Node for the first and the last; Python with the peers for the others.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { measureEndurance } from './endurance.mjs';
import { measurePanel } from './panel.mjs';
import { compareWithPeers } from './parity.mjs';
import { measureTables } from './tables.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

if (process.argv.includes('--help')) {
  console.log(
    [
      'npm run bench [-- --backend cpu]                                       training speed',
      'npm run bench -- --peers [--python P] [--data <folder>]                scores beside scikit-learn',
      'npm run bench -- --tables [--python P] [--rows 10000000] [--repeats 1] tables beside polars and pandas',
      'npm run bench -- --panel <csv> [--vsix V]                              the data tab in a real VS Code',
      'npm run bench -- --endurance [--steps 1000000]                         memory of a long training (after npm run build)',
    ].join('\n'),
  );
} else if (process.argv.includes('--tables')) {
  await measureTables({
    root,
    python: option('--python'),
    rows: Number(option('--rows') ?? 10_000_000),
    repeats: Number(option('--repeats') ?? 1),
  });
} else if (process.argv.includes('--endurance')) {
  await measureEndurance({ root, steps: Number(option('--steps') ?? 1_000_000) });
} else if (process.argv.includes('--panel')) {
  await measurePanel({ root, csv: option('--panel'), vsix: option('--vsix') });
} else if (process.argv.includes('--peers')) {
  await compareWithPeers({ root, python: option('--python') ?? 'python3', dataFolder: option('--data') });
} else {
  // Bundled as the trainer is, so that the same code is measured.
  const outfile = path.join(root, 'out', 'bench', 'speed.cjs');
  mkdirSync(path.dirname(outfile), { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(root, 'bench', 'speed.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  const wasmDir = path.join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
  const only = option('--backend');
  const { status } = spawnSync(process.execPath, [outfile, wasmDir, ...(only === undefined ? [] : [only])], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

/** The word after `name`, if it is there. */
function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
