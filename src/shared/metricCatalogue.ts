// Owns what is known of each scalar metric: for which tasks it is, which way is better, its range, what it needs. How it
// is called and its formula are in metricTexts.ts; how it is computed, in core/evaluate. A new name does not compile
// until it is here.
import type { MetricName } from './schema/experiment';

export type MetricTask = 'regression' | 'binary' | 'multiclass' | 'multilabel' | 'ranking';

export interface MetricFacts {
  readonly tasks: readonly MetricTask[];
  /** zero: the nearer to 0 the better, on either side. */
  readonly direction: 'higher' | 'lower' | 'zero';
  readonly range: readonly [number, number];
  /** Needs probabilities or scores, not only the predicted class. */
  readonly needsProbabilities: boolean;
  /** Shown without being asked for. */
  readonly headline: boolean;
}

const EVERY: readonly MetricTask[] = ['regression', 'binary', 'multiclass', 'multilabel', 'ranking'];
const CLASSES: readonly MetricTask[] = ['binary', 'multiclass'];
const LABELS: readonly MetricTask[] = ['binary', 'multiclass', 'multilabel'];
const UNIT = [0, 1] as const;
const POSITIVE = [0, Infinity] as const;

const facts = (
  tasks: readonly MetricTask[],
  direction: MetricFacts['direction'],
  range: MetricFacts['range'],
  more: { readonly needsProbabilities?: boolean; readonly headline?: boolean } = {},
): MetricFacts => ({ tasks, direction, range, needsProbabilities: false, headline: false, ...more });

const HEADLINE = { headline: true };
const PROBABILITIES = { needsProbabilities: true };
const HEADLINE_OF_PROBABILITIES = { headline: true, needsProbabilities: true };

export const METRICS: Readonly<Record<MetricName, MetricFacts>> = {
  loss: facts(EVERY, 'lower', [-Infinity, Infinity], HEADLINE_OF_PROBABILITIES),
  accuracy: facts(CLASSES, 'higher', UNIT, HEADLINE),
  balancedAccuracy: facts(CLASSES, 'higher', UNIT, HEADLINE),
  macroF1: facts(LABELS, 'higher', UNIT, HEADLINE),
  rocAuc: facts(LABELS, 'higher', UNIT, HEADLINE_OF_PROBABILITIES),
  prAuc: facts(LABELS, 'higher', UNIT, HEADLINE_OF_PROBABILITIES),
  precision: facts(['binary'], 'higher', UNIT),
  recall: facts(['binary'], 'higher', UNIT),
  specificity: facts(['binary'], 'higher', UNIT),
  f1: facts(['binary'], 'higher', UNIT),
  precisionMacro: facts(LABELS, 'higher', UNIT),
  recallMacro: facts(LABELS, 'higher', UNIT),
  precisionMicro: facts(['multilabel'], 'higher', UNIT),
  recallMicro: facts(['multilabel'], 'higher', UNIT),
  f1Micro: facts(['multilabel'], 'higher', UNIT),
  precisionWeighted: facts(LABELS, 'higher', UNIT),
  recallWeighted: facts(LABELS, 'higher', UNIT),
  f1Weighted: facts(LABELS, 'higher', UNIT),
  rocAucWeighted: facts(['multiclass'], 'higher', UNIT, PROBABILITIES),
  mcc: facts(CLASSES, 'higher', [-1, 1]),
  kappa: facts(CLASSES, 'higher', [-1, 1]),
  logLoss: facts(CLASSES, 'lower', [0, Infinity], PROBABILITIES),
  brier: facts(CLASSES, 'lower', [0, 2], PROBABILITIES),
  ece: facts(CLASSES, 'lower', UNIT, PROBABILITIES),
  mce: facts(CLASSES, 'lower', UNIT, PROBABILITIES),
  top3Accuracy: facts(['multiclass'], 'higher', UNIT, PROBABILITIES),
  top5Accuracy: facts(['multiclass'], 'higher', UNIT, PROBABILITIES),
  rmse: facts(['regression'], 'lower', POSITIVE, HEADLINE),
  mae: facts(['regression'], 'lower', POSITIVE, HEADLINE),
  r2: facts(['regression'], 'higher', [-Infinity, 1], HEADLINE),
  mape: facts(['regression'], 'lower', POSITIVE),
  medianAbsoluteError: facts(['regression'], 'lower', POSITIVE),
  maxError: facts(['regression'], 'lower', POSITIVE),
  explainedVariance: facts(['regression'], 'higher', [-Infinity, 1]),
  meanBias: facts(['regression'], 'zero', [-Infinity, Infinity]),
  subsetAccuracy: facts(['multilabel'], 'higher', UNIT, HEADLINE),
  hammingLoss: facts(['multilabel'], 'lower', UNIT, HEADLINE),
  f1Samples: facts(['multilabel'], 'higher', UNIT),
  labelRankingAveragePrecision: facts(['multilabel'], 'higher', UNIT, PROBABILITIES),
  coverageError: facts(['multilabel'], 'lower', POSITIVE, PROBABILITIES),
  rankingLoss: facts(['multilabel'], 'lower', UNIT, PROBABILITIES),
  ndcg: facts(['ranking'], 'higher', UNIT, HEADLINE_OF_PROBABILITIES),
  mrr: facts(['ranking'], 'higher', UNIT, PROBABILITIES),
};

/** Whether `a` is better than `b`; false when they are equal or one is NaN. */
export function isBetter(metric: MetricName, a: number, b: number): boolean {
  switch (METRICS[metric].direction) {
    case 'higher':
      return a > b;
    case 'lower':
      return a < b;
    case 'zero':
      return Math.abs(a) < Math.abs(b);
  }
}
