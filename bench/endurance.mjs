// Owns the memory of a long training: a tiny network for a million steps through the real training process, its resident
// memory sampled all along. Flat means: no later sample is more than 5 % above the median of the first tenth after the start.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROWS = 5000;
const BATCH = 4;
const SAMPLE_MS = 1000;

export async function measureEndurance({ root, steps }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-endurance-'));
  try {
    writeInputs(folder, steps);
    const child = spawn(
      process.execPath,
      [path.join(root, 'dist', 'cli.js'), 'train', 'long.experiment.json', '--json'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const samples = await sample(folder, ended);
    print(samples, steps);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function writeInputs(folder, steps) {
  const lines = ['a,b,y'];
  for (let i = 0; i < ROWS; i++) {
    const [a, b] = [(i * 37) % 101, (i * 53) % 89];
    lines.push(`${a},${b},${a > b ? 'yes' : 'no'}`);
  }
  fs.writeFileSync(path.join(folder, 'long.csv'), lines.join('\n'));
  const experiment = {
    name: 'endurance',
    data: { path: 'long.csv', target: { column: 'y', task: 'binary' } },
    features: [
      { column: 'a', type: 'number' },
      { column: 'b', type: 'number' },
    ],
    split: { method: 'random', validation: 0.1, test: 0.1 },
    model: {
      layers: [
        { type: 'dense', units: 8 },
        { type: 'dropout', rate: 0.1 },
      ],
    },
    training: { epochs: Math.ceil(steps / ((0.8 * ROWS) / BATCH)), batchSize: BATCH, earlyStopping: false },
  };
  fs.writeFileSync(path.join(folder, 'long.experiment.json'), JSON.stringify(experiment));
}

async function sample(folder, ended) {
  const runs = path.join(folder, '.modelbench', 'runs');
  const samples = [];
  let over = false;
  void ended.then(() => (over = true));
  while (!over) {
    const [run] = fs.existsSync(runs)
      ? fs.readdirSync(runs).filter((name) => !name.endsWith('.partial'))
      : [];
    const live = run === undefined ? '' : path.join(runs, run, 'live.json');
    const summary = run === undefined ? '' : path.join(runs, run, 'run.json');
    try {
      const { pid } = JSON.parse(fs.readFileSync(live, 'utf8'));
      const { step, phase } = JSON.parse(fs.readFileSync(summary, 'utf8'));
      const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
      if (phase === 'training') samples.push({ step, megabytes: kilobytes / 1024 });
    } catch {
      // Not up yet, or just gone.
    }
    await delay(SAMPLE_MS);
  }
  return samples;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function print(samples, steps) {
  const settled = samples.filter(({ step }) => step > 0.02 * steps);
  const tenth = settled.filter(({ step }) => step <= 0.12 * steps);
  const base = median(tenth.map(({ megabytes }) => megabytes));
  console.log(`steps told: ${settled.at(-1)?.step ?? 0}, samples: ${settled.length}`);
  for (let part = 0; part < 10; part++) {
    const inPart = settled.filter(
      ({ step }) => step > (part / 10) * steps && step <= ((part + 1) / 10) * steps,
    );
    const sizes = inPart.map(({ megabytes }) => megabytes);
    console.log(
      `  ${part * 10}-${part * 10 + 10} %: median ${median(sizes).toFixed(1)} MB, most ${Math.max(...sizes).toFixed(1)} MB`,
    );
  }
  const last = median(settled.slice(-Math.ceil(settled.length / 10)).map(({ megabytes }) => megabytes));
  console.log(
    `first tenth ${base.toFixed(1)} MB, last tenth ${last.toFixed(1)} MB: ${((100 * (last - base)) / base).toFixed(1)} %`,
  );
}
