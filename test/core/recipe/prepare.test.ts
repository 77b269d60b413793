// From a CSV and a config to encoded rows: nothing leaks, nothing is misaligned, every refusal says why.
import { describe, expect, it } from 'vitest';
import { encodedWidths, prepareDataset } from '../../../src/core/recipe/prepare';
import {
  experimentSchema,
  type Experiment,
  type ExperimentInput,
} from '../../../src/shared/schema/experiment';
import { fittedRecipeSchema } from '../../../src/shared/schema/recipe';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();
const HEADER = 'num,cat,flag,when,note,part,amount,kind,yes';
const FEATURES: ExperimentInput['features'] = [
  { column: 'num', type: 'number' },
  { column: 'cat', type: 'category', maxCategories: 3 },
  { column: 'flag', type: 'boolean' },
  { column: 'when', type: 'datetime' },
  { column: 'note', type: 'text' },
];

function experiment(
  target: ExperimentInput['data']['target'],
  options: Partial<ExperimentInput> = {},
): Experiment {
  return experimentSchema.parse({
    name: 'test',
    data: { path: 'x.csv', target },
    features: FEATURES,
    split: { method: 'column', column: 'part' },
    model: { layers: [] },
    training: {},
    ...options,
  });
}

const PARTS = ['train', 'train', 'validation', 'train', 'test', 'train'];
const KINDS = ['a', 'b', 'c'];

function row(i: number): string[] {
  return [
    i % 7 === 3 ? 'NA' : `${(i * 37) % 11}.5`,
    i % 5 === 2 ? '' : ['red', 'green', 'blue', 'grey', 'pink'][(i * i) % 5]!,
    i % 9 === 4 ? '' : i % 2 ? 'yes' : 'no',
    `2020-0${(i % 9) + 1}-1${i % 8} 0${i % 9}:00`,
    `word${i % 4} and term${i % 6}`,
    PARTS[i % PARTS.length]!,
    `${(i * 13) % 17}`,
    KINDS[(i * 5 + Math.floor(i / 6)) % 3]!,
    (i + Math.floor(i / 6)) % 2 ? 'true' : 'false',
  ];
}

/** Other values of every kind for a row that is not train: far numbers, new words, more missing. */
function perturbed(cells: readonly string[], i: number): string[] {
  return [
    i % 2 ? '1e9' : '',
    i % 3 ? 'purple' : '',
    i % 2 ? '' : 'yes',
    i % 2 ? '1850-12-31 23:59' : '',
    'entirely new vocabulary and and word0',
    cells[5]!,
    `${i * 1e6}`,
    KINDS[i % 3]!,
    i % 2 ? 'true' : 'false',
  ];
}

const ROWS = Array.from({ length: 60 }, (_, i) => row(i));
const text = (rows: readonly (readonly string[])[]): string =>
  `${HEADER}\n${rows.map((cells) => cells.join(',')).join('\n')}\n`;

