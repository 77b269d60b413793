// Owns the train rows whose label may be wrong: the network, though it has learnt from them, is sure of another class.
// @see Northcutt, Jiang & Chuang 2021, "Confident Learning": the threshold of a class
import type { Breather } from '../pacer';
import * as l10n from '@vscode/l10n';
import type { LabelNoise } from '../../shared/schema/report';
import { medianOfSorted } from '../evaluate/regression';
import type { PredictedClasses } from '../evaluate/scalarScores';
import { actualClasses } from '../train/scores';
import { predictedClasses, probabilitiesOf } from '../train/outputs';
import { forwardRows, type ReportContext } from './reportContext';
import { lossPerRow } from './scoredRows';
import { scoreInput } from './scoreOutputs';
import { largest } from './worstRows';

const MOST_ROWS = 50;
const DEVIATIONS = 3;
/** Of a normal distribution the standard deviation is this times the median absolute deviation. */
const NORMAL = 1.4826;

/** Undefined for numbers, which are no classes. */
export async function labelNoise(
  context: ReportContext,
  breather: Breather,
): Promise<LabelNoise | undefined> {
  const { dataset, plan } = context;
  const { train } = dataset;
  const { target } = dataset.recipe;
  if (target.task === 'regression' || train.rows === 0) return undefined;
  const outputs = await forwardRows(context, train, breather);
  const width = plan.outputWidth;
  const losses = lossPerRow(scoreInput(context, train, outputs));
  await breather.breathe();
  const rows: PredictedClasses = {
    actual: actualClasses(train.y, train.rows, width),
    predicted: predictedClasses(outputs, train.rows, width, plan),
    probabilities: probabilitiesOf(outputs, train.rows, width, plan),
    classes: Math.max(width, 2),
  };
  const found = suspectsOf(rows, losses);
  const shown = largest(
    Float64Array.from(found, (row) => losses[row] ?? NaN),
    MOST_ROWS,
  );
  return {
    rule: l10n.t(
      'Loss over the median by more than {0} robust standard deviations (1.4826 MAD), and another class with at least the probability that rows of that class have on average (0.5 or more).',
      DEVIATIONS,
    ),
    trainRows: train.rows,
    suspects: found.length,
    share: found.length / train.rows,
    rows: shown.map((at) => {
      const row = found[at] ?? 0;
      const predicted = rows.predicted[row] ?? 0;
      return {
        sourceRow: train.sourceRows[row] ?? -1,
        actual: target.classes[rows.actual[row] ?? 0] ?? '',
        predicted: target.classes[predicted] ?? '',
        probability: rows.probabilities[row * rows.classes + predicted] ?? NaN,
        loss: losses[row] ?? NaN,
      };
    }),
  };
}

/** Row numbers, ascending. */
export function suspectsOf(rows: PredictedClasses, losses: Float64Array): number[] {
  const { actual, predicted, probabilities, classes } = rows;
  const thresholds = ownConfidence(rows).map((mean) => Math.max(0.5, mean));
  const extreme = extremeLoss(losses);
  return [...losses.keys()].filter((row) => {
    const said = predicted[row] ?? 0;
    if (said === actual[row] || !((losses[row] ?? NaN) > extreme)) return false;
    return (probabilities[row * classes + said] ?? NaN) >= (thresholds[said] ?? 1);
  });
}

/** Mean probability of a class over the rows that are labelled so; 1 for a class without rows. */
function ownConfidence({ actual, probabilities, classes }: PredictedClasses): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [row, c] of actual.entries()) {
    sums[c] = (sums[c] ?? 0) + (probabilities[row * classes + c] ?? 0);
    counts[c] = (counts[c] ?? 0) + 1;
  }
  return sums.map((sum, c) => ((counts[c] ?? 0) === 0 ? 1 : sum / (counts[c] ?? 1)));
}

function extremeLoss(losses: Float64Array): number {
  const median = medianOfSorted(losses.slice().sort());
  const deviations = losses.map((loss) => Math.abs(loss - median)).sort();
  return median + DEVIATIONS * NORMAL * medianOfSorted(deviations);
}
