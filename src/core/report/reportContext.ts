// Owns what every part of a report is made from, and how rows go through the trained network.
import type { Breather } from '../pacer';
import type { Clock } from '../../shared/clock';
import type { Experiment } from '../../shared/schema/experiment';
import type { HeldOutName } from '../../shared/schema/report';
import type { FloatArray } from '../model/parameterSlice';
import { countParameters, type ModelPlan } from '../model/plan';
import type { EncodedDataset } from '../recipe/dataset';
import type { InferenceEngine } from '../train/engine';
import { forwardAll } from '../train/forwardAll';

export interface ReportContext {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly plan: ModelPlan;
  /** With the scored weights. */
  readonly engine: InferenceEngine;
  /** The same weights, flat, in the layout of `parameterLayout`. */
  readonly parameters: FloatArray;
  readonly clock: Clock;
}

/** @returns [rows, outputWidth] raw outputs */
export function forwardRows(
  { plan, engine }: Pick<ReportContext, 'plan' | 'engine'>,
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
  { breathe }: Pick<Breather, 'breathe'>,
): Promise<Float32Array> {
  const { inputWidth, outputWidth } = plan;
  return forwardAll({ engine, x, rows, inputWidth, outputWidth, parameters: countParameters(plan), breathe });
}

/**
 * The rows that are looked at one by one and column by column: what is seen there is acted upon, so the test rows are
 * spared where there are others. Undefined when there are none, or none that may be looked at.
 */
export function detailSplit({
  experiment,
  dataset,
}: Pick<ReportContext, 'experiment' | 'dataset'>): HeldOutName | undefined {
  if (dataset.validation.rows > 0) return 'validation';
  return experiment.evaluation.testOnce && dataset.test.rows > 0 ? 'test' : undefined;
}
