import { describe, expect, it } from 'vitest';
import { lossOf } from '../../../src/core/train/losses';
import { sigmoid, softmaxInto, softplus, type OutputRule } from '../../../src/core/train/outputs';
import type { Activation } from '../../../src/shared/schema/model';
import { lossNameSchema, lossSchema, type LossName } from '../../../src/shared/schema/training';
import { reference } from './support';

const SOFTMAX: readonly LossName[] = ['categoricalCrossEntropy', 'sparseCategoricalCrossEntropy'];
const isOfClasses = (loss: LossName): boolean => SOFTMAX.includes(loss);

function ruleOf(type: LossName): OutputRule {
  const activations: Partial<Record<LossName, Activation>> = {
    binaryCrossEntropy: 'sigmoid',
    focal: 'sigmoid',
    poisson: 'exponential',
    categoricalCrossEntropy: 'softmax',
    sparseCategoricalCrossEntropy: 'softmax',
  };
  return { loss: lossSchema.parse({ type }), outputActivation: activations[type] ?? 'linear' };
}

describe('lossOf', () => {
  it.each(lossNameSchema.options)('%s: the gradient is the slope of the value', (loss) => {
    const rule = ruleOf(loss);
    const [rows, width] = isOfClasses(loss) ? [4, 3] : [4, 1];
    const outputs = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(3 * i + 1) * 2);
    const y = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) y[row * width + (row % width)] = row % 2 === 0 || width > 1 ? 1 : 0;
    const weights = Float32Array.of(0.5, 1, 2, 1.5);
    const gradient = new Float32Array(rows * width);
    lossOf({ ...rule, outputs, y, rows, width, weights }, gradient);
    for (let i = 0; i < outputs.length; i++) {
      // Powers of two are exact in float32, and the loss itself is float64.
      const h = 2 ** -10;
      const up = outputs.slice();
      const down = outputs.slice();
      up[i]! += h;
      down[i]! -= h;
      const slope =
        (lossOf({ ...rule, outputs: up, y, rows, width, weights }) -
          lossOf({ ...rule, outputs: down, y, rows, width, weights })) /
        (up[i]! - down[i]!);
      expect(Math.abs(gradient[i]! - slope)).toBeLessThan(1e-6);
    }
  });

  it('is the log loss of scikit-learn', () => {
    const { actual, probabilities, classes, logLoss } = reference.metrics.rocAucOneVsRest;
    const y = new Float32Array(actual.length * classes);
    actual.forEach((c, row) => (y[row * classes + c] = 1));
    const outputs = Float32Array.from(probabilities, Math.log);
    const found = lossOf({
      ...ruleOf('categoricalCrossEntropy'),
      outputs,
      y,
      rows: actual.length,
      width: classes,
    });
    expect(found).toBeCloseTo(logLoss, 6);
  });

  it('stays finite and exact for large logits', () => {
    const outputs = Float32Array.of(1000, -1000);
    const y = Float32Array.of(0, 0);
    // -log(1 - sigmoid(1000)) = 1000, -log(1 - sigmoid(-1000)) = 0
    expect(lossOf({ ...ruleOf('binaryCrossEntropy'), outputs, y, rows: 2, width: 1 })).toBe(500);
    const oneHot = Float32Array.of(0, 1);
    expect(lossOf({ ...ruleOf('categoricalCrossEntropy'), outputs, y: oneHot, rows: 1, width: 2 })).toBe(
      2000,
    );
  });

  it('shows a NaN output, also of a class that is not the true one', () => {
    for (const loss of lossNameSchema.options) {
      const outputs = Float32Array.of(1, NaN);
      const y = Float32Array.of(1, 0);
      const rule = ruleOf(loss);
      const width = isOfClasses(loss) ? 2 : 1;
      expect(lossOf({ ...rule, outputs, y, rows: 2 / width, width })).toBeNaN();
    }
  });

  it('shows an infinite output, also where an activation or a margin would hide it', () => {
    for (const loss of lossNameSchema.options) {
      for (const outputActivation of ['linear', 'sigmoid', 'relu', 'tanh', 'softmax'] as const) {
        for (const wrong of [Infinity, -Infinity]) {
          for (const y of [Float32Array.of(1, 0), Float32Array.of(0, 1)]) {
            const rule = { ...ruleOf(loss), outputActivation };
            const width = isOfClasses(loss) || outputActivation === 'softmax' ? 2 : 1;
            const value = lossOf({ ...rule, outputs: Float32Array.of(wrong, 1), y, rows: 2 / width, width });
            expect(Number.isFinite(value), `${loss} behind ${outputActivation}`).toBe(false);
          }
        }
      }
    }
  });
});

describe('stable functions', () => {
  it('softplus, sigmoid and softmax at both ends', () => {
    expect(softplus(1000)).toBe(1000);
    expect(softplus(-1000)).toBe(0);
    expect(softplus(0)).toBeCloseTo(Math.LN2, 15);
    expect(sigmoid(-1000)).toBe(0);
    expect(sigmoid(1000)).toBe(1);
    const row = [0, 0];
    softmaxInto(Float32Array.of(1000, 1000), 0, 2, row, 0);
    expect(row).toEqual([0.5, 0.5]);
  });
});
