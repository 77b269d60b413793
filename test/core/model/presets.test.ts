// Every named model on a table that mixes numbers, categories, texts and dates: it plans, trains and stays finite.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCsv, type CsvSource } from '../../../src/core/data/csvSource';
import { scaffoldExperiment } from '../../../src/core/experiment/scaffold';
import { applyPreset, presetOf, presetProblem, PRESETS } from '../../../src/core/model/presets';
import { prepareDataset } from '../../../src/core/recipe/prepare';
import { planDataset } from '../../../src/core/train/createEngine';
import { experimentSchema, type Experiment } from '../../../src/shared/schema/experiment';
import { presetNameSchema, type PresetName } from '../../../src/shared/schema/modelPreset';
import type { DatasetProfile } from '../../../src/shared/schema/profile';
import { train } from '../train/support';
import { HOTEL_TASKS, hotels } from './hotels';

let folder: string;
let source: CsvSource;
let profile: DatasetProfile;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-presets-'));
  const file = path.join(folder, 'hotels.csv');
  fs.writeFileSync(file, hotels());
  source = await openCsv(file);
  profile = await source.profile();
});
afterAll(() => {
  source.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function scaffold(target: keyof typeof HOTEL_TASKS = 'again'): Experiment {
  const { experiment } = scaffoldExperiment({
    profile,
    relativePath: 'hotels.csv',
    target,
    task: HOTEL_TASKS[target],
  });
  return experimentSchema.parse(experiment);
}

describe.each(presetNameSchema.options)('%s', (name) => {
  it('trains two epochs with a finite loss', async () => {
    const base = applyPreset(scaffold(), name);
    const experiment = { ...base, training: { ...base.training, epochs: 2 } };
    const { events } = await train(experiment, await prepareDataset(experiment, source), { backend: 'wasm' });
    const losses = events.flatMap((event) =>
      event.type === 'epoch' ? [event.train.loss, event.validation.loss] : [],
    );
    expect(losses).toHaveLength(4);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('says what it is, when it fits and what it costs, each on one line', () => {
    const preset = presetOf(name);
    for (const text of [preset.label(), preset.summary(), preset.fits(), preset.costs()])
      expect(text).toMatch(/^[^\n]{5,120}$/);
  });

  it('leaves target, split, seed, length and the columns as they are', () => {
    const before = scaffold();
    const after = applyPreset(before, name);
    expect(after.data).toEqual(before.data);
    expect(after.split).toEqual(before.split);
    expect(after.features.map(({ column, type }) => [column, type])).toEqual(
      before.features.map(({ column, type }) => [column, type]),
    );
    const { epochs, batchSize, earlyStopping, seed, loss } = before.training;
    expect(after.training).toMatchObject({ epochs, batchSize, earlyStopping, seed, loss });
  });

  it('leaves nothing of the preset before it', () => {
    const first = applyPreset(scaffold(), name);
    for (const other of ['ftTransformer', 'textLstm', 'multiInput'] as const) {
      expect(applyPreset(applyPreset(scaffold(), other), name)).toEqual(first);
    }
  });
});

describe('applyPreset', () => {
  it.each(['stars', 'price'] as const)('plans for every task: %s', async (target) => {
    const dataset = await prepareDataset(scaffold(target), source);
    for (const name of presetNameSchema.options) {
      const plan = planDataset(applyPreset(scaffold(target), name), dataset);
      expect([plan.task, plan.nodes.at(-1)?.shape]).toEqual([
        HOTEL_TASKS[target],
        [target === 'stars' ? 3 : 1],
      ]);
    }
  });

  it('of mlp is what a new config has', () => {
    const { model, training, features } = applyPreset(scaffold(), 'mlp');
    const before = scaffold();
    expect([training, features]).toEqual([before.training, before.features]);
    expect(model.layers).toEqual(before.model.layers);
  });

  it.each(['textConv', 'multiInput'] as const)('%s refuses a table without texts', (name: PresetName) => {
    const experiment = scaffold();
    const features = experiment.features.map((feature) =>
      feature.type === 'text' ? { ...feature, use: false } : feature,
    );
    expect(() => applyPreset({ ...experiment, features }, name)).toThrow(
      /expected a used feature of type text/,
    );
    expect(presetProblem(name, features)).toBeDefined();
    expect(presetProblem(name, experiment.features)).toBeUndefined();
  });

  it('knows every name', () => {
    expect(Object.keys(PRESETS)).toEqual(presetNameSchema.options);
  });
});
