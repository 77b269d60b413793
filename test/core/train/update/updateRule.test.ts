import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterSlice } from '../../../../src/core/model/parameterSlice';
import { UpdateRule, type UpdateRuleOptions } from '../../../../src/core/train/update/updateRule';
import {
  averagingSchema,
  clippingSchema,
  optimizerSchema,
  type OptimizerConfig,
} from '../../../../src/shared/schema/training';
import { KERNEL_AND_BIAS, lengthOf, relativeError, slicesOf, updatesReference } from './support';

const sgd = optimizerSchema.parse({ type: 'sgd', learningRate: 0.1 });
const adam = optimizerSchema.parse({ type: 'adam', learningRate: 0.1 });

function ruleOf(slices: readonly ParameterSlice[], options: Partial<UpdateRuleOptions> = {}): UpdateRule {
  return new UpdateRule({
    optimizer: sgd,
    clipping: false,
    averaging: false,
    accumulateBatches: 1,
    slices,
    length: lengthOf(slices),
    float64: true,
    ...options,
  });
}

describe('UpdateRule, ten steps against Keras', () => {
  it.each(
    updatesReference.rules.map((entry) => [entry.name, JSON.stringify(entry.clipping ?? {}), entry] as const),
  )('%s %s', (_, __, entry) => {
    const [kernel, bias] = KERNEL_AND_BIAS;
    const optimizer: OptimizerConfig = optimizerSchema.parse(entry.optimizer);
    const rule = ruleOf([{ ...kernel!, maxNorm: entry.maxNorm }, bias!], {
      optimizer,
      clipping: entry.clipping === undefined ? false : clippingSchema.parse(entry.clipping),
      averaging: entry.averaging === undefined ? false : averagingSchema.parse(entry.averaging),
      accumulateBatches: entry.accumulateBatches ?? 1,
    });
    const parameters = Float64Array.from(updatesReference.initial);
    // Keras' max-norm takes 1e-7 off short columns too, at every step.
    const [tolerance, unit] = entry.maxNorm === undefined ? [1e-11, 1e-3] : [1e-5, 0.1];
    updatesReference.gradients.forEach((gradient, t) => {
      const { updated } = rule.apply(parameters, Float64Array.from(gradient), optimizer.learningRate);
      expect(updated).toBe((t + 1) % (entry.accumulateBatches ?? 1) === 0);
      expect(relativeError(parameters, entry.keras[t]!, unit)).toBeLessThan(tolerance);
      const { averages } = entry;
      if (averages !== undefined) expect(relativeError(rule.average!, averages[t]!)).toBeLessThan(1e-11);
    });
  });
});

describe('UpdateRule', () => {
  it('tells the length before clipping, of each batch and of the mean of several', () => {
    const clipping = { type: 'globalNorm', limit: 0.5 } as const;
    const rule = ruleOf(slicesOf({ shape: [2] }), { clipping, accumulateBatches: 2 });
    const parameters = Float64Array.of(0, 0);
    expect(rule.apply(parameters, Float64Array.of(3, 4), 1)).toEqual({
      updated: false,
      finite: true,
      gradientNorm: 5,
    });
    expect([...parameters]).toEqual([0, 0]);
    const gradients = Float64Array.of(3, 4);
    expect(rule.apply(parameters, gradients, 1)).toEqual({ updated: true, finite: true, gradientNorm: 5 });
    expect([...gradients]).toEqual([3 * 0.1, 4 * 0.1]);
    expect([...parameters]).toEqual([-3 * 0.1, -4 * 0.1]);
  });

  it('averages what training goes on with: after max-norm, once an update', () => {
    const slices = slicesOf({ shape: [1, 1], maxNorm: 1 });
    const rule = ruleOf(slices, { averaging: { momentum: 0.5 }, accumulateBatches: 2 });
    const parameters = Float64Array.of(0.5);
    const update = (gradient: number): void => {
      rule.apply(parameters, Float64Array.of(gradient), 0.1);
      rule.apply(parameters, Float64Array.of(gradient), 0.1);
    };
    expect(rule.average).toBeUndefined();
    update(-1);
    expect(rule.average![0]).toBeCloseTo(0.6, 14);
    update(-100);
    expect(parameters[0]).toBeCloseTo(1, 6);
    expect(rule.average![0]).toBeCloseTo(0.5 * 0.6 + 0.5 * parameters[0]!, 14);
    rule.setAverage(Float64Array.of(7));
    expect([...rule.average!]).toEqual([7]);
  });

  it('takes moving statistics into the average as they are, after every batch', () => {
    const slices = slicesOf({ shape: [1] }, { shape: [1], trainable: false });
    const rule = ruleOf(slices, { averaging: { momentum: 0.9 }, accumulateBatches: 2 });
    const parameters = Float64Array.of(1, 5);
    for (const statistic of [5, 6, 7]) {
      parameters[1] = statistic;
      rule.apply(parameters, Float64Array.of(0, NaN), 0.1);
    }
    expect([...rule.average!]).toEqual([1, 7]);
  });

  it('changes nothing, not even a half-done accumulation, when something is not finite', () => {
    const slices = slicesOf({ shape: [2] }, { shape: [1], trainable: false });
    const rule = ruleOf(slices, { optimizer: adam, averaging: { momentum: 0.9 }, accumulateBatches: 3 });
    const parameters = Float64Array.of(1, 2, 3);
    for (let t = 0; t < 8; t++) {
      const before = { parameters: parameters.slice(), state: rule.save() };
      const bad = rule.apply(parameters, Float64Array.of(1, NaN, 0), 0.1);
      expect({ ...bad, gradientNorm: 0 }).toEqual({ updated: false, finite: false, gradientNorm: 0 });
      parameters[2] = Infinity;
      expect(rule.apply(parameters, Float64Array.of(1, 1, 0), 0.1).finite).toBe(false);
      parameters[2] = 3;
      expect({ parameters, state: rule.save() }).toEqual(before);
      rule.apply(parameters, Float64Array.of(1, -1, 0), 0.1);
    }
    expect(rule.step).toBe(2);
  });

  it('refuses gradients whose sum would overflow', () => {
    const rule = ruleOf(slicesOf({ shape: [1] }), { accumulateBatches: 9, float64: false });
    const parameters = Float32Array.of(1);
    const found = Array.from(
      { length: 4 },
      () => rule.apply(parameters, Float32Array.of(4e37), 1e-30).finite,
    );
    expect(found).toEqual([true, true, false, false]);
  });

  it('takes an update in float32 and in float64', () => {
    const slices = slicesOf({ shape: [2] });
    for (const float64 of [false, true]) {
      const rule = ruleOf(slices, {
        optimizer: adam,
        averaging: { momentum: 0.9 },
        accumulateBatches: 2,
        float64,
      });
      const array = (...values: number[]): Float32Array | Float64Array =>
        float64 ? Float64Array.from(values) : Float32Array.from(values);
      const parameters = array(1, 2);
      for (let t = 0; t < 4; t++) expect(rule.apply(parameters, array(t, -1), 0.1).finite).toBe(true);
      for (const slot of Object.values(rule.save().slots))
        expect(slot.constructor).toBe(parameters.constructor);
    }
  });
});

