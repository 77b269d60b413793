import { describe, expect, it } from 'vitest';
import { EarlyStopping, earlyStoppingStateSchema } from '../../../../src/core/train/callbacks/earlyStopping';
import { stringifyJson } from '../../../../src/shared/numbers';
import { earlyStoppingSchema, monitorSchema } from '../../../../src/shared/schema/training';
import { reference } from '../support';
import { callbacksReference } from '../update/support';

describe('EarlyStopping, against keras.callbacks.EarlyStopping', () => {
  it.each(reference.earlyStopping.map((entry) => [JSON.stringify(entry.losses), entry] as const))(
    'losses %s',
    (_, { losses, patience, minDelta, epochs, stopped, waits, restoredEpoch }) => {
      const stopping = new EarlyStopping(earlyStoppingSchema.parse({ patience, minDelta }));
      let epoch = 0;
      let stop = false;
      const found: number[] = [];
      while (!stop && epoch < losses.length) {
        epoch++;
        stop = stopping.afterEpoch(epoch, losses[epoch - 1]).stop;
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

  it('follows 120 random traces, up and down, with warm-ups and NaN, also through a checkpoint at every epoch', () => {
    for (const {
      mode,
      values,
      waits,
      stopped,
      lastEpoch,
      bestEpoch,
      ...rule
    } of callbacksReference.earlyStopping) {
      const monitor = mode === 'min' ? 'loss' : 'accuracy';
      const config = earlyStoppingSchema.parse({ ...rule, monitor });
      let stopping = new EarlyStopping(config);
      let epoch = 0;
      let stop = false;
      const found: number[] = [];
      while (!stop && epoch < values.length) {
        epoch++;
        const verdict = stopping.afterEpoch(epoch, Number(values[epoch - 1]));
        expect(verdict.improved).toBe(stopping.bestEpoch === epoch);
        stop = verdict.stop;
        found.push(stopping.save().wait);
        const saved = stringifyJson(stopping.save());
        stopping = new EarlyStopping(config, earlyStoppingStateSchema.parse(JSON.parse(saved)));
      }
      expect({ found, stop, epoch, best: stopping.bestEpoch }).toEqual({
        found: waits,
        stop: stopped,
        epoch: lastEpoch,
        best: bestEpoch,
      });
    }
  });
});

describe('EarlyStopping', () => {
  it.each(monitorSchema.options)('takes less, or more, of %s for better, as it is', (monitor) => {
    const stopping = new EarlyStopping(earlyStoppingSchema.parse({ monitor }));
    stopping.afterEpoch(1, 0.5);
    const isLower = ['loss', 'rmse', 'mae'].includes(monitor);
    expect(stopping.afterEpoch(2, isLower ? 0.6 : 0.4).improved).toBe(false);
    expect(stopping.afterEpoch(3, isLower ? 0.4 : 0.6).improved).toBe(true);
  });

  it('never stops when switched off, and still knows the best epoch', () => {
    const stopping = new EarlyStopping(false);
    for (let epoch = 1; epoch <= 50; epoch++) {
      expect(stopping.afterEpoch(epoch, epoch === 3 ? 0 : 1).stop).toBe(false);
    }
    expect(stopping.bestEpoch).toBe(3);
    expect(stopping.best).toBe(0);
  });

  it('goes on from a saved state', () => {
    const config = earlyStoppingSchema.parse({ patience: 2 });
    const one = new EarlyStopping(config);
    one.afterEpoch(1, 0.5);
    one.afterEpoch(2, 0.6);
    const other = new EarlyStopping(config, one.save());
    expect(other.afterEpoch(3, 0.7)).toEqual({ improved: false, stop: true });
  });

  it('does not see epochs without a value', () => {
    const stopping = new EarlyStopping(earlyStoppingSchema.parse({ patience: 1, monitor: 'rocAuc' }));
    expect(stopping.afterEpoch(1, undefined)).toEqual({ improved: false, stop: false });
    expect(stopping.afterEpoch(2, 0.5)).toEqual({ improved: true, stop: false });
    expect(stopping.afterEpoch(3, undefined)).toEqual({ improved: false, stop: false });
    expect(stopping.afterEpoch(4, 0.5)).toEqual({ improved: false, stop: true });
  });
});
