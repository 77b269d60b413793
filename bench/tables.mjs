// Owns the measure of work on tables: profile and preprocess (fill, standardise, one-hot, split) of a file of 10 million
// rows (1 GB), by our command line and by polars and pandas on the same file, in one run, each in its own process.
// Seconds are of the whole process; memory is the most that was resident.
import { execFileSync, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

const CITIES = [
  'Berlin',
  'Paris',
  'London',
  'Madrid',
  'Rome',
  'Vienna',
  'Oslo',
  'Prague',
  'Lisbon',
  'Dublin',
];
const PLANS = ['standard', 'premium', 'trial'];
const NUMBERS = ['age', 'income', 'score', 'height', 'weight', 'visits'];
const RECIPE = {
  version: 1,
  steps: [
    { step: 'fillMissing', columns: ['age', 'income'], with: 'median' },
    { step: 'fillMissing', columns: ['plan'], with: 'mode' },
    { step: 'standardise', columns: NUMBERS },
    { step: 'oneHot', columns: ['city', 'plan'] },
  ],
};

/** @param python with polars and pandas; without one only ours is measured */
export async function measureTables({ root, python, rows, repeats }) {
  const work = path.join(os.tmpdir(), 'model-bench-tables');
  mkdirSync(work, { recursive: true });
  const csv = path.join(work, `rows-${rows}.csv`);
  if (!existsSync(csv)) await writeRows(csv, rows);
  const recipe = path.join(work, 'bench.recipe.json');
  writeFileSync(recipe, JSON.stringify(RECIPE));
  const output = path.join(work, 'out.parquet');
  const cli = path.join(root, 'dist', 'cli.js');
  if (!existsSync(cli)) execFileSync(process.execPath, [path.join(root, 'esbuild.js')], { cwd: root });
  const peers = path.join(root, 'bench', 'peers', 'tables.py');
  const megabytes = statSync(csv).size / 1e6;
  console.log(
    `${csv}: ${rows} rows, ${megabytes.toFixed(0)} MB; ${os.cpus().length} x ${os.cpus()[0]?.model}`,
  );

  const entrants = [
    {
      name: 'Model Bench',
      profile: [process.execPath, cli, 'profile', csv, '--json'],
      preprocess: [
        ...[process.execPath, cli, 'preprocess', csv, '--recipe', recipe],
        ...['-o', output, '--force', '--json', '--split-column'],
      ],
    },
    ...(python === undefined
      ? []
      : ['polars', 'pandas'].map((name) => ({
          name,
          profile: [python, peers, name, 'profile', csv, output],
          preprocess: [python, peers, name, 'preprocess', csv, output],
        }))),
    ...(python === undefined
      ? []
      : [
          {
            name: 'polars stream',
            preprocess: [python, peers, 'polarsStreaming', 'preprocess', csv, output],
          },
        ]),
  ];
  for (const task of ['profile', 'preprocess']) {
    const best = new Map();
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const entrant of entrants) {
        if (entrant[task] === undefined) continue;
        rmSync(output, { force: true });
        const measured = await run(entrant[task]);
        const before = best.get(entrant.name);
        if (before === undefined || measured.seconds < before.seconds) best.set(entrant.name, measured);
      }
    }
    const ours = best.get('Model Bench');
    for (const [name, { seconds, peakMb }] of best) {
      const rate = `${(megabytes / seconds).toFixed(0)} MB/s`;
      const ratio = name === 'Model Bench' ? '' : `ours is ${(seconds / ours.seconds).toFixed(2)} x as fast`;
      console.log(
        [task.padEnd(11), name.padEnd(13), `${seconds.toFixed(1)} s`.padStart(8), rate.padStart(10)].join(
          ' ',
        ),
        `${peakMb === undefined ? '?' : peakMb.toFixed(0)} MB`.padStart(9),
        ratio,
      );
    }
  }
}

/** The whole process; its peak is read from /proc where there is one. */
function run([program, ...args]) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    let peakMb;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
        if (kilobytes !== undefined) peakMb = Number(kilobytes) / 1024;
      } catch {
        // Ended, or no /proc.
      }
    }, 50);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, peakMb });
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The same rows on every machine: xorshift32 with a fixed seed. */
async function writeRows(file, rows) {
  let state = 12345;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const pick = (list) => list[Math.floor(random() * list.length)];
  const out = createWriteStream(file);
  const write = async (text) => {
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve));
  };
  await write('id,when,age,income,score,height,weight,city,plan,visits,note,churn\n');
  let lines = [];
  for (let i = 0; i < rows; i++) {
    const age = 18 + Math.floor(random() * 70);
    const income = random() < 0.05 ? '' : (20_000 + random() * 80_000).toFixed(2);
    const score = random() + random() + random() - 1.5;
    const when = new Date(1_577_836_800_000 + Math.floor(random() * 1e11)).toISOString().slice(0, 10);
    const churn = score + (age - 50) / 100 + random() * 0.5 > 0.2 ? 'yes' : 'no';
    lines.push(
      [
        ...[i, when, random() < 0.02 ? 'NA' : age, income, score.toFixed(5)],
        ...[(150 + random() * 50).toFixed(1), (50 + random() * 60).toFixed(1), pick(CITIES)],
        ...[random() < 0.03 ? '' : pick(PLANS), Math.floor(random() * 200)],
        ...[`customer ${Math.floor(random() * 1e6)} called twice`, churn],
      ].join(','),
    );
    if (lines.length === 20_000) {
      await write(`${lines.join('\n')}\n`);
      lines = [];
    }
  }
  if (lines.length > 0) await write(`${lines.join('\n')}\n`);
  await new Promise((resolve) => out.end(resolve));
}
