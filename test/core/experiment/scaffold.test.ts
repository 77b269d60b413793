// The first config for a CSV: a sensible target, a task, types, and a reason for each.
import { describe, expect, it } from 'vitest';
import { scaffoldExperiment, suggestTargets } from '../../../src/core/experiment/scaffold';
import { prepareDataset } from '../../../src/core/recipe/prepare';
import { experimentSchema } from '../../../src/shared/schema/experiment';
import type { DatasetProfile } from '../../../src/shared/schema/profile';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();

async function profileOf(header: string, row: (i: number) => string, rows = 100): Promise<DatasetProfile> {
  const lines = Array.from({ length: rows }, (_, i) => row(i));
  const source = await csv.open(`${header}\n${lines.join('\n')}\n`);
  return source.profile();
}
const options = { relativePath: 'data/pets.csv' };

describe('suggestTargets', () => {
  it('prefers a telling name to the last column', async () => {
    const profile = await profileOf(
      'id,species,weight,color',
      (i) => `${i + 1},${'ab'[i % 2]},${i / 7},${'xyz'[i % 3]}`,
    );
    expect(suggestTargets(profile).map(({ column, task }) => [column, task])).toEqual([
      ['species', 'binary'],
      ['color', 'multiclass'],
      ['weight', 'regression'],
    ]);
    expect(suggestTargets(profile)[0]?.reason).toBe('Its name says so, two different values');
  });

  it('never offers a column with one value or a value per row', async () => {
    const profile = await profileOf('a,b,c', (i) => `same,${i / 3},u${i}`);
    expect(suggestTargets(profile).map(({ column }) => column)).toEqual(['b']);
  });
});

describe('scaffoldExperiment', () => {
  it('guesses types, task and split, each with its reason', async () => {
    const profile = await profileOf(
      'id,size,color,note,seen,outcome',
      (i) =>
        `${i + 1},${i / 7},${'xyz'[i % 3]},it was day ${i} for all,2020-01-${String((i % 28) + 1).padStart(2, '0')},${i % 4 ? 'no' : 'yes'}`,
    );
    const { experiment, text } = scaffoldExperiment({ profile, target: 'outcome', ...options });
    const parsed = experimentSchema.parse(JSON.parse(text));
    expect(parsed).toEqual(experimentSchema.parse(experiment));
    expect(parsed.data).toMatchObject({
      path: 'data/pets.csv',
      target: { column: 'outcome', task: 'binary' },
    });
    expect(parsed.features.map(({ column, type }) => [column, type])).toEqual([
      ['id', 'id'],
      ['size', 'number'],
      ['color', 'category'],
      ['note', 'text'],
      ['seen', 'datetime'],
    ]);
    expect(parsed.features.every(({ description = '' }) => description !== '')).toBe(true);
    expect(parsed.split).toMatchObject({ method: 'stratified', validation: 0.15, test: 0.15, seed: 1 });
    expect(parsed.model.layers).toMatchObject([
      { type: 'dense', units: 128, activation: 'relu' },
      { type: 'dense', units: 64, activation: 'relu' },
    ]);
    expect(parsed.training).toMatchObject({ batchSize: 32, epochs: 200, seed: 1 });
  });

  it('takes whole numbers of few values for classes and many for an amount', async () => {
    const profile = await profileOf('a,digit,price', (i) => `${i / 3},${i % 10},${i * 3}`);
    const taskOf = (target: string): string =>
      scaffoldExperiment({ profile, target, ...options }).experiment.data.target.task;
    expect(taskOf('digit')).toBe('multiclass');
    expect(taskOf('price')).toBe('regression');
    const regression = scaffoldExperiment({
      profile,
      target: 'digit',
      task: 'regression',
      seed: 7,
      ...options,
    });
    expect(regression.experiment.data.target.task).toBe('regression');
    expect(regression.experiment.split).toMatchObject({ method: 'random', seed: 7 });
  });

  it('finds a column that says the split, and takes one that is named', async () => {
    const profile = await profileOf(
      'a,fold,y',
      (i) => `${i / 3},${i % 5 ? 'Train' : 'test'},${i % 2 ? 'p' : 'q'}`,
    );
    const { experiment } = scaffoldExperiment({ profile, target: 'y', ...options });
    expect(experiment.split).toMatchObject({ method: 'column', column: 'fold' });
    expect(experiment.features.map(({ column }) => column)).toEqual(['a']);
    expect(() => scaffoldExperiment({ profile, target: 'y', splitColumn: 'flod', ...options })).toThrow(
      'Did you mean "fold"?',
    );
  });

  it('makes a config that prepares, also for columns called __proto__', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 3 ? 'dog' : 'cat'},${i % 11},${i % 4}`);
    const source = await csv.open(`__proto__,constructor,toString\n${rows.join('\n')}\n`);
    const profile = await source.profile();
    const { experiment } = scaffoldExperiment({ profile, target: '__proto__', ...options });
    const data = await prepareDataset(experimentSchema.parse(experiment), source);
    expect([data.features, data.train.rows]).toEqual([2, 42]);
  });

  it('keeps a column that is not to be learnt from, and says why', async () => {
    const profile = await profileOf('key,a,y', (i) => `k${i},${i / 7},${'yn'[i % 2]}`);
    const { experiment } = scaffoldExperiment({ ...options, profile, target: 'y', ignored: ['a', 'key'] });
    expect(experiment.features).toEqual([
      expect.objectContaining({ column: 'key', type: 'id' }),
      expect.objectContaining({
        column: 'a',
        use: false,
        description: expect.stringContaining('Kept in the table') as string,
      }),
    ]);
  });

  it('refuses what cannot be a target', async () => {
    const profile = await profileOf('a,one,none,key', (i) => `${i / 3},same,NA,u${i}`);
    const code = (target: string): unknown => {
      try {
        return scaffoldExperiment({ profile, target, ...options });
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(['one', 'none', 'key', 'kye'].map(code)).toEqual([
      'target.singleValue',
      'target.allMissing',
      'target.tooManyClasses',
      'target.unknown',
    ]);
    const single = await profileOf('a', (i) => `x${i}`);
    expect(() => scaffoldExperiment({ profile: single, target: 'a', ...options })).toThrow(
      expect.objectContaining({ code: 'data.oneColumn' }),
    );
  });

  it('warns of few rows and rare classes', async () => {
    const profile = await profileOf('a,y', (i) => `${i / 3},${i === 0 || i === 1 ? 'rare' : 'common'}`, 40);
    const { issues } = scaffoldExperiment({ profile, target: 'y', ...options });
    expect(issues.map(({ code }) => code)).toEqual(['data.fewRows', 'target.rareClass']);
  });
});