describe('UpdateRule, resumed', () => {
  const anyRule = fc.record({
    optimizer: fc
      .constantFrom<Record<string, unknown>>(
        { type: 'adam' },
        { type: 'adamW' },
        { type: 'sgd', momentum: 0.9 },
        { type: 'rmsProp', centered: true, momentum: 0.5 },
        { type: 'adagrad' },
        { type: 'adadelta' },
        { type: 'nadam' },
        { type: 'lion' },
      )
      .map((config) => optimizerSchema.parse(config)),
    clipping: fc.constantFrom<UpdateRuleOptions['clipping']>(
      false,
      { type: 'value', limit: 0.1 },
      { type: 'norm', limit: 0.1 },
      { type: 'globalNorm', limit: 0.1 },
    ),
    averaging: fc.constantFrom<UpdateRuleOptions['averaging']>(false, { momentum: 0.9 }),
    accumulateBatches: fc.constantFrom(1, 2, 5),
    float64: fc.boolean(),
  });

  it('at any batch, goes on bit for bit', () => {
    const slices = slicesOf(
      { shape: [2, 2], maxNorm: 1.5 },
      { shape: [1], trainable: false },
      { shape: [2], decays: false },
    );
    fc.assert(
      fc.property(anyRule, fc.nat(30), fc.integer({ min: 1, max: 80 }), (options, stop, more) => {
        const array = (fill: (i: number) => number): Float32Array | Float64Array => {
          const values = Array.from({ length: 7 }, (_, i) => fill(i));
          return options.float64 ? Float64Array.from(values) : Float32Array.from(values);
        };
        const batch = (t: number) => array((i) => Math.sin(t * 7 + i * 3));
        const whole = ruleOf(slices, options);
        const parameters = array((i) => i - 3);
        for (let t = 0; t < stop; t++) whole.apply(parameters, batch(t), 0.01 * (1 + t));
        const resumed = ruleOf(slices, options);
        resumed.restore(whole.save());
        const copy = parameters.slice();
        for (let t = stop; t < stop + more; t++) {
          whole.apply(parameters, batch(t), 0.01 * (1 + t));
          resumed.apply(copy, batch(t), 0.01 * (1 + t));
        }
        expect(copy).toEqual(parameters);
        expect(resumed.save()).toEqual(whole.save());
        expect(resumed.average).toEqual(whole.average);
      }),
    );
  });

  it('refuses a state without its slots', () => {
    const slices = slicesOf({ shape: [1] });
    const state = ruleOf(slices).save();
    for (const options of [{ averaging: { momentum: 0.9 } }, { accumulateBatches: 2 }]) {
      expect(() => ruleOf(slices, options).restore(state)).toThrow(
        expect.objectContaining({ code: 'internal.optimizerState' }),
      );
    }
  });
});
