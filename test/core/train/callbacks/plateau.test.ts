import { describe, expect, it } from 'vitest';
import { Plateau, plateauStateSchema } from '../../../../src/core/train/callbacks/plateau';
import { stringifyJson } from '../../../../src/shared/numbers';
import { scheduleSchema, type ScheduleConfig } from '../../../../src/shared/schema/training';
import { callbacksReference } from '../update/support';

function plateauOf(rule: Record<string, unknown>): Extract<ScheduleConfig, { type: 'plateau' }> {
  const config = scheduleSchema.parse({ type: 'plateau', ...rule });
  if (config.type !== 'plateau') throw new Error('expected a plateau');
  return config;
}

describe('Plateau, against keras.callbacks.ReduceLROnPlateau', () => {
  it('follows 80 random traces, also through a checkpoint at every epoch', () => {
    for (const { values, rates, waits, cooldowns, learningRate, ...rule } of callbacksReference.plateau) {
      const config = plateauOf(rule);
      let plateau = new Plateau(config, learningRate);
      values.forEach((value, epoch) => {
        plateau.afterEpoch(Number(value));
        const saved = plateau.save();
        expect({ wait: saved.wait, cooldown: saved.cooldown }).toEqual({
          wait: waits[epoch],
          cooldown: cooldowns[epoch],
        });
        // Keras keeps rates in float32.
        expect(Math.abs(plateau.scale * learningRate - rates[epoch]!)).toBeLessThan(1e-6 * rates[epoch]!);
        plateau = new Plateau(
          config,
          learningRate,
          plateauStateSchema.parse(JSON.parse(stringifyJson(saved))),
        );
      });
    }
  });
});

describe('Plateau', () => {
  it('tells of a cut, and none at the minimum', () => {
    const plateau = new Plateau(plateauOf({ patience: 1, factor: 0.5, minimum: 0.04 }), 0.1);
    expect([1, 1, 1, 1].map((loss) => plateau.afterEpoch(loss))).toEqual([false, true, true, false]);
    expect(plateau.scale * 0.1).toBeCloseTo(0.04, 15);
  });

  it('does nothing without validation rows', () => {
    const plateau = new Plateau(plateauOf({ patience: 1 }), 0.1);
    for (let epoch = 0; epoch < 9; epoch++) expect(plateau.afterEpoch(undefined)).toBe(false);
    expect(plateau.scale).toBe(1);
  });
});
