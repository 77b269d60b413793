import { describe, expect, it } from 'vitest';
import {
  binaryScores,
  classificationScores,
  confusionCounts,
  perClassScores,
} from '../../../src/core/evaluate/classification';
import { expectAllClose, expectScores, readReference } from './reference';

interface Case {
  readonly name: string;
  readonly actual: number[];
  readonly predicted: number[];
  readonly classes: number;
  readonly counts: number[];
  readonly perClass: Record<'precision' | 'recall' | 'f1' | 'support', number[]>;
  readonly scores: Record<string, number>;
  readonly binary?: Record<string, number>;
}
const { cases } = readReference('classes') as { cases: Case[] };

describe('scores of classes, against scikit-learn', () => {
  it.each(cases)('$name', ({ name, actual, predicted, classes, ...expected }) => {
    const columns = [Uint32Array.from(actual), Uint32Array.from(predicted)] as const;
    const counts = confusionCounts(...columns, classes);
    expect(Array.from(counts)).toEqual(expected.counts);
    expectScores({ ...classificationScores(...columns, classes) }, expected.scores, name);
    const each = perClassScores(counts, classes);
    expectAllClose(each.precision, expected.perClass.precision, 'precision');
    expectAllClose(each.recall, expected.perClass.recall, 'recall');
    expectAllClose(each.f1, expected.perClass.f1, 'f1');
    expectAllClose(each.support, expected.perClass.support, 'support');
    if (expected.binary !== undefined) expectScores({ ...binaryScores(counts) }, expected.binary, name);
  });

  it('counts rows by true and predicted class', () => {
    expect(confusionCounts(Uint32Array.of(0, 0, 1), Uint32Array.of(0, 1, 1), 2)).toEqual(
      Float64Array.of(1, 1, 0, 1),
    );
  });

  it('has no scores of no rows', () => {
    const scores = classificationScores(new Uint32Array(0), new Uint32Array(0), 3);
    expect(Object.values(scores).every(Number.isNaN)).toBe(true);
  });
});
