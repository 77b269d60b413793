// The command line as a person or a script uses it: what it prints, writes and returns.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseRecords } from '../../src/core/data/csvText';
import { writeCsv } from '../../src/core/data/csvWriter';
import { isAlive } from '../../src/core/process/processIdentity';
import { datasetProfileSchema } from '../../src/shared/schema/profile';
import { experimentSchema } from '../../src/shared/schema/experiment';
import { runSummarySchema } from '../../src/shared/schema/run';
import { REPO, runCli, type CliResult } from '../support/cli';

const CLI = path.join(REPO, 'dist', 'cli.js');
const PENGUINS = path.join(REPO, 'examples', 'penguins.csv');
let folder: string;
let trained: CliResult;
let runId: string;

/** A table whose price follows from two columns, one of them with cells that need quotes. */
const HOUSES = writeCsv(
  ['kind', 'area', 'price'],
  Array.from({ length: 60 }, (_, i) => {
    const kind = ['flat, "new"', 'flat, old', 'two\nfloors'][i % 3]!;
    return [
      i === 7 ? 'NA' : kind,
      String(30 + ((i * 17) % 60)),
      String(100 * (i % 3) + 3 * (30 + ((i * 17) % 60))),
    ];
  }),
);

const at = (...names: string[]): string => path.join(folder, ...names);
const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);
const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
const records = (name: string): string[][] =>
  parseRecords(read(name), { delimiter: ',', quote: '"', escape: '"' }, Infinity).records;

// Processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-cli-')));
  fs.copyFileSync(PENGUINS, at('penguins.csv'));
  fs.writeFileSync(at('houses.csv'), HOUSES);
  trained = await cli(
    'train',
    'penguins.csv',
    '--target',
    'Species',
    '--epochs',
    '8',
    '--seed',
    '1',
    '--json',
  );
  runId = String(trained.json().at(-1)?.['runId']);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('train', () => {
  it('prints JSON lines alone, the last with run, scores and baseline', () => {
    expect(trained.stderr).toBe('');
    expect(trained.code).toBe(0);
    const lines = trained.json();
    expect(lines.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['started', 'backend', 'data', 'model', 'epoch']),
    );
    expect(lines.filter(({ event }) => event === 'finished')).toHaveLength(1);
    const last = lines.at(-1) as {
      test: { accuracy: number; loss: number };
      baseline: { kind: string; accuracy: number };
    };
    expect(last).toMatchObject({ event: 'finished', state: 'completed', epoch: 8, endReason: 'allEpochs' });
    expect(last.test.accuracy).toBeGreaterThan(last.baseline.accuracy + 0.2);
    expect(last.baseline.kind).toBe('majority');
    expect(fs.existsSync(at('.modelbench', 'runs', runId, 'run.json'))).toBe(true);
  });

  it('gives the same metrics to the last bit for the same seed, others for another', async () => {
    const again = (seed: string): Promise<CliResult> =>
      cli(
        'train',
        'penguins.csv',
        '--target',
        'Species',
        '--epochs',
        '8',
        '--seed',
        seed,
        '--json',
        '--runs-dir',
        'same',
      );
    const metrics = (result: CliResult): unknown =>
      result
        .json()
        .filter(({ event }) => event === 'epoch' || event === 'evaluation')
        .map(({ train, validation, test, step, baseline }) => ({ train, validation, test, step, baseline }));
    const [same, other] = [await again('1'), await again('2')];
    expect(metrics(same)).toHaveLength(9);
    expect(metrics(same)).toEqual(metrics(trained));
    expect(metrics(other)).not.toEqual(metrics(trained));
    expect(fs.readdirSync(at('same'))).toHaveLength(2);
  });

  it('tells people the backend with its reason, rows, score and folder', async () => {
    fs.mkdirSync(at('deep'));
    const made = await cli('init', 'houses.csv', '--target', 'price', '-o', 'deep/h.experiment.json');
    expect(made.code).toBe(0);
    const result = await cli('train', 'deep/h.experiment.json', '--epochs', '3', '--runs-dir', 'houses-runs');
    expect(result.code).toBe(0);
    for (const words of [
      /^ {2}cpu .*\w/m,
      /42 train, 9 validation, 9 test rows/,
      /parameters, loss meanSquaredError/,
      /^Test rmse of "price": \d/m,
      /baseline mean: /,
      /^Run folder: .*houses-runs/m,
    ])
      expect(result.stdout).toMatch(words);
    expect(result.stdout).not.toContain('\u001b');
    expect(fs.readdirSync(at('deep'))).toEqual(['h.experiment.json']);
    const [run] = fs.readdirSync(at('houses-runs'));
    expect(runSummarySchema.parse(JSON.parse(read(`houses-runs/${run}/run.json`)))).toMatchObject({
      experimentPath: at('deep', 'h.experiment.json'),
      dataPath: at('houses.csv'),
      seed: 1,
      epochs: 3,
    });
  });

  it('splits by a column that says how, and never learns from it', async () => {
    const parts = ['train', 'train', 'val', 'test'];
    const rows = Array.from({ length: 40 }, (_, i) => [
      String(i % 7),
      parts[i % 4]!,
      i % 2 === 0 ? 'a' : 'b',
    ]);
    fs.writeFileSync(at('parts.csv'), writeCsv(['x', 'fold', 'y'], rows));
    const args = [
      '--target',
      'y',
      '--split-column',
      'fold',
      '--epochs',
      '1',
      '--json',
      '--runs-dir',
      'parts-runs',
    ];
    const result = await cli('train', 'parts.csv', ...args);
    expect(result.json().find(({ event }) => event === 'data')).toMatchObject({
      rows: { train: 20, validation: 10, test: 10 },
    });
    const [run] = fs.readdirSync(at('parts-runs'));
    const { features, split } = experimentSchema.parse(JSON.parse(read(`parts-runs/${run}/experiment.json`)));
    expect(split).toMatchObject({ method: 'column', column: 'fold' });
    expect(features.map(({ column }) => column)).toEqual(['x']);
  });

  it('writes nothing when the split column says something else', async () => {
    const result = await cli(
      'train',
      'houses.csv',
      '--target',
      'price',
      '--split-column',
      'kind',
      '--runs-dir',
      'never',
    );
    expect(result.stderr).toContain('error[split.unknownValue]: ');
    expect(result.code).toBe(2);
    expect(fs.existsSync(at('never'))).toBe(false);
  });

  it('does not go on elsewhere when a backend that was asked for is not there', async () => {
    const args = [
      '--target',
      'Species',
      '--epochs',
      '1',
      '--backend',
      'cuda',
      '--json',
      '--runs-dir',
      'cuda-runs',
    ];
    const result = await cli('train', 'penguins.csv', ...args);
    // Where CUDA is there, it is used.
    if (result.code === 0) {
      expect(result.json().at(-1)).toMatchObject({ backend: 'cuda' });
      return;
    }
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^error\[backend\.unavailable\]: .*cuda.*\n$/);
    expect(result.json().at(-1)).toMatchObject({
      event: 'finished',
      state: 'failed',
      error: { code: 'backend.unavailable' },
    });
  });

  describe.skipIf(process.platform === 'win32')('by a signal', () => {
    async function start(
      name: string,
    ): Promise<{ child: ChildProcess; out: () => string; err: () => string }> {
      const config = experimentSchema.parse(JSON.parse(read(`.modelbench/runs/${runId}/experiment.json`)));
      const training = { ...config.training, epochs: 1_000_000, earlyStopping: false };
      fs.writeFileSync(at(`${name}.experiment.json`), JSON.stringify({ ...config, training }));
      const args = ['train', `${name}.experiment.json`, '--json', '--runs-dir', name];
      const child = spawn(process.execPath, [CLI, ...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (data) => (out += String(data)));
      child.stderr.on('data', (data) => (err += String(data)));
      while (!out.includes('"event":"epoch"')) await new Promise((resolve) => setTimeout(resolve, 10));
      return { child, out: () => out, err: () => err };
    }
    const last = (text: string): Record<string, unknown> =>
      JSON.parse(text.trim().split('\n').at(-1)!) as Record<string, unknown>;
    const pidOf = (text: string): number =>
      (JSON.parse(text.slice(0, text.indexOf('\n'))) as { pid: number }).pid;

    it('stops after its batch, scores and is no failure', async () => {
      const { child, out, err } = await start('int');
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(0);
      expect(last(out())).toMatchObject({ event: 'finished', state: 'stopped', endReason: 'stopped' });
      expect((last(out())['test'] as { accuracy: number }).accuracy).toBeGreaterThan(0);
      expect(err()).toContain('press Ctrl-C again');
      expect(isAlive(pidOf(out()))).toBe(false);
    });

    it('ends like so when the reader of its output goes away', async () => {
      const { child, out, err } = await start('pipe');
      child.stdout!.destroy();
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(0);
      expect(err()).not.toContain('EPIPE');
      const [run] = fs.readdirSync(at('pipe'));
      expect(JSON.parse(read(`pipe/${run}/run.json`))).toMatchObject({ state: 'stopped' });
      expect(isAlive(pidOf(out()))).toBe(false);
    });
  });
});

