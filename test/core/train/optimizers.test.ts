import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../../src/core/train/optimizers';
import { optimizerSchema } from '../../../src/shared/schema/training';
import { reference } from './support';

describe('optimizers, against Keras', () => {
  it.each(reference.optimizers.map((entry) => [JSON.stringify(entry.config), entry] as const))(
    'ten steps of %s',
    (_, { config, initial, gradients, steps }) => {
      const optimizer = createOptimizer(optimizerSchema.parse(config), initial.length);
      const parameters = Float32Array.from(initial);
      gradients.forEach((gradient, t) => {
        expect(optimizer.apply(parameters, Float32Array.from(gradient))).toBe(true);
        parameters.forEach((value, i) => expect(Math.abs(value - steps[t]![i]!)).toBeLessThan(1e-6));
      });
    },
  );
});

describe('optimizer state', () => {
  it.each([{ type: 'adam' }, { type: 'sgd', momentum: 0.9, nesterov: true }, { type: 'sgd' }])(
    '%o goes on exactly from a saved state',
    (config) => {
      const parsed = optimizerSchema.parse(config);
      const gradient = (t: number): Float32Array => Float32Array.of(Math.sin(t), Math.cos(t), 0.1);
      const whole = Float32Array.of(1, 2, 3);
      const one = createOptimizer(parsed, 3);
      for (let t = 0; t < 5; t++) one.apply(whole, gradient(t));
      const other = createOptimizer(parsed, 3);
      other.restore(one.save());
      const copy = whole.slice();
      for (let t = 5; t < 10; t++) {
        one.apply(whole, gradient(t));
        other.apply(copy, gradient(t));
      }
      expect(copy).toEqual(whole);
      expect(other.save()).toEqual(one.save());
    },
  );

  it('refuses slots of another size', () => {
    const adam = createOptimizer(optimizerSchema.parse({ type: 'adam' }), 3);
    const state = createOptimizer(optimizerSchema.parse({ type: 'adam' }), 2).save();
    expect(() => adam.restore(state)).toThrow(expect.objectContaining({ code: 'internal.optimizerState' }));
  });

  it('tells when a parameter is no longer finite', () => {
    for (const config of [{ type: 'adam' }, { type: 'sgd' }, { type: 'sgd', momentum: 0.5 }]) {
      const optimizer = createOptimizer(optimizerSchema.parse(config), 2);
      expect(optimizer.apply(Float32Array.of(1, 2), Float32Array.of(0, NaN))).toBe(false);
    }
  });

  it('flushes moments that decayed to nothing, so that they never become denormals', () => {
    const adam = createOptimizer(optimizerSchema.parse({ type: 'adam', beta2: 0.9 }), 1);
    const parameters = Float32Array.of(1);
    adam.apply(parameters, Float32Array.of(1));
    for (let t = 0; t < 2000; t++) adam.apply(parameters, Float32Array.of(0));
    expect(adam.save().slots).toEqual({ m: Float32Array.of(0), v: Float32Array.of(0) });
  });
});
