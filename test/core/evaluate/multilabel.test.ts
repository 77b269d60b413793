import { describe, expect, it } from 'vitest';
import {
  averagePrecisionPerLabel,
  labelRanking,
  multilabelScores,
  rocAucPerLabel,
} from '../../../src/core/evaluate/multilabel';
import { labelRowMetric, labelScalars } from '../../../src/core/evaluate/labelMetrics';
import { metricNameSchema } from '../../../src/shared/schema/experiment';
import { hitAtK, meanReciprocalRank, ndcg } from '../../../src/core/evaluate/retrieval';
import { expectAllClose, expectClose, expectScores, readReference } from './reference';

interface LabelCase {
  readonly name: string;
  readonly actual: number[];
  readonly predicted: number[];
  readonly scores: number[];
  readonly labels: number;
  readonly result: Record<string, number>;
  readonly ranking: Record<string, number>;
  readonly rocAuc: number[];
  readonly prAuc: number[];
}
interface RetrievalCase {
  readonly name: string;
  readonly gains: number[];
  readonly scores: number[];
  readonly items: number;
  readonly ndcg: number[];
  readonly mrr: number;
  readonly hits: number[];
}
const { cases, retrieval } = readReference('labels') as { cases: LabelCase[]; retrieval: RetrievalCase[] };
const CUTS = [1, 3, 6];

describe('scores of several labels a row, against scikit-learn', () => {
  it.each(cases)('$name', ({ name, labels, result, ranking, ...columns }) => {
    const actual = Uint8Array.from(columns.actual);
    const scored = { actual, scores: Float64Array.from(columns.scores), labels };
    expectScores(
      { ...multilabelScores({ actual, predicted: Uint8Array.from(columns.predicted), labels }) },
      result,
      name,
    );
    expectScores({ ...labelRanking(scored) }, ranking, name);
    expectAllClose(rocAucPerLabel(scored), columns.rocAuc, 'ROC AUC a label');
    expectAllClose(averagePrecisionPerLabel(scored), columns.prAuc, 'average precision a label');
  });

  it('are told by name, all at once and of any rows', () => {
    const { labels, result, ranking, ...columns } = cases[0]!;
    const rows = {
      actual: Uint8Array.from(columns.actual),
      predicted: Uint8Array.from(columns.predicted),
      scores: Float64Array.from(columns.scores),
      labels,
    };
    const scores = labelScalars(rows);
    expectScores({ ...scores }, { ...result, ...ranking }, 'labels');
    const count = columns.actual.length / labels;
    // Each row twice: no mean over rows sees it.
    const twice = Uint32Array.from({ length: 2 * count }, (_, i) => i % count);
    for (const name of metricNameSchema.options) {
      const value = scores[name];
      if (value !== undefined) expectClose(labelRowMetric(name, rows)?.(twice), value, name);
    }
    expect(labelRowMetric('accuracy', rows)).toBeUndefined();
    expect(labelScalars({ ...rows, actual: rows.actual.map(() => 0) })).not.toHaveProperty('rocAuc');
  });

  it('has no scores of no rows, and no ranking by what is not a number', () => {
    const none = { actual: new Uint8Array(0), predicted: new Uint8Array(0), labels: 3 };
    expect(Object.values(multilabelScores(none)).every(Number.isNaN)).toBe(true);
    const broken = labelRanking({ actual: Uint8Array.of(1, 0), scores: Float64Array.of(NaN, 1), labels: 2 });
    expect(Object.values(broken).every(Number.isNaN)).toBe(true);
  });
});

describe('scores of rankings, against scikit-learn', () => {
  it.each(retrieval)('$name', (expected) => {
    const rows = {
      gains: Float64Array.from(expected.gains),
      scores: Float64Array.from(expected.scores),
      items: expected.items,
    };
    CUTS.forEach((k, i) => {
      expectClose(ndcg(rows, k), expected.ndcg[i]!, `NDCG@${k}`);
      expectClose(hitAtK(rows, k), expected.hits[i]!, `hit@${k}`);
    });
    expectClose(ndcg(rows), expected.ndcg[2]!, 'NDCG');
    expectClose(meanReciprocalRank(rows), expected.mrr, 'MRR');
  });

  it('earns nothing by scoring all the same, and has no scores of no rows', () => {
    const tied = { gains: Float64Array.of(0, 1, 0, 0), scores: new Float64Array(4), items: 4 };
    expect(meanReciprocalRank(tied)).toBe(1 / 4);
    expect(hitAtK(tied, 3)).toBe(0);
    const none = { gains: new Float64Array(0), scores: new Float64Array(0), items: 4 };
    expect([ndcg(none), meanReciprocalRank(none), hitAtK(none, 1)]).toEqual([NaN, NaN, NaN]);
    const broken = { ...tied, scores: Float64Array.of(NaN, 1, 1, 1) };
    expect([ndcg(broken), meanReciprocalRank(broken), hitAtK(broken, 1)]).toEqual([NaN, NaN, NaN]);
  });
});
