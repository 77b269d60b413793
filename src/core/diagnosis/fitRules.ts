// Owns what the scores and the loss curves say of how well a run fits: too well, too little, not to its end.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatValue } from './words';
import type { Finding } from '../../shared/schema/diagnosis';
import { dropout, l2, learningRate, layersOf, setting } from './changes';
import type { SplitOutcome, TrainingTrace } from '../train/trainingTrace';

/** Standard errors a gap must be wide. */
const SIGMAS = 2.5;

/** Standard error of a difference of two shares. */
function errorOfGap(a: SplitOutcome, b: SplitOutcome, shareA: number, shareB: number): number {
  return Math.sqrt((shareA * (1 - shareA)) / a.rows + (shareB * (1 - shareB)) / b.rows);
}

export interface Gap {
  readonly metric: 'accuracy' | 'r2';
  readonly train: number;
  readonly validation: number;
  readonly isWide: boolean;
}

/** How much better train rows are predicted than validation rows, and whether that is more than chance. */
export function gapOf({ train, validation }: TrainingTrace): Gap | undefined {
  if (validation === undefined) return undefined;
  const a = train.scores.accuracy;
  const b = validation.scores.accuracy;
  if (a !== undefined && b !== undefined) {
    const isWide = a - b > Math.max(0.1, SIGMAS * errorOfGap(train, validation, a, b));
    return { metric: 'accuracy', train: a, validation: b, isWide };
  }
  const r2 = train.scores.r2;
  const other = validation.scores.r2;
  if (r2 === undefined || other === undefined) return undefined;
  const [rmse = 0, held = 0] = [train.scores.rmse, validation.scores.rmse];
  return { metric: 'r2', train: r2, validation: other, isWide: r2 - other > 0.15 && held > 1.5 * rmse };
}

export function overfitting(trace: TrainingTrace): Finding[] {
  const gap = gapOf(trace);
  if (gap?.isWide !== true) return [];
  const show = gap.metric === 'accuracy' ? formatPercent : formatValue;
  const { experiment } = trace;
  const smaller = experiment.model.layers.flatMap((layer) => {
    if (layer.type !== 'dense') return [];
    return [{ ...layer, units: Math.max(4, Math.round(layer.units / 4)) }];
  });
  return [
    {
      code: 'overfitting',
      severity: 'warning',
      message: l10n.t(
        'Over-fitting: {0} of the {1} train rows is {2}, of the {3} validation rows {4}. The network learnt rows by heart.',
        gap.metric === 'accuracy' ? l10n.t('accuracy') : 'R²',
        trace.train.rows,
        show(gap.train),
        trace.validation?.rows ?? 0,
        show(gap.validation),
      ),
      evidence: { train: gap.train, validation: gap.validation, trainRows: trace.train.rows },
      remedies: [
        ...dropout(experiment, 0.4),
        l2(experiment, 0.01),
        ...(smaller.length === 0 ? [] : [layersOf(l10n.t('Use a quarter of the units'), smaller)]),
      ],
    },
  ];
}

export function moreColumnsThanRows({ plan, train }: TrainingTrace): Finding[] {
  if (plan.inputWidth <= train.rows) return [];
  return [
    {
      code: 'moreColumnsThanRows',
      severity: 'warning',
      message: l10n.t(
        'There are {0} encoded columns for {1} train rows: almost any labels can be fitted by chance. Use fewer columns, more rows, or a linear model with a strong L2 penalty.',
        plan.inputWidth,
        train.rows,
      ),
      evidence: { columns: plan.inputWidth, rows: train.rows },
      remedies: [
        {
          label: l10n.t('Train a linear model with an L2 penalty of 0.1'),
          changes: [
            { path: ['model', 'layers'], value: [] },
            { path: ['model', 'output', 'l2'], value: 0.1 },
          ],
        },
      ],
    },
  ];
}

/** The curve of the train loss in its last tenth, at least two epochs. */
function lastFall(losses: readonly number[]): number {
  const back = Math.max(2, Math.ceil(losses.length / 10));
  const before = losses.at(-1 - back) ?? NaN;
  return (before - (losses.at(-1) ?? NaN)) / before;
}

function ranOut({ reason }: TrainingTrace): boolean {
  return reason === 'allEpochs' || reason === 'budget';
}

