import { describe, expect, it } from 'vitest';
import { constantOutputs } from '../../../src/core/baselines/constant';

describe('constantOutputs', () => {
  it('is the mean of a number, by weight', () => {
    const y = Float32Array.of(1, 10, 2, 20, 6, 60);
    expect(constantOutputs({ task: 'regression', y, rows: 3, outputs: 2 })).toEqual(Float32Array.of(3, 30));
    const weights = Float32Array.of(1, 1, 2);
    expect(constantOutputs({ task: 'regression', y, rows: 3, outputs: 2, weights })).toEqual(
      Float32Array.of(15 / 4, 150 / 4),
    );
  });

  it('is the share as the task has it', () => {
    const y = Float32Array.of(1, 0, 0, 0);
    expect(constantOutputs({ task: 'binary', y, rows: 4, outputs: 1 })[0]).toBeCloseTo(Math.log(1 / 3), 6);
    const classes = Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1);
    const [first, second] = constantOutputs({ task: 'multiclass', y: classes, rows: 4, outputs: 2 });
    expect(first).toBeCloseTo(Math.log(3 / 4), 6);
    expect(second).toBeCloseTo(Math.log(1 / 4), 6);
    const [label] = constantOutputs({ task: 'multilabel', y: classes, rows: 4, outputs: 2 });
    expect(label).toBeCloseTo(Math.log(3), 6);
  });

  it('is finite for a class that never occurs, and does not overflow', () => {
    const [logit] = constantOutputs({ task: 'binary', y: Float32Array.of(0, 0), rows: 2, outputs: 1 });
    expect(logit).toBeCloseTo(Math.log(1e-15), 5);
    const y = Float32Array.of(3e38, 3e38, 3e38);
    expect(constantOutputs({ task: 'regression', y, rows: 3, outputs: 1 })[0]).toBeCloseTo(3e38, -32);
  });
});
