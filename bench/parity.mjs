// Owns the comparison of scores: our command line and scikit-learn's models on the very same train, validation and
// test rows, in one table. "ok": beats the baseline, and accuracy within 0.02 (or RMSE within 10 %) of one of the two
// peers; the difference to the better one stands beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SEEDS = [1, 2, 3];
/** Files by any of their names; those that are in no folder given are left out, and that is said. */
const DATA_SETS = [
  { name: 'penguins', files: ['penguins.csv'], target: 'Species', task: 'multiclass' },
  { name: 'titanic', files: ['titanic3.csv', 'titanic.csv'], target: 'survived', task: 'binary' },
  {
    name: 'breast cancer',
    files: ['breast_cancer_wdbc.csv', 'breastCancer.csv', 'breast-cancer.csv', 'breast_cancer.csv'],
    target: 'class',
    task: 'binary',
  },
  { name: 'diamonds', files: ['diamonds.csv'], target: 'price', task: 'regression', seeds: [1] },
];

/** @param dataFolder where else than examples/ the CSV files may lie */
export async function compareWithPeers({ root, python, dataFolder }) {
  const peer = path.join(root, 'bench', 'peers', 'sklearn.py');
  const check = spawnSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' });
  if (check.status !== 0) {
    console.error(
      `error[bench.python]: expected scikit-learn in "${python}", found none. Name one with --python.`,
    );
    process.exitCode = 1;
    return;
  }
  const cli = path.join(root, 'dist', 'cli.js');
  if (!existsSync(cli)) execFileSync(process.execPath, [path.join(root, 'esbuild.js')], { cwd: root });
  mkdirSync(path.join(root, 'out'), { recursive: true });
  const work = mkdtempSync(path.join(os.tmpdir(), 'modelbench-parity-'));
  const folders = [path.join(root, 'examples'), ...(dataFolder === undefined ? [] : [dataFolder])];
  const lines = [
    [
      ...['data set', 'seed', 'test rows', 'measure', 'ours', 'sklearn MLP', 'linear', 'baseline'],
      ...['to the better', 'verdict', 'seconds'],
    ],
  ];
  try {
    for (const dataSet of DATA_SETS) {
      const file = folders.flatMap((f) => dataSet.files.map((n) => path.join(f, n))).find(existsSync);
      if (file === undefined) {
        console.error(`${dataSet.name}: no file ${dataSet.files.join(' or ')}; name a folder with --data.`);
        continue;
      }
      for (const seed of dataSet.seeds ?? SEEDS) {
        lines.push(compare({ dataSet, file, seed, work, cli, peer, python }));
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
}

function compare({ dataSet, file, seed, work, cli, peer, python }) {
  const { name, target, task } = dataSet;
  const csv = path.join(work, `${name.replaceAll(' ', '-')}-${seed}.csv`);
  execFileSync(python, [peer, 'split', file, target, task, String(seed), csv]);
  const theirs = JSON.parse(
    execFileSync(python, [peer, 'fit', csv, target, task, String(seed)], { encoding: 'utf8' }),
  );
  const start = performance.now();
  const args = [
    'train',
    csv,
    '--target',
    target,
    '--split-column',
    'split',
    '--seed',
    String(seed),
    '--json',
  ];
  const output = execFileSync(process.execPath, [cli, ...args, '--runs-dir', path.join(work, 'runs')], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const seconds = (performance.now() - start) / 1000;
  const ours = JSON.parse(output.trim().split('\n').at(-1));
  const measure = task === 'regression' ? 'rmse' : 'accuracy';
  const [own, baseline] = [ours.test[measure], ours.baseline.test?.[measure] ?? ours.baseline[measure]];
  const isRegression = task === 'regression';
  const isNear = (peer) => (isRegression ? own <= 1.1 * peer : own >= peer - 0.02);
  const beatsBaseline = isRegression ? own < baseline : own > baseline;
  const verdict = beatsBaseline && (isNear(theirs.mlp) || isNear(theirs.linear)) ? 'ok' : 'behind';
  const difference = isRegression
    ? `${(100 * (own / Math.min(theirs.mlp, theirs.linear) - 1)).toFixed(1)} %`
    : (own - Math.max(theirs.mlp, theirs.linear)).toFixed(4);
  const shown = [own, theirs.mlp, theirs.linear, baseline].map((v) =>
    v.toFixed(task === 'regression' ? 1 : 4),
  );
  return [
    name,
    String(seed),
    String(theirs.testRows),
    measure,
    ...shown,
    difference,
    verdict,
    seconds.toFixed(1),
  ];
}
