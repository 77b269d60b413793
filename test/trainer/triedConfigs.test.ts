import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSummary } from '../../src/core/runs/summarise';
import { stringifyJson } from '../../src/shared/numbers';
import { experimentSchema, type Experiment } from '../../src/shared/schema/experiment';
import type { RunSummary } from '../../src/shared/schema/run';
import { triedConfigs } from '../../src/trainer/triedConfigs';

let root: string;
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-tried-'))));
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const DATA = '/data/a.csv';

function experimentOf(changes: Record<string, unknown> = {}, column = 'y'): Experiment {
  return experimentSchema.parse({
    name: 'x',
    data: { path: 'a.csv', target: { column, task: 'binary' } },
    features: [{ column: 'a', type: 'number' }],
    split: { method: 'random', seed: 3 },
    model: { layers: [] },
    training: {},
    ...changes,
  });
}

function put(
  name: string,
  experiment: Experiment,
  { dataPath = DATA, ...more }: Partial<RunSummary> = {},
): string {
  const folder = path.join(root, name);
  fs.mkdirSync(folder);
  const summary = newSummary({ runId: name, experiment, experimentPath: undefined, dataPath, nowMs: 0 });
  fs.writeFileSync(path.join(folder, 'run.json'), stringifyJson({ ...summary, ...more }));
  fs.writeFileSync(path.join(folder, 'experiment.json'), stringifyJson(experiment));
  return folder;
}

const SCORED = { validation: { accuracy: 0.5 }, test: { accuracy: 0.5 } };
const VALIDATED = { validation: { accuracy: 0.5 } };

async function triedBeside(): Promise<{ configs: number; testLooks: number }> {
  const experiment = experimentOf();
  return triedConfigs({ folder: put('own', experiment), dataPath: DATA, experiment });
}

describe('how often held-out rows were looked at', () => {
  it('is once for a run alone', async () => {
    expect(await triedBeside()).toEqual({ configs: 1, testLooks: 1 });
  });

  it('counts each other config of the same file, target and split once, sealed tests apart', async () => {
    put('other', experimentOf({ training: { seed: 2 } }), SCORED);
    put('again', experimentOf({ training: { seed: 2 } }), SCORED);
    put('sealed', experimentOf({ training: { seed: 4 } }), VALIDATED);
    put('unscored', experimentOf({ training: { seed: 5 } }));
    put('same as own', experimentOf({ description: 'the same' }), SCORED);
    expect(await triedBeside()).toEqual({ configs: 3, testLooks: 2 });
  });

  it('takes no account of other rows', async () => {
    put('other file', experimentOf({ training: { seed: 2 } }), { ...SCORED, dataPath: '/data/b.csv' });
    put('other target', experimentOf({}, 'z'), SCORED);
    put('other split', experimentOf({ split: { method: 'random', seed: 4 } }), SCORED);
    fs.mkdirSync(path.join(root, 'empty'));
    fs.writeFileSync(path.join(root, 'a file'), '');
    expect(await triedBeside()).toEqual({ configs: 1, testLooks: 1 });
  });

  it('knows that folds of one kind share their test rows, not their validation rows', async () => {
    const fold = (n: number): Experiment => experimentOf({ split: { method: 'kFold', fold: n } });
    put('second', fold(2), SCORED);
    const tried = await triedConfigs({ folder: put('first', fold(1)), dataPath: DATA, experiment: fold(1) });
    expect(tried).toEqual({ configs: 1, testLooks: 2 });
  });
});