describe('init', () => {
  it('writes a config beside the CSV that names it by a relative path, and never over another', async () => {
    fs.mkdirSync(at('in', 'data'), { recursive: true });
    fs.copyFileSync(PENGUINS, at('in', 'data', 'p.csv'));
    const first = await cli('init', 'in/data/p.csv', '--target', 'Species');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const file = at('in', 'data', 'p.experiment.json');
    expect(first.stdout.trim().split('\n').at(-1)).toBe(file);
    const text = fs.readFileSync(file, 'utf8');
    const config = experimentSchema.parse(JSON.parse(text));
    expect(config.data).toMatchObject({ path: 'p.csv', target: { column: 'Species', task: 'multiclass' } });

    fs.writeFileSync(file, 'mine');
    const second = await cli('init', 'in/data/p.csv', '--target', 'Species');
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/^error\[cli\.fileExists\]: .*--force.*\n$/);
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
    expect((await cli('init', 'in/data/p.csv', '--target', 'Species', '--force')).code).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });

  it('writes where -o says, with the way back to the data', async () => {
    fs.mkdirSync(at('configs'));
    expect(
      (await cli('init', 'penguins.csv', '--target', 'Sex', '-o', 'configs/s.experiment.json')).code,
    ).toBe(0);
    const config = experimentSchema.parse(JSON.parse(read('configs/s.experiment.json')));
    expect(config.data.path).toBe('../penguins.csv');
    const nowhere = await cli('init', 'penguins.csv', '--target', 'Sex', '-o', 'no/such/folder.json');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toMatch(/^error\[cli\.output\]: .*folder\.json.*\n$/);
  });
});

