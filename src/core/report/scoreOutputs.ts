// Owns how raw outputs of the network for rows of a split become scores.
import type { EncodedSplit } from '../recipe/dataset';
import type { ScoreInput } from '../train/scores';
import type { ReportContext } from './reportContext';
import { lazyNetwork, scoreNetwork, type ScoredRows } from './scoredRows';

export function scoreInput(
  { dataset, plan }: Pick<ReportContext, 'dataset' | 'plan'>,
  { y, rows }: EncodedSplit,
  outputs: Float32Array,
): ScoreInput {
  const { loss, outputActivation, outputWidth: width } = plan;
  return { target: dataset.recipe.target, loss, outputActivation, outputs, y, rows, width };
}

/** With every scalar metric. */
export function scoreSplit(context: ReportContext, split: EncodedSplit, outputs: Float32Array): ScoredRows {
  return scoreNetwork(scoreInput(context, split, outputs));
}

/** Without the metrics that nobody asks for. */
export function scoreOutputs(
  context: ReportContext,
  split: EncodedSplit,
  outputs: Float32Array,
): Pick<ScoredRows, 'metric'> {
  return lazyNetwork(scoreInput(context, split, outputs));
}
