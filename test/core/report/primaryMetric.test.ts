import { describe, expect, it } from 'vitest';
import { primaryMetric } from '../../../src/core/report/primaryMetric';
import type { Task } from '../../../src/shared/schema/experiment';
import { experimentOf } from '../train/support';
import { splitOf } from './support';

function primaryOf(task: Task, counts: readonly number[], metric = 'auto'): string {
  const rows = counts.flatMap((count, c) =>
    Array.from({ length: count }, () => ({
      x: [0],
      y: task === 'multiclass' ? counts.map((_, other) => (other === c ? 1 : 0)) : [c],
    })),
  );
  const experiment = experimentOf(task, [], {}, { metric });
  return primaryMetric(experiment, splitOf(rows), task === 'multiclass' ? counts.length : 1).metric;
}

describe('the primary metric', () => {
  it('of two classes is the ROC AUC, with under 10 % positives the PR AUC', () => {
    expect(primaryOf('binary', [90, 10])).toBe('rocAuc');
    expect(primaryOf('binary', [91, 9])).toBe('prAuc');
  });

  it('of several is the accuracy, macro F1 when one is rare', () => {
    expect(primaryOf('multiclass', [100, 50, 10])).toBe('accuracy');
    expect(primaryOf('multiclass', [100, 50, 9])).toBe('macroF1');
  });

  it('of a number is the RMSE', () => {
    expect(primaryOf('regression', [5, 5])).toBe('rmse');
  });

  it('is what the config asks for, if the task has it', () => {
    expect(primaryOf('binary', [91, 9], 'f1')).toBe('f1');
    expect(primaryOf('regression', [5, 5], 'mae')).toBe('mae');
    expect(primaryOf('regression', [5, 5], 'accuracy')).toBe('rmse');
  });
});
