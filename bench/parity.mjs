// Owns the comparison of scores on the very same train, validation and test rows, in one table: our default run, our
// suggested run, our baselines, and scikit-learn's MLP, linear model and boosted trees. "ok": beats the constant, and is
// within 1 % of the better MLP (accuracy 0.01) or better.
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
  { name: 'iris', files: ['iris.csv'], target: 'class', task: 'multiclass' },
  { name: 'wine', files: ['wine.csv'], target: 'class', task: 'multiclass' },
  { name: 'digits', files: ['digits8x8.csv'], target: 'target', task: 'multiclass', seeds: [1] },
  { name: 'pima', files: ['pima2.csv'], target: 'diabetes', task: 'binary' },
  { name: 'storms', files: ['storms.csv'], target: 'status', task: 'multiclass', seeds: [1] },
  { name: 'diabetes', files: ['diabetes.csv'], target: 'target', task: 'regression' },
  { name: 'cars', files: ['cars.csv'], target: 'Miles_per_Gallon', task: 'regression' },
  { name: 'tips', files: ['tips.csv'], target: 'tip', task: 'regression' },
  { name: 'mpg', files: ['mpg_ggplot2.csv'], target: 'cty', task: 'regression' },
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
      ...[
        'data set',
        'seed',
        'test rows',
        'measure',
        'default',
        'suggested',
        'constant',
        'linear',
        'nearest',
        'trees',
      ],
      ...['sklearn MLP', 'linear', 'HGB', 'to MLP', 'verdict', 'seconds'],
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
  const run = (file, more) => trainOnce({ cli, file, more, work });
  const ours = run(csv, ['--target', target, '--split-column', 'split', '--seed', String(seed)]);
  const seconds = (performance.now() - start) / 1000;
  const config = csv.replace(/\.csv$/, '.suggested.experiment.json');
  const asked = ['--target', target, '--split-column', 'split', '-o', config, '--force'];
  execFileSync(process.execPath, [cli, 'suggest', 'model', csv, ...asked], { stdio: 'ignore' });
  const suggested = run(config, ['--seed', String(seed)]);
  const isRegression = task === 'regression';
  const measure = isRegression ? 'rmse' : 'accuracy';
  const scoreOf = (kind) =>
    ours.baselines?.find((baseline) => baseline.kind === kind)?.test?.[measure] ?? NaN;
  const [own, constant] = [ours.test[measure], ours.baseline.test[measure]];
  const isNear = isRegression ? own <= 1.01 * theirs.mlp : own >= theirs.mlp - 0.01;
  const beatsConstant = isRegression ? own < constant : own > constant;
  const difference = isRegression
    ? `${(100 * (own / theirs.mlp - 1)).toFixed(1)} %`
    : (own - theirs.mlp).toFixed(4);
  const shown = [
    ...[
      own,
      suggested.test[measure],
      constant,
      scoreOf('linear'),
      scoreOf('nearest'),
      scoreOf('boostedTrees'),
    ],
    ...[theirs.mlp, theirs.linear, theirs.boosted],
  ].map((v) => v.toFixed(isRegression ? (constant > 100 ? 1 : 3) : 4));
  return [
    ...[name, String(seed), String(theirs.testRows), measure, ...shown],
    ...[difference, beatsConstant && isNear ? 'ok' : 'behind', seconds.toFixed(1)],
  ];
}

/** @returns the summary of the run */
function trainOnce({ cli, file, more, work }) {
  const args = [cli, 'train', file, ...more, '--json', '--runs-dir', path.join(work, 'runs')];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  return JSON.parse(output.trim().split('\n').at(-1));
}
