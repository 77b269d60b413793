// Owns what is said when a loss, a gradient or a weight is no longer finite: where in the network it began, and which rows
// were in the batch.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { EncodedDataset } from '../recipe/dataset';
import type { TrainingEngine } from './engine';

const NAMED_ROWS = 5;

export interface NonFiniteInput {
  readonly engine: TrainingEngine;
  readonly dataset: EncodedDataset;
  /** Train rows of the batch. */
  readonly batch: Uint32Array;
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
}

/** The weights are still those before the step: the batch is looked at once more, node by node. */
export async function nonFinite(input: NonFiniteInput): Promise<BenchError> {
  const { engine, dataset, batch, epoch, step, learningRate, loss } = input;
  const reports = await engine.inspect(batch);
  const forward = reports.find((node) => !node.finite);
  const backward = [...reports].reverse().find((node) => !Number.isFinite(node.gradientNorm));
  const layer = forward?.id ?? backward?.id ?? 'output';
  const rows = Array.from(batch.subarray(0, NAMED_ROWS), (row) => (dataset.train.sourceRows[row] ?? -1) + 1);
  const named = rows.filter((row) => row > 0).join(', ');
  const more = batch.length > NAMED_ROWS ? ', …' : '';
  return new BenchError(
    'train.nonFinite',
    l10n.t(
      'Epoch {0}, step {1}: the loss, a gradient or a weight is not finite (loss {2}); it begins in "{3}". Data rows of the batch: {4}. The weights before this step are kept. Lower training.optimizer.learningRate (now {5}), clip the gradients or scale the number features.',
      epoch,
      step,
      String(loss),
      layer,
      `${named}${more}`,
      learningRate,
    ),
    { details: { epoch, step, loss: String(loss), layer } },
  );
}
