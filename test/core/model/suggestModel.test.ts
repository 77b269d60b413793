// Which model for which table: the order, the reasons and sizes, and that each suggestion is a config that trains.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCsv, type CsvSource } from '../../../src/core/data/csvSource';
import { checkExperiment } from '../../../src/core/experiment/checkExperiment';
import { scaffoldExperiment } from '../../../src/core/experiment/scaffold';
import { countParameters } from '../../../src/core/model/plan';
import { suggestModel } from '../../../src/core/model/suggestModel';
import { tableFacts, type FeatureFacts, type TableFacts } from '../../../src/core/model/tableFacts';
import { prepareDataset } from '../../../src/core/recipe/prepare';
import { planDataset } from '../../../src/core/train/createEngine';
import { experimentSchema, type Experiment, type Task } from '../../../src/shared/schema/experiment';
import { modelSuggestionSchema, type ModelSuggestion } from '../../../src/shared/schema/modelPreset';
import type { BackendName } from '../../../src/shared/schema/training';
import { train } from '../train/support';
import { HOTEL_TASKS, hotels } from './hotels';

interface Table {
  readonly rows: number;
  readonly numbers?: number;
  readonly categories?: number;
  readonly words?: number;
  readonly task?: Task;
  readonly backend?: BackendName;
}

/** A table that only its sizes are known of. */
function suggest({
  rows,
  numbers = 0,
  categories,
  words,
  task = 'binary',
  backend = 'wasm',
}: Table): ModelSuggestion[] {
  const features: unknown[] = Array.from({ length: numbers }, (_, i) => ({
    column: `n${i}`,
    type: 'number',
  }));
  const facts: FeatureFacts[] = Array.from({ length: numbers }, (_, i) => ({
    column: `n${i}`,
    distinct: rows,
    missing: false,
  }));
  if (categories !== undefined) {
    features.push({ column: 'shop', type: 'category' });
    facts.push({ column: 'shop', distinct: categories, missing: false });
  }
  if (words !== undefined) {
    features.push({ column: 'said', type: 'text', maxTerms: 2000 });
    facts.push({
      column: 'said',
      distinct: rows,
      missing: false,
      words: { mean: words, largest: 5 * words },
    });
  }
  const experiment = experimentSchema.parse({
    name: 'test',
    data: { path: 'a.csv', target: { column: 'y', task } },
    features,
    split: { method: 'random' },
    model: { layers: [] },
    training: {},
  });
  const table: TableFacts = {
    rows,
    trainRows: Math.round(0.7 * rows),
    outputs: task === 'multiclass' ? 3 : 1,
    features: new Map(facts.map((one) => [one.column, one])),
  };
  return suggestModel({ experiment, facts: table, backend });
}

const names = (suggestions: readonly ModelSuggestion[]): string[] => suggestions.map(({ preset }) => preset);
const of = (suggestions: readonly ModelSuggestion[], preset: string): ModelSuggestion => {
  const found = suggestions.find((one) => one.preset === preset);
  if (found === undefined) throw new Error(`No ${preset} among ${names(suggestions).join()}`);
  return found;
};

describe('the order', () => {
  it('begins with a plain network on a plain table, and says that trees may be better', () => {
    const suggestions = suggest({ rows: 2000, numbers: 10 });
    expect(names(suggestions).slice(0, 2)).toEqual(['mlp', 'linear']);
    expect(of(suggestions, 'mlp').reasons.join(' ')).toMatch(/1400 train rows.*trees beat networks/);
  });

  it('begins with a linear model where columns are more than rows', () => {
    const [first] = suggest({ rows: 40, numbers: 500 });
    expect(first?.preset).toBe('linear');
    expect(first?.reasons[0]).toMatch(/28 train rows for 500 encoded columns: 0\.1 a column/);
  });

  it('has no model for what the table has not', () => {
    const plain = names(suggest({ rows: 2000, numbers: 10 }));
    expect(plain.filter((name) => name.startsWith('text') || name === 'multiInput')).toEqual([]);
    expect(plain).not.toContain('categoryEmbeddings');
    expect(names(suggest({ rows: 2000, words: 12 }))).not.toContain('ftTransformer');
  });

  it('learns vectors of categories that are too many for columns, with rows enough', () => {
    expect(names(suggest({ rows: 20_000, numbers: 3, categories: 400 }))[0]).toBe('categoryEmbeddings');
    expect(names(suggest({ rows: 2000, numbers: 3, categories: 400 }))[0]).toBe('mlp');
    const few = suggest({ rows: 20_000, numbers: 3, categories: 4 });
    expect(names(few).indexOf('categoryEmbeddings')).toBeGreaterThan(names(few).indexOf('linear'));
    expect(of(few, 'categoryEmbeddings').reasons.join(' ')).toMatch(
      /"shop" has 4 categories, 3500\.0 train rows/,
    );
  });

  it('weighs words with few texts and reads them in order with many', () => {
    const few = suggest({ rows: 3000, words: 12 });
    expect(names(few).slice(0, 2)).toEqual(['mlp', 'textConv']);
    expect(of(few, 'mlp').reasons.join(' ')).toMatch(/84\.4 %.*no evidence/);
    expect(names(suggest({ rows: 100_000, words: 12 }))[0]).toBe('textConv');
    expect(names(suggest({ rows: 100_000, words: 12, numbers: 5 }))[0]).toBe('multiInput');
  });

  it('takes attention only with many rows, and first only where it is fast', () => {
    const rank = (table: Table): number => names(suggest(table)).indexOf('ftTransformer');
    expect(rank({ rows: 100_000, numbers: 10, backend: 'cuda' })).toBe(0);
    expect(rank({ rows: 100_000, numbers: 10 })).toBeGreaterThan(0);
    const last = names(suggest({ rows: 800, numbers: 10 })).length - 1;
    expect(rank({ rows: 800, numbers: 10 })).toBe(last);
    expect(rank({ rows: 100_000, numbers: 200 })).toBe(last);
  });
});

