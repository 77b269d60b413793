// Owns the baselines of a report: every kind on the same split and encoding, fitted on train rows only, scored on the held
// out ones. One that fails is told and ends nothing.
import type { Breather } from '../pacer';
import * as l10n from '@vscode/l10n';
import type { MetricName, Task } from '../../shared/schema/experiment';
import type { BaselineReport, HeldOutName } from '../../shared/schema/report';
import { BASELINE_KINDS, type BaselineKind, type FittedBaseline } from '../baselines/contract';
import { fitBaseline } from '../baselines/fitBaseline';
import { baselineMatrix, type BaselineMatrix } from '../baselines/matrix';
import type { MatrixSlice } from '../baselines/matrixSlices';
import { RESAMPLES } from '../evaluate/bootstrap';
import { inputSlices } from '../model/inputSlice';
import type { EncodedSplit } from '../recipe/dataset';
import { intervalsOf, plainScores } from './intervals';
import type { Parts } from './parts';
import type { ReportContext } from './reportContext';
import { scorePlain, type ScoredRows } from './scoredRows';

export interface ScoredBaseline {
  readonly report: BaselineReport;
  readonly scored: Partial<Record<HeldOutName, ScoredRows>>;
}

export interface BaselineOptions {
  readonly primary: MetricName;
  /** The splits to score. */
  readonly splits: readonly HeldOutName[];
  readonly parts: Parts;
  readonly breathe: () => Promise<void>;
}

/** What takes longest comes last. */
const ORDER = ['constant', 'linear', 'boostedTrees', 'nearest'] as const satisfies readonly BaselineKind[];
/** Of a kind's share of the time: the rest is for its predictions. */
const FIT_SHARE = 0.7;

/** In the order of BASELINE_KINDS. Weights of rows are not used. */
export async function scoreBaselines(
  context: ReportContext,
  options: BaselineOptions,
): Promise<ScoredBaseline[]> {
  const scored = new Map<BaselineKind, ScoredBaseline>();
  for (const [i, kind] of ORDER.entries()) {
    const fitMs = Math.max(1, (FIT_SHARE * options.parts.leftMs) / (ORDER.length - i));
    scored.set(kind, await tryBaseline(kind, context, { ...options, fitMs }));
  }
  return BASELINE_KINDS.flatMap((kind) => scored.get(kind) ?? []);
}

interface OneBaseline extends BaselineOptions {
  /** For a fit that has no end of its own. */
  readonly fitMs: number;
}

async function tryBaseline(
  kind: BaselineKind,
  context: ReportContext,
  options: OneBaseline,
): Promise<ScoredBaseline> {
  const { parts } = options;
  const name = baselineName(kind, context.plan.task);
  try {
    // The mean costs nothing and is always there.
    if (kind === 'constant') return await scoreBaseline(kind, context, options, { breathe: options.breathe });
    parts.check();
    return await scoreBaseline(kind, context, options, parts.breather);
  } catch (error) {
    const { message: reason, why } = parts.reasonOf(error);
    const message = `${name}: ${reason}`;
    parts.note('baselines', { why, message });
    return { report: { state: 'failed', kind, name, reason }, scored: {} };
  }
}

async function scoreBaseline(
  kind: BaselineKind,
  context: ReportContext,
  options: OneBaseline,
  breather: Breather,
): Promise<ScoredBaseline> {
  const { dataset, experiment, clock, plan } = context;
  const { train } = dataset;
  const startMs = clock.now();
  const matrix = baselineMatrix(train.x, train.rows, matrixSlices(context), { kind });
  const fitted = await fitBaseline(
    kind,
    plan.task,
    {
      rows: train.rows,
      features: matrix.features,
      x: await matrix.of(train.x, train.rows, breather),
      y: train.y,
    },
    {
      ...breather,
      seed: experiment.training.seed,
      clock,
      budgetMs: options.fitMs,
      queryRows: options.splits.reduce((sum, name) => sum + dataset[name].rows, 0),
    },
  );
  const fitMs = clock.now() - startMs;
  const scored: Partial<Record<HeldOutName, ScoredRows>> = {};
  const scores: Partial<Pick<Extract<BaselineReport, { state: 'fitted' }>, HeldOutName>> = {};
  for (const name of options.splits) {
    const rows = await predictSplit(context, { fitted, matrix, split: dataset[name] }, breather);
    scored[name] = rows;
    const { seed } = experiment.training;
    const primary = await intervalsOf(rows, [options.primary], { ...breather, seed, resamples: RESAMPLES });
    scores[name] = { ...plainScores(rows), ...primary };
  }
  const { text: description, rows: fittedOnRows } = fitted.description;
  const name = baselineName(kind, plan.task);
  return { report: { state: 'fitted', kind, name, description, fittedOnRows, fitMs, ...scores }, scored };
}

async function predictSplit(
  { dataset, plan }: ReportContext,
  { fitted, matrix, split }: { fitted: FittedBaseline; matrix: BaselineMatrix; split: EncodedSplit },
  breather: Breather,
): Promise<ScoredRows> {
  const { rows, y } = split;
  const x = await matrix.of(split.x, rows, breather);
  const outputs = await fitted.predict(x, rows, breather);
  return scorePlain({
    target: dataset.recipe.target,
    loss: plan.loss,
    outputActivation: plan.outputActivation,
    outputs,
    y,
    rows,
    width: plan.outputWidth,
  });
}

function matrixSlices({ dataset }: ReportContext): MatrixSlice[] {
  return inputSlices(dataset.recipe).map((slice) => (slice.kind === 'ids' ? { ...slice, width: 1 } : slice));
}

/** In a sentence: "... against logistic regression 0.82". */
export function baselineName(kind: BaselineKind, task: Task): string {
  const isNumber = task === 'regression';
  switch (kind) {
    case 'constant':
      return isNumber ? l10n.t('the train mean') : l10n.t('the shares of the classes');
    case 'linear':
      return isNumber ? l10n.t('linear regression') : l10n.t('logistic regression');
    case 'nearest':
      return l10n.t('nearest neighbours');
    case 'boostedTrees':
      return l10n.t('boosted trees');
  }
}
