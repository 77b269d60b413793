// Owns what predictions say of the labels: noise, a class that is never said, a loss that does not suit classes.
import * as l10n from '@vscode/l10n';
import type { Finding } from '../../shared/schema/diagnosis';
import { predictedClasses, probabilitiesOf } from '../train/outputs';
import { actualClasses } from '../train/scores';
import { setting } from './changes';
import { gapOf } from './fitRules';
import type { SplitOutcome, TrainingTrace } from '../train/trainingTrace';
import { formatPercent } from './words';

interface Judged {
  readonly actual: Uint32Array;
  readonly predicted: Uint32Array;
  /** Probability of the predicted class. */
  readonly confidence: Float64Array;
}

function judge({ plan }: TrainingTrace, { rows, outputs, y }: SplitOutcome): Judged {
  const width = plan.outputWidth;
  const classes = Math.max(2, width);
  const predicted = predictedClasses(outputs, rows, width, plan);
  const probabilities = probabilitiesOf(outputs, rows, width, plan);
  return {
    actual: actualClasses(y, rows, width),
    predicted,
    confidence: Float64Array.from(predicted, (c, row) => probabilities[row * classes + c] ?? 0),
  };
}

/** Fewer rows or errors than this prove nothing. */
const MIN_ROWS = 60;
const MIN_ERRORS = 15;

/**
 * Where classes overlap, a model that is sure is right and its errors lie where it is not. Flipped labels are wrong
 * everywhere alike: the surest quarter of the rows then has nearly as many errors as all of them.
 * @see Northcutt et al. 2021 on noise that does not depend on the row
 */
export function labelNoise(trace: TrainingTrace): Finding[] {
  if (trace.plan.task === 'regression' || trace.validation === undefined) return [];
  // Train rows that were learnt by heart show no error at all.
  const splits = gapOf(trace)?.isWide === true ? [trace.validation] : [trace.validation, trace.train];
  const rows = splits.flatMap((split) => {
    const { actual, predicted, confidence } = judge(trace, split);
    return Array.from(confidence, (sure, i) => ({ sure, wrong: actual[i] === predicted[i] ? 0 : 1 }));
  });
  const errors = rows.reduce((sum, { wrong }) => sum + wrong, 0);
  const error = errors / rows.length;
  if (rows.length < MIN_ROWS || errors < MIN_ERRORS || error < 0.1) return [];
  if (!beatsMajority(trace, error, rows.length)) return [];
  rows.sort((a, b) => b.sure - a.sure);
  const surest = rows.slice(0, Math.floor(rows.length / 4));
  const surestError = surest.reduce((sum, { wrong }) => sum + wrong, 0) / surest.length;
  if (surestError < 0.6 * error || surestError < 0.1) return [];
  return [
    {
      code: 'labelNoise',
      severity: 'warning',
      message: l10n.t(
        'Label noise: {0} of {1} rows are predicted as another class than their label says, and of the quarter that the network is surest of still {2}. About that share of the labels seems wrong. The report lists the suspects.',
        formatPercent(error),
        rows.length,
        formatPercent(surestError),
      ),
      evidence: { error, surestError, rows: rows.length },
      remedies: [
        setting(l10n.t('Smooth the labels by 0.2'), ['training', 'loss'], {
          type: trace.plan.outputWidth === 1 ? 'binaryCrossEntropy' : 'categoricalCrossEntropy',
          labelSmoothing: 0.2,
        }),
      ],
    },
  ];
}

/** A model that learnt nothing is wrong everywhere alike too. */
function beatsMajority(trace: TrainingTrace, error: number, rows: number): boolean {
  const majority = majorityShare(trace);
  return 1 - error > majority + 3 * Math.sqrt((majority * (1 - majority)) / rows);
}

function majorityShare({ plan, train }: TrainingTrace): number {
  const counts = new Float64Array(Math.max(2, plan.outputWidth));
  for (const c of actualClasses(train.y, train.rows, plan.outputWidth)) counts[c] = (counts[c] ?? 0) + 1;
  return Math.max(...counts) / train.rows;
}

export function classNeverPredicted(trace: TrainingTrace): Finding[] {
  if (trace.target.task === 'regression') return [];
  const { classes } = trace.target;
  const support = new Uint32Array(classes.length);
  const said = new Uint32Array(classes.length);
  for (const split of [trace.train, ...(trace.validation === undefined ? [] : [trace.validation])]) {
    const { actual, predicted } = judge(trace, split);
    for (const c of actual) support[c] = (support[c] ?? 0) + 1;
    for (const c of predicted) said[c] = (said[c] ?? 0) + 1;
  }
  const total = support.reduce((sum, n) => sum + n, 0);
  const missing = classes.flatMap((name, c) =>
    (support[c] ?? 0) >= 3 && said[c] === 0 ? [{ name, c }] : [],
  );
  const [first] = missing;
  if (first === undefined) return [];
  const rows = support[first.c] ?? 0;
  return [
    {
      code: 'classNeverPredicted',
      severity: 'warning',
      message: l10n.t(
        'Never predicted: {0}. "{1}" is the label of {2} of {3} train and validation rows, and no row is predicted as it.',
        missing.map(({ name }) => `"${name}"`).join(', '),
        first.name,
        rows,
        total,
      ),
      evidence: { rows, total, classes: missing.length },
      remedies: [
        setting(l10n.t('Weigh classes by how rare they are'), ['training', 'classWeights'], 'balanced'),
        setting(l10n.t('Use the focal loss'), ['training', 'loss'], { type: 'focal' }),
      ],
    },
  ];
}

export function squaredErrorOfClasses({ plan, experiment, train }: TrainingTrace): Finding[] {
  if (plan.task === 'regression' || plan.loss.type !== 'meanSquaredError') return [];
  const accuracy = train.scores.accuracy ?? NaN;
  return [
    {
      code: 'squaredErrorOfClasses',
      severity: 'warning',
      message: l10n.t(
        'The loss is the mean squared error of {0} outputs behind "{1}", but the target has classes: where an output is surely wrong its gradient is almost 0, so learning is slow (train accuracy {2} after {3} epochs at most). Cross-entropy has no such flat places.',
        plan.outputWidth,
        plan.outputActivation,
        formatPercent(accuracy),
        experiment.training.epochs,
      ),
      evidence: { outputs: plan.outputWidth, accuracy },
      remedies: [
        {
          label: l10n.t('Use cross-entropy'),
          changes: [
            { path: ['training', 'loss'], value: 'auto' },
            { path: ['model', 'output', 'activation'], value: 'auto' },
          ],
        },
      ],
    },
  ];
}