describe('the sizes', () => {
  it('hold few rows back by dropout, many by nothing but early stopping', () => {
    const rates = [50, 1000, 20_000, 40_000].map((rows) => {
      const { layers } = of(suggest({ rows, numbers: 10 }), 'mlp').experiment.model;
      return layers.flatMap((layer) => (layer.type === 'dropout' ? [layer.rate] : []))[0];
    });
    expect(rates).toEqual([0.3, 0.2, 0.1, undefined]);
    const number = of(suggest({ rows: 1000, numbers: 10, task: 'regression' }), 'mlp').experiment.model;
    expect(number.layers).toContainEqual({ type: 'dropout', rate: 0.1 });
  });

  it('grow with the rows', () => {
    const parameters = [50, 1000, 500_000].map(
      (rows) => of(suggest({ rows, numbers: 10 }), 'mlp').estimate.parameters,
    );
    expect([...parameters].sort((a, b) => a - b)).toEqual(parameters);
  });

  it('leave dropout out before TF-IDF of sentences, not of names', () => {
    const layersOf = (words: number): string[] =>
      of(suggest({ rows: 3000, words }), 'mlp').experiment.model.layers.map(({ type }) => type);
    expect(layersOf(12)).not.toContain('dropout');
    expect(layersOf(2)).toContain('dropout');
  });

  it("give a linear model scikit-learn's penalty of C = 1", () => {
    const { experiment } = of(suggest({ rows: 1000, numbers: 10 }), 'linear');
    expect(experiment.model.output.l2).toBeCloseTo(1 / (2 * 700), 5);
  });

  it('let the learning rate fall all the way on a large table', () => {
    const { training } = of(suggest({ rows: 50_000, numbers: 10 }), 'mlp').experiment;
    expect(training).toMatchObject({ schedule: { type: 'cosine' }, epochs: 40, warmupEpochs: 1 });
    expect(of(suggest({ rows: 5000, numbers: 10 }), 'mlp').experiment.training.schedule.type).toBe(
      'constant',
    );
  });
});

describe('the cost', () => {
  it('counts weights, FLOPs and steps', () => {
    const { estimate } = of(suggest({ rows: 1000, numbers: 10 }), 'mlp');
    const products = 10 * 128 + 128 * 64 + 64;
    expect(estimate).toMatchObject({
      parameters: products + 128 + 64 + 1,
      flopsPerStep: 3 * 2 * products * 32,
      stepsPerEpoch: Math.ceil(700 / 32),
    });
  });

  it('is more for attention than for a plain network, and more without WebAssembly', () => {
    const seconds = (preset: string, backend: BackendName): number =>
      of(suggest({ rows: 5000, numbers: 20, backend }), preset).estimate.secondsPerEpoch;
    expect(seconds('ftTransformer', 'wasm')).toBeGreaterThan(10 * seconds('mlp', 'wasm'));
    expect(seconds('mlp', 'cpu')).toBeGreaterThan(2 * seconds('mlp', 'wasm'));
  });
});

describe('on a real table', () => {
  let folder: string;
  let source: CsvSource;
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-suggest-'));
    fs.writeFileSync(path.join(folder, 'hotels.csv'), hotels());
    source = await openCsv(path.join(folder, 'hotels.csv'));
  });
  afterAll(() => {
    source.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const scaffold = async (target: keyof typeof HOTEL_TASKS): Promise<Experiment> => {
    const profile = await source.profile();
    const options = { profile, relativePath: 'hotels.csv', target, task: HOTEL_TASKS[target] };
    return experimentSchema.parse(scaffoldExperiment(options).experiment);
  };

  it.each(['stars', 'again', 'price'] as const)('is a valid config with its reasons: %s', async (target) => {
    const profile = await source.profile();
    const experiment = await scaffold(target);
    const suggestions = suggestModel({ experiment, facts: tableFacts(experiment, profile), backend: 'wasm' });
    expect(suggestions).toHaveLength(12);
    for (const one of suggestions) {
      expect(modelSuggestionSchema.parse(one)).toEqual(one);
      expect(checkExperiment(one.experiment, profile).filter(({ severity }) => severity === 'error')).toEqual(
        [],
      );
      expect([one.experiment.data, one.experiment.split]).toEqual([experiment.data, experiment.split]);
      expect(one.reasons.join(' ')).toMatch(/\d/);
      for (const text of [...one.reasons, ...one.changes, one.gain]) expect(text).toMatch(/^[^\n{}]{5,}$/);
    }
  });

  it('estimates about as many weights as there are, and trains', async () => {
    const whole = await scaffold('again');
    // How many different words there are nobody knows before reading them.
    const features = whole.features.filter(({ type }) => type !== 'text');
    const experiment = { ...whole, features };
    const facts = tableFacts(experiment, await source.profile());
    expect([facts.rows, facts.trainRows]).toEqual([40, 28]);
    const [first] = suggestModel({ experiment, facts, backend: 'wasm' });
    const base = first!.experiment;
    const dataset = await prepareDataset(base, source);
    const parameters = countParameters(planDataset(base, dataset));
    expect(first!.estimate.parameters / parameters).toBeGreaterThan(0.8);
    expect(first!.estimate.parameters / parameters).toBeLessThan(1.25);
    const { events } = await train({ ...base, training: { ...base.training, epochs: 2 } }, dataset);
    expect(events.flatMap((event) => (event.type === 'epoch' ? [event.validation.loss] : []))).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
  });
});