/** Whether what was learnt in the second half of the epochs is as much as in the first: a straight, shallow curve. */
export function learningRateTooLow(trace: TrainingTrace): Finding[] {
  const { trainLosses, constantLoss, firstLoss } = trace;
  const epochs = trainLosses.length;
  if (!ranOut(trace) || epochs < 4) return [];
  const start = trainLosses[0] ?? NaN;
  const middle = trainLosses[Math.floor((epochs - 1) / 2)] ?? NaN;
  const end = trainLosses.at(-1) ?? NaN;
  const [early, late] = [start - middle, middle - end];
  const isSlow = late > 0.6 * early && late > 0 && end > 0.5 * Math.min(constantLoss, firstLoss);
  if (!isSlow) return [];
  return [
    {
      code: 'learningRateTooLow',
      severity: 'warning',
      message: l10n.t(
        'The learning rate {0} is too low: in {1} epochs the train loss only went from {2} to {3}, in an almost straight line. A constant guess has {4}.',
        trace.learningRate,
        epochs,
        formatValue(start),
        formatValue(end),
        formatValue(constantLoss),
      ),
      evidence: { learningRate: trace.learningRate, start, middle, end, constantLoss },
      remedies: [learningRate(10 * trace.learningRate), learningRate(100 * trace.learningRate)],
    },
  ];
}

/** 1-based, by the validation loss where there is one. */
function bestEpoch({ validationLosses, trainLosses }: TrainingTrace): number {
  const losses = validationLosses.length > 0 ? validationLosses : trainLosses;
  return losses.indexOf(Math.min(...losses)) + 1;
}

export function stoppedTooSoon(trace: TrainingTrace): Finding[] {
  const { trainLosses, experiment } = trace;
  const epochs = trainLosses.length;
  if (!ranOut(trace) || epochs < 3) return [];
  const fall = lastFall(trainLosses);
  const best = bestEpoch(trace);
  if (!(fall > 0.05) || best < epochs - Math.ceil(epochs / 10)) return [];
  const more = 3 * experiment.training.epochs;
  return [
    {
      code: 'stoppedTooSoon',
      severity: 'warning',
      message: l10n.t(
        'Training ended while it was still getting better: the train loss fell by {0} in the last tenth of {1} epochs, and epoch {2} is the best.',
        formatPercent(fall),
        epochs,
        best,
      ),
      evidence: { fall, epochs, best },
      remedies: [setting(l10n.t('Train up to {0} epochs', more), ['training', 'epochs'], more)],
    },
  ];
}

export function underfitting(trace: TrainingTrace): Finding[] {
  const { train, experiment } = trace;
  const loss = train.scores.loss ?? NaN;
  if (!(loss > 0.95 * trace.constantLoss)) return [];
  const wider = [
    { type: 'dense', units: 256, activation: 'relu' },
    { type: 'dense', units: 128, activation: 'relu' },
  ];
  return [
    {
      code: 'underfitting',
      severity: 'warning',
      message: l10n.t(
        'Under-fitting: the loss of the train rows is {0}, and always guessing the mean or the shares of the classes has {1}. The columns say nothing of the target, or the network cannot learn it.',
        formatValue(loss),
        formatValue(trace.constantLoss),
      ),
      evidence: { loss, constantLoss: trace.constantLoss },
      remedies: [
        layersOf(l10n.t('Use two dense layers of 256 and 128 units, without dropout'), wider),
        ...(experiment.training.optimizer.type === 'adam'
          ? []
          : [setting(l10n.t('Use Adam'), ['training', 'optimizer'], { type: 'adam' })]),
      ],
    },
  ];
}

/** Share of epochs that may be clearly worse than the one before. */
const RISING_SHARE = 0.22;
const MIN_EPOCHS = 10;
/** Of a batch, beside the first batch and beside a constant guess. */
const JUMP = 4;

/** Worse by a twentieth, and by more than the noise of a loss near 0. */
function risingShare({ trainLosses, constantLoss }: TrainingTrace): number {
  if (trainLosses.length < MIN_EPOCHS) return 0;
  const rises = trainLosses.filter((loss, i) => {
    const before = trainLosses[i - 1] ?? loss;
    return loss > 1.05 * before && loss - before > 0.01 * constantLoss;
  });
  return rises.length / (trainLosses.length - 1);
}

export function learningRateTooHigh(trace: TrainingTrace): Finding[] {
  const { firstLoss, largestLoss, constantLoss } = trace;
  const share = risingShare(trace);
  const jump = largestLoss / Math.max(firstLoss, constantLoss);
  if (!(share > RISING_SHARE || jump > JUMP)) return [];
  return [
    {
      code: 'learningRateTooHigh',
      severity: 'warning',
      message: l10n.t(
        'The learning rate {0} is too high: the loss of a batch went up to {1} ({2} at the start), and {3} of the epochs were clearly worse than the one before.',
        trace.learningRate,
        formatValue(largestLoss),
        formatValue(firstLoss),
        formatPercent(share),
      ),
      evidence: { learningRate: trace.learningRate, largestLoss, firstLoss, risingShare: share },
      remedies: [
        learningRate(trace.learningRate / 10),
        learningRate(trace.learningRate / 100),
        setting(l10n.t('Clip the gradients to a length of 1'), ['training', 'clipping'], {
          type: 'globalNorm',
          limit: 1,
        }),
      ],
    },
  ];
}
