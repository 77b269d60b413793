// Owns the scores of a split by the engine's weights, while training and at its end.
import type { Experiment } from '../../shared/schema/experiment';
import { countParameters, type ModelPlan } from '../model/plan';
import type { EncodedDataset, EncodedSplit } from '../recipe/dataset';
import type { InferenceEngine } from './engine';
import { forwardAll } from './forwardAll';
import { lossOf } from './losses';
import { fullScores, quickScores, scoreBaseline, type Baseline, type NamedScores } from './scores';

export interface Evaluation {
  readonly train: NamedScores;
  readonly validation: NamedScores;
  readonly test?: NamedScores;
  readonly baseline?: Baseline;
}

/** Outputs of the scored weights on one split, and what they score. */
export interface SplitOutcome {
  readonly rows: number;
  /** [rows, width] raw outputs, and the encoded target. */
  readonly outputs: Float32Array;
  readonly y: Float32Array;
  readonly scores: NamedScores;
}

export interface Evaluated {
  readonly scores: Evaluation;
  readonly train: SplitOutcome;
  /** undefined without any rows. */
  readonly validation: SplitOutcome | undefined;
}

export interface EvaluationOptions {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly engine: InferenceEngine;
  readonly plan: ModelPlan;
  readonly breathe: () => Promise<void>;
}

/** The scores of the engine's weights; the test rows are looked at here and nowhere else. */
export async function evaluate(options: EvaluationOptions): Promise<Evaluated> {
  const { experiment, dataset, plan } = options;
  const { target } = dataset.recipe;
  const width = plan.outputWidth;
  const score = async (split: EncodedSplit): Promise<SplitOutcome> => {
    const { rows, y } = split;
    const outputs = await outputsOf(options, split);
    const scores = rows === 0 ? {} : fullScores({ target, ...plan, outputs, y, rows, width });
    return { rows, outputs, y, scores };
  };
  const train = await score(dataset.train);
  const validation = await score(dataset.validation);
  const known = { train, validation: validation.rows === 0 ? undefined : validation };
  const scores = { train: train.scores, validation: validation.scores };
  if (!experiment.evaluation.testOnce || dataset.test.rows === 0) return { ...known, scores };
  const { scores: test } = await score(dataset.test);
  if (!experiment.evaluation.baseline) return { ...known, scores: { ...scores, test } };
  const baseline = scoreBaseline(target, plan, width, dataset);
  return { ...known, scores: { ...scores, test, baseline } };
}

/** Of the validation rows, once an epoch: the loss, what is quick, and the watched metric. */
export async function validate(options: EvaluationOptions, monitor: string): Promise<NamedScores> {
  const { dataset, plan } = options;
  const { y, rows } = dataset.validation;
  const outputs = await outputsOf(options, dataset.validation);
  const input = { target: dataset.recipe.target, ...plan, outputs, y, rows, width: plan.outputWidth };
  const quick = { loss: lossOf(input), ...quickScores(input) };
  if (monitor in quick) return quick;
  const watched = Object.entries(fullScores(input)).filter(([name]) => name === monitor);
  return { ...quick, ...Object.fromEntries(watched) };
}

export function outputsOf(
  { engine, plan, breathe }: Pick<EvaluationOptions, 'engine' | 'plan' | 'breathe'>,
  { x, rows }: EncodedSplit,
): Promise<Float32Array> {
  const { inputWidth, outputWidth } = plan;
  return forwardAll({ engine, x, rows, inputWidth, outputWidth, parameters: countParameters(plan), breathe });
}