describe('how a file is to be read', () => {
  const READ = ['--delimiter', '|', '--decimal', ',', '--encoding', 'iso-8859-1', '--missing', '-9'];
  const chosen = { delimiter: '|', decimal: ',', encoding: 'iso-8859-1', missing: ['-9'] };

  beforeAll(() => {
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${i % 7},5|${i % 5 === 0 ? -9 : i}|${i % 2 ? 'é' : 'ö'}`,
    );
    fs.writeFileSync(at('eu.csv'), Buffer.from(['a|b|y', ...rows].join('\n'), 'latin1'));
  });

  it('is written down by init, and what was not said is not', async () => {
    expect((await cli('init', 'eu.csv', '--target', 'y', ...READ)).code).toBe(0);
    const { data, features } = z
      .object({ data: z.object({ reading: z.unknown() }), features: z.array(z.object({ type: z.string() })) })
      .parse(JSON.parse(read('eu.experiment.json')));
    expect(data.reading).toEqual(chosen);
    expect(features.map(({ type }) => type)).toEqual(['number', 'number']);
  });

  it('goes from train into the config of the run, and is not taken beside a config', async () => {
    const args = ['--target', 'y', '--epochs', '1', '--runs-dir', 'eu-runs', '--json'];
    const run = await cli('train', 'eu.csv', ...args, ...READ);
    expect(run.code).toBe(0);
    const id = String(run.json().at(-1)?.['runId']);
    const config = experimentSchema.parse(JSON.parse(read(path.join('eu-runs', id, 'experiment.json'))));
    expect(config.data.reading).toMatchObject(chosen);
    const refused = await cli('train', 'eu.experiment.json', '--decimal', '.');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('error[cli.options]') as string,
    });
  });
});

describe('profile', () => {
  it('as JSON is the profile the editor sees', async () => {
    const [line, ...more] = (await cli('profile', 'penguins.csv', '--json')).json();
    expect(more).toEqual([]);
    const profile = datasetProfileSchema.parse(line);
    expect(profile).toMatchObject({ path: at('penguins.csv'), rows: 344 });
    expect(profile.columns.map(({ name, type, missing }) => [name, type, missing])).toEqual([
      ['Species', 'category', 0],
      ['Island', 'category', 0],
      ['Beak Length (mm)', 'number', 2],
      ['Beak Depth (mm)', 'number', 2],
      ['Flipper Length (mm)', 'number', 2],
      ['Body Mass (g)', 'number', 2],
      ['Sex', 'category', 11],
    ]);
  });

  it('for people is a line per column', async () => {
    const { stdout, code } = await cli('profile', 'penguins.csv');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/penguins\.csv: 344 rows, 7 columns, /);
    expect(stdout).toMatch(
      /^Body Mass \(g\) +number +2 \(0\.5814 %\) +\d+ +2700 to 6300, mean 4202, median 4050$/m,
    );
    expect(stdout).toMatch(/^Species +category +- +3 +Adelie 152, /m);
  });
});

describe('runs', () => {
  it('are listed and shown, for people and as JSON', async () => {
    const listed = await cli('runs', 'list');
    expect(listed.stdout).toMatch(
      new RegExp(`^${runId} +completed +8/8 +accuracy [\\d.]+% \\(test\\)$`, 'm'),
    );
    const [json] = (await cli('runs', 'list', '--json')).json();
    expect(json).toMatchObject({
      event: 'run',
      runId,
      state: 'completed',
      folder: at('.modelbench', 'runs', runId),
    });

    const shown = await cli('runs', 'show', runId);
    for (const words of [
      /^state +completed \(allEpochs\)$/m,
      /^target +Species \(multiclass\)$/m,
      /^test +.*accuracy/m,
      /^baseline +majority: /m,
    ])
      expect(shown.stdout).toMatch(words);
    const [summary] = (await cli('runs', 'show', path.join('.modelbench', 'runs', runId), '--json')).json();
    expect(runSummarySchema.parse(summary)).toMatchObject({ runId, state: 'completed' });
  });

  it('that are broken are listed with the reason', async () => {
    const id = '20200101-000000-old-abcdef';
    fs.mkdirSync(at('broken', id), { recursive: true });
    const { stdout } = await cli('runs', 'list', '--runs-dir', 'broken');
    expect(stdout).toContain(id);
    expect(stdout).toContain('run.json');
    expect((await cli('runs', 'list', '--json', '--runs-dir', 'broken')).json()).toMatchObject([
      { event: 'brokenRun' },
    ]);
  });

  it('that are not there are bad input, with the nearest', async () => {
    const near = await cli('runs', 'show', `${runId.slice(0, -1)}x`);
    expect(near.code).toBe(2);
    expect(near.stderr).toMatch(new RegExp(`^error\\[cli\\.unknownRun\\]: .*Did you mean "${runId}"`));
    const none = await cli('predict', 'nonsense', 'penguins.csv', '-o', 'x.csv');
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^error\[cli\.unknownRun\]: No run "nonsense"/);
    expect((await cli('runs', 'list', '--runs-dir', 'none-yet')).stdout).toContain('No runs in');
    expect(fs.existsSync(at('none-yet'))).toBe(false);
  });
});

describe('predict', () => {
  it('tells of cells that are no numbers, with their line', async () => {
    const [header, first, ...rest] = read('penguins.csv').split('\n');
    const at4 = [...rest[0]!.split(',').slice(0, 2), 'wide', ...rest[0]!.split(',').slice(3)].join(',');
    fs.writeFileSync(at('odd.csv'), [header, first, at4, ...rest.slice(1)].join('\n'));
    const done = await cli('predict', runId, 'odd.csv', '-o', 'odd-out.csv');
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('Column "Beak Length (mm)": line 3 has "wide"; expected a number.');
  });

  it('writes CSV under no other name', async () => {
    const done = await cli('predict', runId, 'penguins.csv', '-o', 'out.parquet');
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('error[cli.output]') as string });
    expect(fs.existsSync(at('out.parquet'))).toBe(false);
  });

  it('writes the CSV as it was with class and probabilities behind, and never over another file', async () => {
    const done = await cli('predict', runId, 'penguins.csv', '-o', 'out.csv', '--json');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.json()).toEqual([{ event: 'predicted', rows: 344, output: at('out.csv') }]);
    const [before, after] = [records('penguins.csv'), records('out.csv')];
    const width = before[0]!.length;
    expect(after.map((row) => row.slice(0, width))).toEqual(before);
    const classes = ['Adelie', 'Chinstrap', 'Gentoo'];
    expect(new Set(after[0]!.slice(width))).toEqual(
      new Set(['Species_predicted', ...classes.map((name) => `Species_probability_${name}`)]),
    );
    let right = 0;
    for (const row of after.slice(1)) {
      const probabilities = row.slice(width + 1).map(Number);
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
      const best = after[0]![width + 1 + probabilities.indexOf(Math.max(...probabilities))];
      expect(best).toBe(`Species_probability_${row[width]}`);
      if (row[width] === row[0]) right++;
    }
    expect(right / 344).toBeGreaterThan(0.9);

    const again = await cli('predict', runId, 'penguins.csv', '-o', 'out.csv');
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/^error\[cli\.fileExists\]: /);
    const self = await cli('predict', runId, 'penguins.csv', '-o', 'penguins.csv', '--force');
    expect(self.code).toBe(2);
    expect(self.stderr).toMatch(/^error\[cli\.output\]: /);
    expect(read('penguins.csv')).toBe(fs.readFileSync(PENGUINS, 'utf8'));
  });

  it('says which column is missing, and what it may be called', async () => {
    fs.writeFileSync(at('less.csv'), read('penguins.csv').replace('Island', 'Iland'));
    const result = await cli('predict', runId, 'less.csv', '-o', 'less-out.csv');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^error\[predict\.missingColumn\]: .*"Island".*Did you mean "Iland"/);
    expect(fs.existsSync(at('less-out.csv'))).toBe(false);
  });

  it('needs no target, keeps quoted cells and missing ones as they were, and predicts numbers', async () => {
    const args = ['--target', 'price', '--epochs', '20', '--json', '--runs-dir', 'price-runs'];
    const fit = await cli('train', 'houses.csv', ...args);
    const rows = records('houses.csv');
    fs.writeFileSync(
      at('new.csv'),
      writeCsv(
        ['price_predicted', ...rows[0]!.slice(0, 2)],
        rows.slice(1).map((row) => ['x', ...row.slice(0, 2)]),
      ),
    );
    const run = path.join('price-runs', String(fit.json().at(-1)?.['runId']));
    const done = await cli('predict', run, 'new.csv', '-o', 'priced.csv');
    expect(done).toMatchObject({ code: 0 });
    const priced = records('priced.csv');
    expect(priced.map((row) => row.slice(0, 3))).toEqual(records('new.csv'));
    expect(priced[0]!.slice(3)).toEqual(['price_predicted_2']);
    expect(priced[8]![1]).toBe('NA');
    const errors = priced.slice(1).map((row, i) => Math.abs(Number(row[3]) - Number(rows[i + 1]![2])));
    // The mean alone is off by 80.
    expect(errors.reduce((sum, e) => sum + e, 0) / errors.length).toBeLessThan(60);
  });
});

describe('doctor', () => {
  it('tells the machine, the reader and every backend with its reason', async () => {
    const { code, stdout } = await cli('doctor', '--json');
    expect(code).toBe(0);
    const [report] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(report).toMatchObject({ event: 'doctor', node: process.version, duckdb: { ok: true } });
    const rungs = report!['rungs'] as { backend: string; state: string; reason: string }[];
    expect(rungs.map(({ backend }) => backend)).toEqual(['cuda', 'native', 'wasm', 'cpu']);
    expect(rungs.filter(({ state }) => state === 'chosen').map(({ backend }) => backend)).toEqual([
      report!['backend'],
    ]);
    for (const { reason } of rungs) expect(reason).not.toBe('');
  });
});

describe('usage', () => {
  it('prints help and version, and refuses what it does not know', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    const help = await cli('--help');
    expect(help.code).toBe(0);
    for (const command of ['profile', 'init', 'train', 'predict', 'runs', 'doctor'])
      expect(help.stdout).toContain(`  ${command}`);
    expect(await cli('train', 'x.csv', '--backend', 'gpu')).toMatchObject({ code: 2 });
  });

  it('shows a stack only when asked', async () => {
    expect((await cli('profile', 'none.csv')).stderr.trim().split('\n')).toHaveLength(1);
    expect((await cli('--verbose', 'profile', 'none.csv')).stderr).toContain('    at ');
  });
});
