// A recipe inside an experiment: the same table in training and in prediction, and nothing of the held-out rows in it.
import { describe, expect, it } from 'vitest';
import { encodeNewRows } from '../../../src/core/recipe/encodeNewRows';
import { prepareDataset } from '../../../src/core/recipe/prepare';
import {
  experimentSchema,
  type Experiment,
  type ExperimentInput,
} from '../../../src/shared/schema/experiment';
import { fittedRecipeSchema } from '../../../src/shared/schema/recipe';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();

function experiment(options: Partial<ExperimentInput>): Experiment {
  return experimentSchema.parse({
    name: 'test',
    data: { path: 'x.csv', target: { column: 'y', task: 'regression' } },
    features: [
      { column: 'a', type: 'number', scale: 'none' },
      { column: 'b', type: 'number', scale: 'none' },
    ],
    split: { method: 'column', column: 'part' },
    model: { layers: [] },
    training: {},
    ...options,
  });
}

const PARTS = ['train', 'train', 'validation', 'train', 'test'];
const rows = Array.from({ length: 40 }, (_, i) => [
  String((i * 7) % 13),
  i % 6 === 1 ? '' : String((i * 5) % 11),
  i % 4 === 0 ? 'drop' : 'stay',
  PARTS[i % PARTS.length] ?? '',
  String(i),
]);
const text = (cells: readonly (readonly string[])[]): string =>
  `a,b,what,part,y\n${cells.map((row) => row.join(',')).join('\n')}\n`;

const RECIPE: ExperimentInput['recipe'] = [
  { step: 'dropColumns', columns: ['what'] },
  { step: 'fillMissing', columns: ['b'], with: 'median' },
  { step: 'standardise', columns: ['a', 'b'] },
];

describe('a recipe in an experiment', () => {
  it('learns from train rows only and tells on how many', async () => {
    const config = experiment({ recipe: RECIPE });
    const before = await prepareDataset(config, await csv.open(text(rows)));
    const far = rows.map((row) =>
      row[3] === 'train' ? row : ['1e6', '-1e6', row[2] ?? '', row[3] ?? '', row[4] ?? ''],
    );
    const after = await prepareDataset(config, await csv.open(text(far)));
    expect(JSON.stringify(after.recipe)).toBe(JSON.stringify(before.recipe));
    expect(after.train.x).toEqual(before.train.x);
    expect(after.test.x).not.toEqual(before.test.x);
    expect(before.recipe.steps.map(({ fit }) => fit?.rows)).toEqual([undefined, 24, 24]);
  });

  it('gives new rows the values that the same rows had in training', async () => {
    const file = await csv.open(text(rows));
    const { recipe, train, validation, test } = await prepareDataset(experiment({ recipe: RECIPE }), file);
    const read = fittedRecipeSchema.parse(JSON.parse(JSON.stringify(recipe)));
    const withoutTarget = `a,b,what\n${rows.map((row) => row.slice(0, 3).join(',')).join('\n')}\n`;
    const encoded = await encodeNewRows(read, await csv.open(withoutTarget));
    expect(encoded.rows).toBe(40);
    for (const part of [train, validation, test]) {
      for (const [i, sourceRow] of part.sourceRows.entries()) {
        expect(encoded.x.slice(sourceRow * 2, sourceRow * 2 + 2)).toEqual(part.x.slice(i * 2, i * 2 + 2));
      }
    }
  });

  it('says which rows new data keeps when the recipe leaves rows out', async () => {
    const recipe: ExperimentInput['recipe'] = [
      { step: 'filterRows', condition: 'what != "drop"' },
      { step: 'dropMissing', columns: ['y'] },
    ];
    const config = experiment({ recipe });
    const { recipe: fitted, train } = await prepareDataset(config, await csv.open(text(rows)));
    expect([...train.sourceRows].every((row) => row % 4 !== 0)).toBe(true);
    const encoded = await encodeNewRows(fitted, await csv.open('a,b,what\n1,2,stay\n3,4,drop\n5,6,stay\n'));
    expect([...encoded.sourceRows]).toEqual([0, 2]);
  });

  it.each([
    [[{ step: 'dropColumns', columns: ['y'] }], 'target.unknown'],
    [[{ step: 'dropColumns', columns: ['part'] }], 'split.unknownColumn'],
    [[{ step: 'dropColumns', columns: ['a'] }], 'config.unknownColumn'],
    [[{ step: 'dropColumns', columns: ['aa'] }], 'recipe.unknownColumn'],
    [
      [
        { step: 'standardise', columns: ['a'] },
        { step: 'sort', by: [{ column: 'a' }] },
      ],
      'recipe.order',
    ],
  ] as const)('refuses %j', async (recipe, code) => {
    const config = experiment({ recipe: [...recipe] as unknown as ExperimentInput['recipe'] });
    await expect(prepareDataset(config, await csv.open(text(rows)))).rejects.toMatchObject({ code });
  });
});

describe('numbers of a training file', () => {
  it('are written down with what was learnt, for new rows too few to tell', async () => {
    const cells = rows.map((row) => `${row[0]},5;${row[1]};${row[2]};${row[3]};${row[4]}`);
    const { recipe } = await prepareDataset(
      experiment({}),
      await csv.open(`a;b;what;part;y\n${cells.join('\n')}\n`),
    );
    expect(recipe.numbers).toEqual({ decimal: ',', thousands: '' });
  });
});
