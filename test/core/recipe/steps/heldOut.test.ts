// Nothing that a step learns, and nothing that a train row becomes, depends on a held-out row. Every kind of step that
// learns has its cases here: a new one does not compile without.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStepTables, type StepTables, type TableColumns } from '../../../support/stepTables';
import type { Cell } from '../../../support/recipe';
import type { Target } from '../../../../src/shared/schema/experiment';
import type { FittedKind } from '../../../../src/shared/schema/fittedSteps';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { stepCatalogue } from '../../../../src/shared/schema/stepCatalogue';

type Input<K extends FittedKind> = Extract<RecipeStepInput, { step: K }>;

const numbers = ['x', 'y', 'gaps'];
const texts = ['colour', 'gapped'];

const cases: { readonly [K in FittedKind]: readonly Input<K>[] } = {
  standardise: [{ step: 'standardise', columns: numbers }],
  minMaxScale: [
    { step: 'minMaxScale', columns: numbers },
    { step: 'minMaxScale', columns: numbers, low: -1 },
  ],
  robustScale: [{ step: 'robustScale', columns: numbers }],
  clip: [{ step: 'clip', columns: numbers }],
  powerTransform: [
    { step: 'powerTransform', columns: numbers },
    { step: 'powerTransform', columns: ['positive'], method: 'boxCox', standardise: false },
  ],
  quantileTransform: [
    { step: 'quantileTransform', columns: numbers },
    { step: 'quantileTransform', columns: numbers, quantiles: 7, output: 'normal' },
  ],
  bin: [
    { step: 'bin', columns: numbers, strategy: 'uniform' },
    { step: 'bin', columns: numbers, bins: 30 },
  ],
  fillMissing: [
    { step: 'fillMissing', columns: numbers, with: 'mean' },
    { step: 'fillMissing', columns: numbers, with: 'median', groupBy: ['colour'] },
    { step: 'fillMissing', columns: numbers, with: 'mean', groupBy: ['colour', 'gapped'] },
    { step: 'fillMissing', columns: texts, with: 'mode' },
    { step: 'fillMissing', columns: texts, with: 'mode', groupBy: ['colour'] },
  ],
  knnImpute: [
    { step: 'knnImpute', columns: numbers },
    { step: 'knnImpute', columns: numbers, weights: 'distance', neighbours: 2 },
  ],
  groupRare: [{ step: 'groupRare', columns: texts, minShare: 0.2 }],
  oneHot: [
    { step: 'oneHot', columns: texts },
    { step: 'oneHot', columns: texts, drop: 'first', keep: true, maxCategories: 2 },
  ],
  ordinalEncode: [{ step: 'ordinalEncode', columns: texts }],
  frequencyEncode: [{ step: 'frequencyEncode', columns: texts }],
  targetEncode: [
    { step: 'targetEncode', columns: texts },
    { step: 'targetEncode', columns: texts, smooth: 3, folds: 2 },
  ],
  tfIdf: [
    { step: 'tfIdf', column: 'words' },
    { step: 'tfIdf', column: 'words', maxTerms: 3, minDocuments: 2, keep: true },
  ],
};

const targets: readonly Target[] = [
  { column: 'y', task: 'regression' },
  { column: 'class', task: 'multiclass' },
];

const ROWS = 60;
const parts = Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 1 + (i % 2) : 0));

function original(): Record<string, Cell[]> {
  const column = (of: (i: number) => Cell): Cell[] => Array.from({ length: ROWS }, (_, i) => of(i));
  return {
    x: column((i) => ((i * 37) % 41) / 7),
    y: column((i) => String(((i * 13) % 29) - 14.5)),
    gaps: column((i) => (i % 7 === 2 ? null : String((i * i) % 31))),
    positive: column((i) => 0.5 + ((i * 17) % 23)),
    colour: column((i) => ['red', 'green', 'blue', 'red', 'grey'][(i * 7) % 5] ?? null),
    gapped: column((i) => (i % 11 === 5 ? null : (['a', 'b', 'c'][(i * 5) % 3] ?? null))),
    words: column((i) => ['the cat sat', 'a dog ran off', 'the dog sat down'][(i * 2) % 3] ?? null),
    class: column((i) => ['one', 'two', 'three'][(i * 4) % 3] ?? null),
  };
}

/** What held-out rows say instead. */
const strange: readonly Cell[] = [
  '1e300',
  '-1e300',
  null,
  'zebra',
  '0',
  'red red red',
  "'); DROP TABLE x; --",
];

function perturbed(): Record<string, Cell[]> {
  const columns = original();
  for (const [j, [name, cells]] of Object.entries(columns).entries()) {
    const isNumber = cells.some((cell) => typeof cell === 'number');
    columns[name] = cells.map((cell, i) => {
      if (parts[i] === 0) return cell;
      const other = strange[(i + j) % strange.length] ?? null;
      if (!isNumber) return other;
      const number = Number(other ?? NaN);
      return Number.isNaN(number) ? null : number;
    });
  }
  return columns;
}

function onlyTrain(columns: TableColumns): TableColumns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, cells]) => [name, cells.filter((_, i) => parts[i] === 0)]),
  );
}

let tables: StepTables;
beforeAll(async () => {
  tables = await openStepTables();
});
afterAll(() => tables.close());

describe('what is learnt', () => {
  it('has a case for every step that learns', () => {
    const fitted = Object.entries(stepCatalogue).filter(([, { placement }]) => placement === 'fitted');
    expect(Object.keys(cases).sort()).toEqual(fitted.map(([kind]) => kind).sort());
  });

  const steps: readonly RecipeStepInput[] = Object.values(cases).flat();
  const all = steps.flatMap((step) =>
    (step.step === 'targetEncode' ? targets : [undefined]).map((target) => ({ step, target })),
  );
  it.each(all.map(({ step, target }) => [JSON.stringify(step), step, target] as const))(
    'of %s is the same bits whatever held-out rows say',
    async (_name, step, target) => {
      const options = target === undefined ? {} : { target };
      const before = await tables.fit(original(), [step], { parts, ...options });
      const after = await tables.fit(perturbed(), [step], { parts, ...options });
      const without = await tables.fit(onlyTrain(original()), [step], options);
      // toEqual compares numbers as Object.is does.
      expect(after.steps).toEqual(before.steps);
      expect(without.steps).toEqual(before.steps);
      expect(before.steps[0]?.fit?.rows).toBe(parts.filter((part) => part === 0).length);
      expect(after.columns).toEqual(before.columns);
      const train = onlyTrain(before.values);
      expect(onlyTrain(after.values)).toEqual(train);
      expect(without.values).toEqual(train);
    },
  );

  it.each(all.map(({ step, target }) => [JSON.stringify(step), step, target] as const))(
    'of %s can be nothing: no train row is left',
    async (_name, step, target) => {
      const options = target === undefined ? {} : { target };
      const none = parts.map(() => 2);
      const { steps: fitted, values } = await tables.fit(original(), [step], { parts: none, ...options });
      for (const cells of Object.values(values)) {
        expect(cells.every((cell) => typeof cell !== 'number' || Number.isFinite(cell))).toBe(true);
      }
      const later = await tables.predict(original(), fitted, options);
      expect(later.values).toEqual(values);
    },
  );
});