describe('prepareDataset', () => {
  it.each([
    { column: 'amount', task: 'regression' as const },
    { column: 'kind', task: 'multiclass' as const },
    { column: 'yes', task: 'binary' as const },
  ])('fits nothing on validation or test rows ($task)', async (target) => {
    const config = experiment(target);
    const before = await prepareDataset(config, await csv.open(text(ROWS)));
    const changed = ROWS.map((cells, i) => (cells[5] === 'train' ? cells : perturbed(cells, i)));
    const after = await prepareDataset(config, await csv.open(text(changed)));
    // Bit for bit: every statistic, vocabulary, fill, class and the encoded train rows.
    expect(after.recipe).toStrictEqual(before.recipe);
    expect(JSON.stringify(after.recipe)).toBe(JSON.stringify(before.recipe));
    expect(after.train).toStrictEqual(before.train);
    // And the change did reach the other rows.
    expect(after.validation.x).not.toEqual(before.validation.x);
    expect(after.test.x).not.toEqual(before.test.x);
    expect(before.recipe.encoders.map(({ type }) => type)).toEqual([
      'number',
      'category',
      'boolean',
      'datetime',
      'text',
    ]);
  });

  it.each([
    { column: 'amount', task: 'regression' as const, method: 'random' as const },
    { column: 'kind', task: 'multiclass' as const, method: 'stratified' as const },
    { column: 'yes', task: 'binary' as const, method: 'stratified' as const },
  ])('fits nothing on validation or test rows of a seeded split ($task)', async ({ method, ...target }) => {
    const config = experiment(target, { split: { method, seed: 5 } });
    const before = await prepareDataset(config, await csv.open(text(ROWS)));
    const isTrain = new Set(before.train.sourceRows);
    // A stratified split depends on the classes, so the target of classes stays.
    const changed = ROWS.map((cells, i) => {
      if (isTrain.has(i)) return cells;
      const other = perturbed(cells, i);
      return method === 'random' ? other : [...other.slice(0, 7), ...cells.slice(7)];
    });
    const after = await prepareDataset(config, await csv.open(text(changed)));
    expect(JSON.stringify(after.recipe)).toBe(JSON.stringify(before.recipe));
    expect(after.train).toStrictEqual(before.train);
  });

  it('keeps features, target and source row together', async () => {
    // x and y are functions of the row: any misalignment shows. Rows without target are spread among them.
    const rows = Array.from({ length: 200 }, (_, i) => `${i},${i % 9 === 0 ? 'NA' : i * 2 + 1}`);
    const config = experiment(
      { column: 'y', task: 'regression' },
      { features: [{ column: 'x', type: 'number', scale: 'none' }], split: { method: 'random', seed: 3 } },
    );
    const data = await prepareDataset(config, await csv.open(`x,y\n${rows.join('\n')}\n`));
    expect(data.droppedRows).toBe(23);
    expect(data.issues).toMatchObject([{ code: 'target.missing', count: 23 }]);
    expect(data.train.rows + data.validation.rows + data.test.rows).toBe(177);
    if (data.recipe.target.task !== 'regression') throw new Error('not a regression');
    const { mean, sd } = data.recipe.target;
    for (const part of [data.train, data.validation, data.test]) {
      for (let i = 0; i < part.rows; i++) {
        expect(part.x[i]).toBe(part.sourceRows[i]);
        expect(part.y[i]! * sd + mean).toBeCloseTo(part.sourceRows[i]! * 2 + 1, 3);
      }
    }
  });

  it('gives the widths that training has, and a recipe that survives JSON', async () => {
    const config = experiment({ column: 'kind', task: 'multiclass' });
    const source = await csv.open(text(ROWS));
    const data = await prepareDataset(config, source);
    expect(await encodedWidths(config, source)).toMatchObject({ features: data.features, outputs: 3 });
    expect(data.train.x.length).toBe(data.train.rows * data.features);
    expect(data.train.x.every(Number.isFinite)).toBe(true);
    expect(fittedRecipeSchema.parse(JSON.parse(JSON.stringify(data.recipe)))).toEqual(data.recipe);
  });

  it('encodes classes by code point and the positive class as 1', async () => {
    const config = experiment({ column: 'yes', task: 'binary' });
    const { recipe, train } = await prepareDataset(config, await csv.open(text(ROWS)));
    expect(recipe.target).toMatchObject({ classes: ['false', 'true'] });
    expect(train.y[0]).toBe(ROWS[train.sourceRows[0]!]![8] === 'true' ? 1 : 0);
  });

  it('leaves out columns that are empty or constant in train, with a warning', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i % 5},,same,${i % 2 ? 'yes' : 'no'}`);
    const config = experiment(
      { column: 'y', task: 'binary' },
      {
        features: [
          { column: 'a', type: 'number' },
          { column: 'b', type: 'number' },
          { column: 'c', type: 'category' },
        ],
        split: { method: 'stratified' },
      },
    );
    const { features, issues } = await prepareDataset(
      config,
      await csv.open(`a,b,c,y\n${rows.join('\n')}\n`),
    );
    expect(features).toBe(1);
    expect(issues).toMatchObject([
      { severity: 'warning', code: 'feature.allMissing', column: 'b' },
      { severity: 'warning', code: 'feature.constant', column: 'c' },
    ]);
  });

  it('works on columns called __proto__', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 2 ? 'yes' : 'no'},${i % 7}`);
    const config = experiment(
      { column: '__proto__', task: 'binary' },
      { features: [{ column: 'constructor', type: 'number' }], split: { method: 'stratified' } },
    );
    const data = await prepareDataset(config, await csv.open(`__proto__,constructor\n${rows.join('\n')}\n`));
    expect(data.train.rows).toBe(28);
  });

  const simple = (target: string, task: Experiment['data']['target']['task']): Experiment =>
    experiment(
      { column: target, task },
      { features: [{ column: 'a', type: 'number' }], split: { method: 'random' } },
    );
  const filled = (y: (i: number) => string): string =>
    `a,target\n${Array.from({ length: 30 }, (_, i) => `${i},${y(i)}`).join('\n')}\n`;

  it.each<[string, string, Experiment]>([
    ['target.unknown', filled((i) => `${i}`), simple('tagret', 'regression')],
    ['target.singleValue', filled(() => 'x'), simple('target', 'binary')],
    ['target.singleValue', filled(() => '4'), simple('target', 'regression')],
    ['target.allMissing', filled(() => 'NA'), simple('target', 'binary')],
    ['target.notNumber', filled((i) => (i === 20 ? 'abc' : `${i}`)), simple('target', 'regression')],
    ['target.notBinary', filled((i) => 'abc'.charAt(i % 3)), simple('target', 'binary')],
    ['split.tooFewRows', 'a,target\n1,1\n2,2\n', simple('target', 'regression')],
    ['data.oneColumn', 'a\n1\n2\n', simple('a', 'regression')],
    ['config.targetAmongFeatures', filled((i) => `${i}`), simple('a', 'regression')],
  ])('says %s', async (code, content, config) => {
    const source = await csv.open(content);
    await expect(prepareDataset(config, source)).rejects.toMatchObject({ code, isBadInput: true });
  });

  it('says what was meant, and on which line a number is none', async () => {
    const source = await csv.open(filled((i) => (i === 20 ? 'abc' : `${i}`)));
    await expect(prepareDataset(simple('tagret', 'regression'), source)).rejects.toThrow(
      'has no column "tagret". Did you mean "target"?',
    );
    await expect(prepareDataset(simple('target', 'regression'), source)).rejects.toThrow('line 22 has "abc"');
  });
});

