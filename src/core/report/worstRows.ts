// Owns the held-out rows that the network gets most wrong: what they are, what it said, and what made it say so.
import type { Breather } from '../pacer';
import type { HeldOutName, RunReport, WorstRow } from '../../shared/schema/report';
import type { EncodedSplit } from '../recipe/dataset';
import { predictedNumbers } from '../train/outputs';
import { toTargetUnit } from '../train/scores';
import { IntegratedGradients } from './integratedGradients';
import { originalColumns } from './originalColumns';
import type { Parts } from './parts';
import type { ReportContext } from './reportContext';
import { lossPerRow, type ScoredRows } from './scoredRows';
import { scoreInput } from './scoreOutputs';

const MOST_ROWS = 20;

export interface WorstRowsOptions {
  readonly split: HeldOutName;
  readonly outputs: Float32Array;
  readonly scored: ScoredRows;
  readonly parts: Parts;
}

/** Largest loss first; of equal ones the earlier row. Contributions as far as the time goes. */
export async function worstRows(
  context: ReportContext,
  options: WorstRowsOptions,
): Promise<NonNullable<RunReport['worstRows']>> {
  const { parts, outputs } = options;
  const { dataset, plan } = context;
  const split = dataset[options.split];
  const losses = lossPerRow(scoreInput(context, split, outputs));
  const worst = largest(losses, MOST_ROWS);
  const rows: WorstRow[] = worst.map((row) => ({
    sourceRow: split.sourceRows[row] ?? -1,
    ...saidOf(context, row, options),
    loss: losses[row] ?? NaN,
  }));
  await parts.attempt('contributions', async (breather) => {
    const explain = explainer(context);
    for (const [i, row] of worst.entries()) {
      const known = rows[i];
      if (known === undefined) continue;
      rows[i] = { ...known, ...(await explain(split, row, options, breather)) };
    }
  });
  return { split: options.split, explains: plan.task === 'regression' ? 'scaled' : 'logit', rows };
}

/** Positions of the largest values, NaN before all; of equal ones the earlier. */
export function largest(values: Float64Array, most: number): number[] {
  const sizes = values.map((value) => (Number.isNaN(value) ? Infinity : value));
  // A native sort of numbers, then one of few indices.
  const least = sizes.slice().sort()[Math.max(0, sizes.length - most)] ?? Infinity;
  const among = [...sizes.keys()].filter((row) => (sizes[row] ?? 0) >= least);
  return among.sort((a, b) => order(sizes[b] ?? 0, sizes[a] ?? 0) || a - b).slice(0, most);
}

/** Infinities are equal. */
function order(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

type Said = Pick<WorstRow, 'actual' | 'predicted' | 'probability' | 'actualProbability'>;

function saidOf(
  { dataset, plan }: ReportContext,
  row: number,
  { split, outputs, scored }: WorstRowsOptions,
): Said {
  const { target } = dataset.recipe;
  if (target.task === 'regression') {
    const { y } = dataset[split];
    const predicted = predictedNumbers(outputs.subarray(row, row + 1), 1, plan);
    return {
      actual: toTargetUnit(target, y.subarray(row, row + 1), 1)[0] ?? NaN,
      predicted: toTargetUnit(target, predicted, 1)[0] ?? NaN,
    };
  }
  const actual = scored.classes?.actual[row] ?? 0;
  const predicted = scored.classes?.predicted[row] ?? 0;
  const probability = (c: number): number =>
    scored.classes?.probabilities[row * scored.classes.classes + c] ?? NaN;
  return {
    actual: target.classes[actual] ?? String(actual),
    predicted: target.classes[predicted] ?? String(predicted),
    probability: probability(predicted),
    actualProbability: probability(actual),
  };
}

type Explain = (
  split: EncodedSplit,
  row: number,
  options: WorstRowsOptions,
  breather: Breather,
) => Promise<Pick<WorstRow, 'contributions' | 'output' | 'reference'>>;

function explainer({ dataset, plan, parameters }: ReportContext): Explain {
  const columns = originalColumns(dataset.recipe);
  const gradients = new IntegratedGradients({
    plan,
    parameters,
    columns,
    reference: columnMeans(dataset.train, dataset.features),
  });
  return async ({ x }, row, { scored }, breather) => {
    const weights = new Float64Array(plan.outputWidth);
    const predicted = scored.classes?.predicted[row] ?? 0;
    // Of one logit, that of the negative class is its opposite.
    if (plan.task === 'multiclass') weights[predicted] = 1;
    else weights[0] = plan.task === 'binary' && predicted === 0 ? -1 : 1;
    const values = x.subarray(row * dataset.features, (row + 1) * dataset.features);
    const { contributions, output, reference } = await gradients.explain({ row: values, weights }, breather);
    const named = columns.map(({ name: column }, i) => ({ column, value: contributions[i] ?? NaN }));
    named.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    return { contributions: named, output, reference };
  };
}

/** Running means, so that no sum overflows. */
export function columnMeans({ x, rows }: EncodedSplit, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      const mean = means[j] ?? 0;
      means[j] = mean + ((x[row * width + j] ?? 0) - mean) / (row + 1);
    }
  }
  return means;
}
