import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningMedian } from '../../../../src/core/train/callbacks/runningMedian';
import { SpikeDetector, spikesStateSchema } from '../../../../src/core/train/callbacks/spikes';

/** numpy.median */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

describe('RunningMedian', () => {
  it('is the median of the last so many numbers, with ties and signs', () => {
    const anyNumber = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -9, max: 9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (values, size) => {
        const median = new RunningMedian(size);
        values.forEach((value, i) => {
          median.add(value);
          const last = values.slice(Math.max(0, i + 1 - size), i + 1);
          expect(median.median).toBeCloseTo(medianOf(last), 12);
          expect(median.toArray()).toEqual(last);
        });
      }),
    );
  });

  it('has none of nothing, and does not overflow', () => {
    const median = new RunningMedian(2);
    expect(median.median).toBeNaN();
    median.add(1.7e308);
    median.add(1.7e308);
    expect(median.median).toBe(1.7e308);
  });

  it('takes a window of 10,000 in its stride', () => {
    const median = new RunningMedian(10_000);
    for (let i = 0; i < 30_000; i++) median.add(Math.sin(i));
    expect(Math.abs(median.median)).toBeLessThan(0.01);
  });
});

describe('SpikeDetector', () => {
  const told = (losses: readonly number[], config = { factor: 10, window: 10 }): number[] => {
    const detector = new SpikeDetector(config);
    return losses.flatMap((loss, step) => (detector.afterStep(loss) === undefined ? [] : [step]));
  };
  const calm = (count: number): number[] => Array.from({ length: count }, () => 1);

  it('tells a loss over factor times the median of the steps before it, with that median', () => {
    const detector = new SpikeDetector({ factor: 10, window: 10 });
    for (const loss of calm(10)) detector.afterStep(loss);
    expect(detector.afterStep(10)).toBeUndefined();
    expect(detector.afterStep(10.1)).toBe(1);
  });

  it('waits for half a window', () => {
    expect(told([...calm(4), 99, 1, 1, 99])).toEqual([7]);
    expect(told([...calm(5), 99])).toEqual([5]);
  });

  it('tells the first of high steps in a row, and the next after a step that was not', () => {
    expect(told([...calm(10), 50, 60, 70, 1, 50])).toEqual([10, 14]);
  });

  it('takes a level that stays as normal', () => {
    expect(told([...calm(10), ...calm(20).map(() => 50), 1, 51, 501])).toEqual([10, 32]);
  });

  it('judges nothing by a median of 0 or less, and leaves out what is not finite', () => {
    expect(told([...calm(10).map(() => -1), 5])).toEqual([]);
    expect(told([...calm(10).map(() => 0), 5])).toEqual([]);
    expect(told([...calm(10), NaN, Infinity, 11])).toEqual([12]);
  });

  it('goes on from a saved state', () => {
    const config = { factor: 3, window: 12 };
    const losses = Array.from({ length: 200 }, (_, i) => (i % 7 === 6 ? 9 : 1) + Math.sin(i * i) / 2);
    const whole = told(losses, config);
    expect(whole.length).toBeGreaterThan(0);
    let detector = new SpikeDetector(config);
    const found = losses.flatMap((loss, step) => {
      const median = detector.afterStep(loss);
      detector = new SpikeDetector(
        config,
        spikesStateSchema.parse(JSON.parse(JSON.stringify(detector.save()))),
      );
      return median === undefined ? [] : [step];
    });
    expect(found).toEqual(whole);
  });
});
