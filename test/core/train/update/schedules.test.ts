import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../../src/core/train/update/schedules';
import { scheduleSchema } from '../../../../src/shared/schema/training';
import { updatesReference } from './support';

describe('learningRateAt, step by step', () => {
  it.each(
    updatesReference.schedules.map((entry) => [entry.source, JSON.stringify(entry.schedule), entry] as const),
  )('as %s: %s', (_, __, { schedule, stepsPerEpoch, epochs, warmupEpochs, learningRate, rates }) => {
    const config = { learningRate, warmupEpochs, schedule: scheduleSchema.parse(schedule) };
    // keras.ops.cos computes in float32, whatever it is given.
    const isCoarse = config.schedule.type.startsWith('cosine');
    rates.forEach((rate, step) => {
      const found = learningRateAt(config, { step, stepsPerEpoch, epochs });
      expect(Math.abs(found - rate)).toBeLessThanOrEqual(isCoarse ? 1e-7 * learningRate : 1e-9 * rate);
    });
  });
});

const time = { stepsPerEpoch: 10, epochs: 5 };
const rates = (
  schedule: Record<string, unknown>,
  warmupEpochs = 0,
  { stepsPerEpoch, epochs } = time,
): number[] =>
  Array.from({ length: Math.ceil(stepsPerEpoch * epochs) }, (_, step) =>
    learningRateAt(
      { learningRate: 1, warmupEpochs, schedule: scheduleSchema.parse(schedule) },
      { step, stepsPerEpoch, epochs },
    ),
  );

describe('learningRateAt', () => {
  it('stays for constant and for plateau, whose callback scales it', () => {
    expect(new Set([...rates({ type: 'constant' }), ...rates({ type: 'plateau' })])).toEqual(new Set([1]));
  });

  it('rises from 0 in a line before any schedule, which then has the rest', () => {
    for (const { type } of scheduleSchema.options.map((option) => ({ type: option.shape.type.value }))) {
      const found = rates({ type }, 2);
      expect(found.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i / 20));
      expect(found.slice(20)).toEqual(rates({ type }, 0, { stepsPerEpoch: 10, epochs: 3 }));
    }
  });

  it('cuts at the first step of an epoch, also for shares of epochs that are no binary fractions', () => {
    const found = rates({ type: 'step', everyEpochs: 0.7, factor: 0.5 });
    found.forEach((rate, step) => expect(rate).toBe(0.5 ** Math.floor((10 * step) / 70 + 1e-12)));
  });

  it('starts again exactly at each restart', () => {
    const found = rates({ type: 'cosineRestarts', firstEpochs: 0.7, lengthFactor: 2 });
    const tops = found.flatMap((rate, step) => (rate === 1 ? [step] : []));
    expect(tops).toEqual([0, 7, 21, 49]);
  });

  it('takes epochs of a fraction of steps', () => {
    const found = rates({ type: 'cosine' }, 0, { stepsPerEpoch: 2.5, epochs: 4 });
    expect(found).toHaveLength(10);
    expect(found[5]).toBeCloseTo(0.5, 12);
  });

  it('stays where it ended past the end', () => {
    const at = (type: string, step: number): number =>
      learningRateAt(
        { learningRate: 1, warmupEpochs: 0, schedule: scheduleSchema.parse({ type }) },
        { step, ...time },
      );
    expect(at('cosine', 80)).toBe(0);
    expect(at('oneCycle', 80)).toBe(at('oneCycle', 49));
  });

  it('is finite and between 0 and the rate, however short the training', () => {
    const anySchedule = fc.oneof(
      ...scheduleSchema.options.map((option) => fc.constant({ type: option.shape.type.value })),
      fc.record({ type: fc.constant('oneCycle'), rise: fc.double({ min: 0.01, max: 0.99, noNaN: true }) }),
      fc.record({
        type: fc.constant('cosineRestarts'),
        firstEpochs: fc.double({ min: 0.1, max: 3, noNaN: true }),
        lengthFactor: fc.double({ min: 1, max: 3, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(
        anySchedule,
        fc.record({
          step: fc.nat(300),
          stepsPerEpoch: fc.oneof(fc.constantFrom(0.1, 0.5, 1), fc.integer({ min: 1, max: 50 })),
          epochs: fc.integer({ min: 1, max: 9 }),
        }),
        fc.constantFrom(0, 0.3, 2, 20),
        (schedule, when, warmupEpochs) => {
          const config = { learningRate: 0.1, warmupEpochs, schedule: scheduleSchema.parse(schedule) };
          const rate = learningRateAt(config, when);
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(0.1 * (1 + 1e-12));
        },
      ),
    );
  });
});
