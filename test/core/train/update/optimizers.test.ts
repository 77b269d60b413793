import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FloatArray } from '../../../../src/core/model/parameterSlice';
import type { Optimizer } from '../../../../src/core/train/update/optimizer';
import { createOptimizer } from '../../../../src/core/train/update/optimizers';
import { optimizerSchema, type OptimizerConfig } from '../../../../src/shared/schema/training';
import { reference } from '../support';
import { KERNEL_AND_BIAS, relativeError, slicesOf, updatesReference } from './support';

const ALL: readonly Record<string, unknown>[] = [
  { type: 'adam' },
  { type: 'adamW' },
  { type: 'sgd' },
  { type: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 },
  { type: 'rmsProp' },
  { type: 'rmsProp', centered: true, momentum: 0.9 },
  { type: 'adagrad' },
  { type: 'adadelta' },
  { type: 'nadam' },
  { type: 'lion' },
];

const one = (config: OptimizerConfig, length: number, float64 = false): Optimizer =>
  createOptimizer(config, { slices: slicesOf({ shape: [length] }), length, float64 });

describe('optimizers, ten steps against Keras and PyTorch', () => {
  it.each(updatesReference.optimizers.map((entry) => [JSON.stringify(entry.config), entry] as const))(
    '%s',
    (_, { config, keras, torch, rates }) => {
      const run = (initial: FloatArray, check: (found: FloatArray, t: number) => void): void => {
        const parsed = optimizerSchema.parse(config);
        const float64 = initial instanceof Float64Array;
        const optimizer = createOptimizer(parsed, { slices: KERNEL_AND_BIAS, length: 8, float64 });
        updatesReference.gradients.forEach((gradient, t) => {
          const values = float64 ? Float64Array.from(gradient) : Float32Array.from(gradient);
          expect(optimizer.apply(initial, values, rates?.[t] ?? parsed.learningRate)).toBe(true);
          check(initial, t);
        });
      };
      const { initial } = updatesReference;
      // The difference that Keras takes for the variance has lost some digits by then.
      const tolerance = config['centered'] === true ? 1e-7 : 1e-11;
      run(Float64Array.from(initial), (found, t) => {
        expect(relativeError(found, keras[t]!)).toBeLessThan(tolerance);
        // PyTorch keeps Nadam's product of momenta in float32.
        const torchTolerance = config['type'] === 'nadam' ? 1e-7 : tolerance;
        if (torch !== undefined) expect(relativeError(found, torch[t]!)).toBeLessThan(torchTolerance);
      });
      run(Float32Array.from(initial), (found, t) => {
        expect(relativeError(found, keras[t]!, 0.1)).toBeLessThan(1e-5);
      });
    },
  );

  it('covers each optimizer', () => {
    const kinds = new Set(updatesReference.optimizers.map(({ config }) => config['type']));
    expect(kinds).toEqual(new Set(optimizerSchema.options.map((option) => option.shape.type.value)));
  });

  it.each(reference.optimizers.map((entry) => [JSON.stringify(entry.config), entry] as const))(
    'still does what it did: %s',
    (_, { config, initial, gradients, steps }) => {
      const parsed = optimizerSchema.parse(config);
      const optimizer = one(parsed, initial.length);
      const parameters = Float32Array.from(initial);
      gradients.forEach((gradient, t) => {
        expect(optimizer.apply(parameters, Float32Array.from(gradient), parsed.learningRate)).toBe(true);
        parameters.forEach((value, i) => expect(Math.abs(value - steps[t]![i]!)).toBeLessThan(1e-6));
      });
    },
  );
});

describe('optimizer state', () => {
  it.each(ALL)('%o goes on exactly from a saved state', (config) => {
    const parsed = optimizerSchema.parse(config);
    const gradient = (t: number): Float32Array => Float32Array.of(Math.sin(t), Math.cos(t), 0.1);
    const whole = Float32Array.of(1, 2, 3);
    const first = one(parsed, 3);
    for (let t = 0; t < 70; t++) first.apply(whole, gradient(t), 0.01);
    const other = one(parsed, 3);
    other.restore(first.save());
    const copy = whole.slice();
    for (let t = 70; t < 140; t++) {
      first.apply(whole, gradient(t), 0.01);
      other.apply(copy, gradient(t), 0.01);
    }
    expect(copy).toEqual(whole);
    expect(other.save()).toEqual(first.save());
  });

  it('refuses slots of another size', () => {
    const config = optimizerSchema.parse({ type: 'adam' });
    const state = one(config, 2).save();
    expect(() => one(config, 3).restore(state)).toThrow(
      expect.objectContaining({ code: 'internal.optimizerState' }),
    );
  });

  it('has slots of the type of the parameters', () => {
    const config = optimizerSchema.parse({ type: 'adam' });
    expect(one(config, 2).save().slots['m']).toBeInstanceOf(Float32Array);
    expect(one(config, 2, true).save().slots['m']).toBeInstanceOf(Float64Array);
  });

  it.each([
    { type: 'adam', beta2: 0.9 },
    { type: 'sgd', momentum: 0.9 },
    { type: 'lion', beta2: 0.9 },
    { type: 'adadelta', rho: 0.9 },
  ])('flushes what decayed to nothing, so that it never stays a denormal: %o', (config) => {
    const optimizer = one(optimizerSchema.parse(config), 1);
    const parameters = Float32Array.of(1);
    optimizer.apply(parameters, Float32Array.of(1), 0.001);
    for (let t = 0; t < 2000; t++) optimizer.apply(parameters, Float32Array.of(0), 0.001);
    for (const slot of Object.values(optimizer.save().slots)) expect(slot).toEqual(Float32Array.of(0));
  });
});