describe('rows that count more than others', () => {
  const table = (weights: readonly string[]): string =>
    ['num,w,yes', ...weights.map((w, i) => `${i},${w},${i % 2 === 0 ? 'yes' : 'no'}`)].join('\n');
  const weighted = (path: string): Experiment =>
    experiment(
      { column: 'yes', task: 'binary' },
      {
        data: { path, target: { column: 'yes', task: 'binary' }, weights: 'w' },
        features: [{ column: 'num', type: 'number' }],
        split: { method: 'random', validation: 0.2, test: 0.2 },
      },
    );

  it('gives each row the weight of its own line', async () => {
    const source = await csv.open(table(['1', '2.5', '0', '4', '5', '6', '7', '8', '9', '10']));
    const { train } = await prepareDataset(weighted('x.csv'), source);
    const expected = [1, 2.5, 0, 4, 5, 6, 7, 8, 9, 10];
    expect(Array.from(train.weights!)).toEqual(Array.from(train.sourceRows, (row) => expected[row]));
  });

  it.each([
    ['-1', 'line 4 has -1'],
    ['', 'line 4 has nothing'],
  ])('refuses the weight "%s" by its line', async (bad, text) => {
    const source = await csv.open(table(['1', '1', bad, '1', '1', '1', '1', '1', '1', '1']));
    await expect(prepareDataset(weighted('x.csv'), source)).rejects.toMatchObject({
      code: 'data.badWeight',
      message: expect.stringContaining(text),
    });
  });
});

describe('a target of counts', () => {
  it('is not scaled for the Poisson loss, and must not be negative', async () => {
    const of = (values: readonly number[]): string =>
      ['num,n', ...values.map((n, i) => `${i},${n}`)].join('\n');
    const counts = experiment(
      { column: 'n', task: 'regression' },
      {
        features: [{ column: 'num', type: 'number' }],
        split: { method: 'random' },
        training: { loss: 'poisson' },
      },
    );
    const good = await prepareDataset(counts, await csv.open(of([3, 0, 2, 5, 1, 4, 2, 8, 1, 0])));
    expect(good.recipe.target).toMatchObject({ mean: 0, sd: 1 });
    expect(Array.from(good.train.y).every(Number.isInteger)).toBe(true);
    const bad = await csv.open(of([3, 0, 2, -5, 1, 4, 2, 8, 1, 0, -5, -5]));
    await expect(prepareDataset(counts, bad)).rejects.toMatchObject({ code: 'target.negativeCount' });
  });
});
