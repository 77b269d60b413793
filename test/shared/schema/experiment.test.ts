// What a config may say and what it means when it does not say it. The JSON Schema that editors use must agree.
import { describe, expect, it } from 'vitest';
import { experimentJsonSchema } from '../../../src/core/experiment/schemaKeys';
import { experimentSchema, type ExperimentInput } from '../../../src/shared/schema/experiment';

const minimal = {
  name: 't',
  data: { path: 'd.csv', target: { column: 'y', task: 'binary' } },
  features: [{ column: 'a', type: 'number' }],
  split: { method: 'random' },
  model: { layers: [{ type: 'dense', units: 4 }, { type: 'dropout' }] },
  training: {},
} satisfies ExperimentInput;

/** A deep copy with the value at a path replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(minimal) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  let here = copy;
  for (const key of keys.slice(0, -1)) here = here[key] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(here, keys.at(-1)!);
  else here[keys.at(-1)!] = value;
  return copy;
}

describe('the shortest config', () => {
  it('means these defaults', () => {
    expect(experimentSchema.parse(minimal)).toEqual({
      version: 1,
      name: 't',
      data: {
        path: 'd.csv',
        reading: {
          format: 'auto',
          encoding: 'auto',
          delimiter: 'auto',
          quote: 'auto',
          header: 'auto',
          decimal: 'auto',
          thousands: 'auto',
          missing: [],
        },
        target: { column: 'y', task: 'binary' },
      },
      recipe: [],
      features: [{ column: 'a', type: 'number', use: true, missing: 'median', scale: 'standard' }],
      split: { method: 'random', validation: 0.15, test: 0.15, seed: 1 },
      model: {
        layers: [
          {
            type: 'dense',
            units: 4,
            activation: 'relu',
            initializer: 'glorotUniform',
            useBias: true,
            biasInitializer: 'zeros',
            l1: 0,
            l2: 0,
          },
          { type: 'dropout', rate: 0.2 },
        ],
        output: {
          activation: 'auto',
          initializer: 'glorotUniform',
          biasInitializer: 'zeros',
          useBias: true,
          l1: 0,
          l2: 0,
        },
      },
      training: {
        loss: 'auto',
        optimizer: {
          type: 'adam',
          learningRate: 0.001,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-7,
          weightDecay: 0,
        },
        schedule: { type: 'constant' },
        warmupEpochs: 0,
        clipping: false,
        averaging: false,
        accumulateBatches: 1,
        batchSize: 32,
        epochs: 100,
        earlyStopping: { monitor: 'loss', patience: 15, minDelta: 0, startFromEpoch: 0, restoreBest: true },
        spikes: { factor: 10, window: 50 },
        classWeights: 'none',
        checkpointSeconds: 10,
        seed: 1,
        backend: 'auto',
      },
      evaluation: { testOnce: true, baseline: true, metric: 'auto' },
    });
  });

  it('means its defaults anew each time: no two configs share a part', () => {
    const [a, b] = [experimentSchema.parse(minimal), experimentSchema.parse(minimal)];
    expect(a.training.optimizer).not.toBe(b.training.optimizer);
    expect(a.training.earlyStopping).not.toBe(b.training.earlyStopping);
    expect(a.evaluation).not.toBe(b.evaluation);
  });

  it('of other variants has theirs', () => {
    const parse = (path: string, value: unknown) => experimentSchema.parse(changed(path, value));
    expect(parse('features.0', { column: 'a', type: 'text' }).features[0]).toMatchObject({ maxTerms: 500 });
    expect(parse('features.0', { column: 'a', type: 'category' }).features[0]).toMatchObject({
      maxCategories: 50,
    });
    expect(parse('training.optimizer', { type: 'sgd' }).training.optimizer).toEqual({
      type: 'sgd',
      learningRate: 0.01,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    });
    expect(parse('training.earlyStopping', false).training.earlyStopping).toBe(false);
    expect(parse('training.batchSize', 'full').training.batchSize).toBe('full');
  });
});

describe('both schemas', () => {
  const accepted: [string, unknown][] = [
    ['name', 'x'],
    ['$schema', './x.json'],
    ['description', 'why'],
    ['version', 1],
    ['features.0.description', 'why'],
    ['features.0', { column: 'a', type: 'id' }],
    ['split', { method: 'column', column: 'part' }],
    ['split.seed', 2 ** 32 - 1],
    ['model.layers', []],
    ['training.batchSize', 'full'],
    ['training.earlyStopping', false],
    ['training.optimizer', { type: 'sgd', momentum: 0.9, nesterov: true }],
    ['evaluation', { testOnce: false }],
  ];
  const refused: [string, unknown][] = [
    ['unknown', 1],
    ['data.unknown', 1],
    ['data.target.unknown', 1],
    ['features.0.unknown', 1],
    ['split.unknown', 1],
    ['model.unknown', 1],
    ['model.layers.0.unknown', 1],
    ['model.layers.1.unknown', 1],
    ['training.unknown', 1],
    ['training.optimizer', { type: 'adam', momentum: 0.9 }],
    ['training.earlyStopping', { unknown: 1 }],
    ['training.earlyStopping', true],
    ['evaluation', { unknown: 1 }],
    ['features.0', { column: 'a', type: 'id', use: true }],
    ['features.0', { column: '', type: 'number' }],
    ['features', []],
    ['name', ''],
    ['name', undefined],
    ['version', 2],
    ['data', undefined],
    ['data.target.task', undefined],
    ['data.target.task', 'ranking'],
    ['split', { method: 'column' }],
    ['split.validation', 0],
    ['split.test', 0.9],
    ['split.seed', -1],
    ['split.seed', 2 ** 32],
    ['model.layers.0.units', 0],
    ['model.layers.0.units', 1.5],
    ['model.layers.0.activation', 'softplux'],
    ['model.layers.1.rate', 1],
    ['training.epochs', '3'],
    ['training.epochs', null],
    ['training.batchSize', 0],
    ['training.batchSize', 'half'],
    ['training.backend', 'gpu'],
    ['training.optimizer.learningRate', 1],
  ];
  const schema = experimentJsonSchema();

  it.each(accepted)('take %s = %j', (path, value) => {
    expect(experimentSchema.safeParse(changed(path, value)).success).toBe(true);
    expect(problem(schema, changed(path, value))).toBeUndefined();
  });

  it.each(refused)('refuse %s = %j', (path, value) => {
    const config =
      path === 'training.optimizer.learningRate'
        ? changed('training.optimizer', { learningRate: 1 })
        : changed(path, value);
    expect(experimentSchema.safeParse(config).success).toBe(false);
    expect(problem(schema, config)).toBeDefined();
  });

  it('hold no word that the little validator below does not know', () => {
    const known = new Set(
      '$schema type properties required additionalProperties propertyNames items minItems maxItems oneOf anyOf const enum minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength description default widget showIf'.split(
        ' ',
      ),
    );
    const words = new Set<string>();
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        words.add(key);
        if (key === 'properties') Object.values(value as object).forEach(visit);
        else if (key !== 'default' && key !== 'enum' && key !== 'required')
          for (const item of Array.isArray(value) ? value : [value]) visit(item);
      }
    };
    visit(schema);
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });
});

/** JSON Schema draft 7 as far as the generated schema uses it; the first problem found, as a path. */
function problem(schema: unknown, value: unknown, at = '$'): string | undefined {
  const s = schema as {
    type?: string;
    const?: unknown;
    enum?: unknown[];
    oneOf?: unknown[];
    anyOf?: unknown[];
    properties?: Record<string, unknown>;
    required?: string[];
    additionalProperties?: boolean;
    items?: unknown;
    [limit: string]: unknown;
  };
  const typeOf = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  if (
    s.type !== undefined &&
    s.type !== (s.type === 'integer' && Number.isInteger(value) ? 'integer' : typeOf)
  )
    return at;
  if (s.const !== undefined && s.const !== value) return at;
  if (s.enum !== undefined && !s.enum.includes(value)) return at;
  if (s.oneOf !== undefined && s.oneOf.filter((option) => problem(option, value) === undefined).length !== 1)
    return at;
  if (s.anyOf !== undefined && !s.anyOf.some((option) => problem(option, value) === undefined)) return at;
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : Number(value);
  const limits: [string, (limit: number) => boolean][] = [
    ['minimum', (limit) => size >= limit],
    ['maximum', (limit) => size <= limit],
    ['exclusiveMinimum', (limit) => size > limit],
    ['exclusiveMaximum', (limit) => size < limit],
    ['minLength', (limit) => size >= limit],
    ['maxLength', (limit) => size <= limit],
    ['minItems', (limit) => size >= limit],
    ['maxItems', (limit) => size <= limit],
  ];
  if (limits.some(([name, holds]) => typeof s[name] === 'number' && !holds(s[name]))) return at;
  if (Array.isArray(value))
    return firstOf(value.map((item, i) => problem(s.items ?? {}, item, `${at}.${i}`)));
  if (typeOf !== 'object' || s.properties === undefined) return undefined;
  const object = value as Record<string, unknown>;
  const missing = s.required?.find((key) => !(key in object));
  if (missing !== undefined) return `${at}.${missing}`;
  return firstOf(
    Object.entries(object).map(([key, item]) => {
      const known = s.properties?.[key];
      if (known !== undefined) return problem(known, item, `${at}.${key}`);
      return s.additionalProperties === false ? `${at}.${key}` : undefined;
    }),
  );
}

function firstOf(problems: (string | undefined)[]): string | undefined {
  return problems.find((found) => found !== undefined);
}
