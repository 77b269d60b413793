// explain-step as a person uses it: on a run of the real training process over a table like a list of passengers.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeCsv } from '../../src/core/data/csvWriter';
import { randomStream } from '../../src/shared/random';
import { explainedStepSchema, type ExplainedStep } from '../../src/shared/schema/explainedStep';
import { runCli, type CliResult } from '../support/cli';

let folder: string;
let runId: string;

const PARTS = ['train', 'validation', 'test', 'train', 'train'];
const TRAIN_ROW = 4;

/** Class, sex, age with holes, fare, port, and who survived. */
function passengers(rows: number): string {
  const stream = randomStream(21, 'passengers');
  return writeCsv(
    ['pclass', 'sex', 'age', 'fare', 'embarked', 'part', 'survived'],
    Array.from({ length: rows }, (_, i) => {
      const pclass = 1 + stream.nextInt(3);
      const sex = stream.nextInt(3) === 0 ? 'female' : 'male';
      const chance = (sex === 'female' ? 0.75 : 0.15) + 0.1 * (2 - pclass);
      return [
        String(pclass),
        sex,
        stream.nextInt(5) === 0 ? '' : (1 + 60 * stream.next()).toFixed(1),
        (8 * (4 - pclass) * (0.5 + stream.next())).toFixed(4),
        ['S', 'C', 'Q'][stream.nextInt(3)]!,
        PARTS[i % PARTS.length]!,
        stream.next() < chance ? '1' : '0',
      ];
    }),
  );
}

const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);
const explain = (row: number, step: number, ...more: string[]): Promise<CliResult> =>
  cli('explain-step', runId, '--row', String(row), '--step', String(step), ...more);
const told = (result: CliResult): ExplainedStep => explainedStepSchema.parse(result.json()[0]);

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-explain-')));
  fs.writeFileSync(path.join(folder, 'passengers.csv'), passengers(200));
  await cli('init', 'passengers.csv', '--target', 'survived', '-o', 'p.experiment.json');
  const file = path.join(folder, 'p.experiment.json');
  const config = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
  config['model'] = {
    layers: [{ type: 'dense', units: 12, l2: 0.001 }, { type: 'dropout' }, { type: 'dense', units: 30 }],
  };
  Object.assign(config['training']!, { epochs: 4, batchSize: 16, classWeights: 'balanced' });
  fs.writeFileSync(file, JSON.stringify(config));
  const trained = await cli('train', 'p.experiment.json', '--json');
  runId = String(trained.json().at(-1)?.['runId']);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('explain-step', () => {
  it('agrees with finite differences before the first update, within the run and after its end', async () => {
    const row = TRAIN_ROW;
    for (const [step, kind] of [
      [1, 'initial'],
      [14, 'replay'],
      [33, 'checkpoint'],
    ] as const) {
      const result = await explain(row, step, '--json');
      expect([step, result.code, result.stderr]).toEqual([step, 0, '']);
      const explained = told(result);
      expect(explained).toMatchObject({ runId, row, step, origin: { kind } });
      expect(explained.differences.passed).toBe(true);
      expect(explained.differences.largest).toBeLessThanOrEqual(1e-4);
      expect(explained.optimizer).toMatchObject({ type: 'adam', updates: step - 1, updated: true });
      const { loss } = explained;
      expect(loss.total).toBeCloseTo(loss.weight * loss.ofRow + loss.penalties, 12);
      expect(loss.weight).not.toBe(1);
      expect(loss.penalties).toBeGreaterThan(0);
    }
  });

  it('trains again to the same loss that the run had told', async () => {
    const { origin } = told(await explain(TRAIN_ROW, 14, '--json'));
    expect(origin).toMatchObject({ kind: 'replay', fromStep: 0, steps: 13 });
    if (origin.kind === 'replay') expect(origin.loss).toBe(origin.loggedLoss);
  });

  it('tells every number with its name; large tensors only with --full', async () => {
    const row = TRAIN_ROW;
    const short = await explain(row, 2);
    for (const words of [
      new RegExp(`^Run ${runId}, data row ${row}, step 2$`, 'm'),
      /this row alone, dropout off/,
      /^ {2}sex +(fe)?male$/m,
      /^ {2}layer0\[11\] +\d/m,
      /^ {2}total +\d\.\d{10,}$/m,
      /^ {2}kernel\[0,0\] +-?\d/m,
      /m before +m after +v before +v after +after$/m,
      /more: --full/,
      /Largest relative difference \d.*: passed/,
    ])
      expect(short.stdout).toMatch(words);
    const full = await explain(row, 2, '--full');
    expect(full.stdout).not.toMatch(/more: --full/);
    expect(full.stdout).toMatch(/^ {2}layer2\[29\] +\d/m);
  });

  it('says in which part a row is that no step is taken on', async () => {
    for (const [row, part] of [
      [2, 'validation'],
      [3, 'test'],
    ] as const) {
      const { code, stdout, stderr } = await explain(row, 1);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`^error\\[cli\\.notTrainRow\\]: Row ${row} .* is a ${part} row`));
    }
    expect((await explain(201, 1)).stderr).toMatch(/^error\[cli\.notTrainRow\]: Row 201 .* no part/);
    expect((await explain(1, 34)).stderr).toMatch(/^error\[cli\.unknownStep\]: .* 32 steps/);
    expect((await explain(0, 1)).code).toBe(2);
  });

  it('refuses a file that is no longer the one it was trained on', async () => {
    const file = path.join(folder, 'passengers.csv');
    const before = fs.readFileSync(file, 'utf8');
    const row = TRAIN_ROW;
    fs.writeFileSync(file, before.replace(/male/, 'female'));
    try {
      fs.appendFileSync(file, '3,male,20,9,S,train,0\n');
      const { code, stderr } = await explain(row, 1);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^error\[run\.dataChanged\]/)]);
    } finally {
      fs.writeFileSync(file, before);
    }
  });
});
