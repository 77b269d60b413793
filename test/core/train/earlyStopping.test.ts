import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../../src/core/train/earlyStopping';
import { reference } from './support';

describe('EarlyStopping, against keras.callbacks.EarlyStopping', () => {
  it.each(reference.earlyStopping.map((entry) => [JSON.stringify(entry.losses), entry] as const))(
    'losses %s',
    (_, { losses, patience, minDelta, epochs, stopped, waits, restoredEpoch }) => {
      const stopping = new EarlyStopping({ patience, minDelta, restoreBest: true });
      let epoch = 0;
      let stop = false;
      const found: number[] = [];
      while (!stop && epoch < losses.length) {
        epoch++;
        stop = stopping.afterEpoch(epoch, losses[epoch - 1]!).stop;
        found.push(stopping.save().wait);
      }
      expect({ epoch, stop, found, best: stopping.bestEpoch }).toEqual({
        epoch: epochs,
        stop: stopped,
        found: waits,
        best: restoredEpoch,
      });
    },
  );

  it('never stops when switched off, and still knows the best epoch', () => {
    const stopping = new EarlyStopping(false);
    for (let epoch = 1; epoch <= 50; epoch++) {
      expect(stopping.afterEpoch(epoch, epoch === 3 ? 0 : 1).stop).toBe(false);
    }
    expect(stopping.bestEpoch).toBe(3);
  });

  it('goes on from a saved state', () => {
    const config = { patience: 2, minDelta: 0, restoreBest: true };
    const one = new EarlyStopping(config);
    one.afterEpoch(1, 0.5);
    one.afterEpoch(2, 0.6);
    const other = new EarlyStopping(config, one.save());
    expect(other.afterEpoch(3, 0.7)).toEqual({ improved: false, stop: true });
  });
});