describe('what an optimizer leaves alone', () => {
  const slices = slicesOf({ shape: [2] }, { shape: [2], trainable: false }, { shape: [1], decays: false });

  it.each(ALL)('%o: an untrainable slice, whatever its gradient', (config) => {
    const optimizer = createOptimizer(optimizerSchema.parse(config), { slices, length: 5 });
    const parameters = Float32Array.of(1, 2, 3, 4, 5);
    expect(optimizer.apply(parameters, Float32Array.of(1, -1, NaN, Infinity, 1), 0.1)).toBe(true);
    expect([...parameters.subarray(2, 4)]).toEqual([3, 4]);
    for (const i of [0, 1, 4]) expect(parameters[i]).not.toBe(i + 1);
  });

  it('takes weight decay off slices that decay and no others', () => {
    const config = optimizerSchema.parse({ type: 'sgd', weightDecay: 0.5 });
    const parameters = Float64Array.of(1, 2, 3, 4, 5);
    createOptimizer(config, { slices, length: 5, float64: true }).apply(parameters, new Float64Array(5), 0.1);
    expect([...parameters]).toEqual([1 * 0.95, 2 * 0.95, 3, 4, 5]);
  });
});

describe('updates that cannot be', () => {
  it.each(ALL)('%o: a gradient that is not finite changes nothing', (config) => {
    const optimizer = one(optimizerSchema.parse(config), 2);
    const parameters = Float32Array.of(1, 2);
    optimizer.apply(parameters, Float32Array.of(1, 1), 0.01);
    const before = { parameters: parameters.slice(), state: optimizer.save() };
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(optimizer.apply(parameters, Float32Array.of(0, bad), 0.01)).toBe(false);
    }
    expect({ parameters, state: optimizer.save() }).toEqual(before);
  });

  it.each(ALL)('%o: weights and slots stay finite whatever finite gradients come', (config) => {
    const anyRate = fc.constantFrom(1e-4, 1, 100);
    const anyGradient = fc.array(
      fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, 3e38, -3e38)),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(anyGradient, anyRate), { maxLength: 12 }), (updates) => {
        const optimizer = one(optimizerSchema.parse(config), 3);
        const parameters = Float32Array.of(1, -2, 3e38);
        for (const [gradient, rate] of updates) {
          const before = { parameters: parameters.slice(), state: optimizer.save() };
          const finite = optimizer.apply(parameters, Float32Array.from(gradient), rate);
          const after = { parameters, state: optimizer.save() };
          if (!finite) expect(after).toEqual(before);
          const all = [parameters, ...Object.values(after.state.slots)];
          expect(all.every((values) => values.every(Number.isFinite))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(ALL.filter(({ type }) => type !== 'lion'))(
    '%o: goes on after an overflow as if it had not been',
    (config) => {
      const parsed = optimizerSchema.parse(config);
      const run = (overflows: boolean): unknown => {
        const optimizer = one(parsed, 2);
        const parameters = Float32Array.of(1, 2);
        for (let t = 0; t < 5; t++) {
          if (overflows) expect(optimizer.apply(parameters, Float32Array.of(3e38, 1), 100)).toBe(false);
          optimizer.apply(parameters, Float32Array.of(Math.sin(t), Math.cos(t)), 0.01);
        }
        return { parameters, state: optimizer.save() };
      };
      expect(run(true)).toEqual(run(false));
    },
  );

  it('tells of weights that came in not finite', () => {
    const optimizer = one(optimizerSchema.parse({ type: 'adam' }), 2);
    expect(optimizer.apply(Float32Array.of(NaN, 1), Float32Array.of(0, 1), 0.01)).toBe(false);
  });
});

describe('Nadam', () => {
  it('has the same momentum schedule after a restore at any step', () => {
    const config = optimizerSchema.parse({ type: 'nadam' });
    const whole = one(config, 1, true);
    const parameters = Float64Array.of(1);
    for (let t = 0; t < 3000; t++) whole.apply(parameters, Float64Array.of(Math.sin(t)), 0.001);
    const other = one(config, 1, true);
    other.restore(whole.save());
    const copy = parameters.slice();
    whole.apply(parameters, Float64Array.of(0.5), 0.001);
    other.apply(copy, Float64Array.of(0.5), 0.001);
    expect(copy).toEqual(parameters);
  });
});
