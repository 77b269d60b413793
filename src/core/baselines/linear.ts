// Owns the linear baseline: logistic regression for classes, ridge for numbers, both with scikit-learn's defaults.
import * as l10n from '@vscode/l10n';
import type { BaselineTask, Fitted, FitOptions, TrainRows } from './contract';
import { applyLinear, fitLogistic, logisticRows } from './logistic';
import { learnOutputs } from './problems';
import { fitRidge } from './ridge';
import { outputMeans } from './trainRows';

const STRENGTH = 1;
const PENALTY = 1;
const MAX_ITERATIONS = 1000;

export function fitLinear(task: BaselineTask, train: TrainRows, options: FitOptions): Promise<Fitted> {
  return task === 'regression' ? fitNumbers(train, options) : fitClasses(task, train, options);
}

/** @returns whether the budget is used up */
export function overBudget({ clock, budgetMs }: FitOptions): () => boolean {
  const start = clock.now();
  return () => budgetMs !== undefined && clock.now() - start > budgetMs;
}

async function fitNumbers(train: TrainRows, options: FitOptions): Promise<Fitted> {
  const { y, rows, outputs, weights } = train;
  const prepared = await logisticRows(train, options);
  const found = await fitRidge(prepared, y, outputMeans(y, rows, outputs, weights), {
    ...options,
    penalty: PENALTY,
    isOver: overBudget(options),
  });
  return {
    description: {
      text: l10n.t('Ridge regression with penalty {0} on {1} train rows.', PENALTY, rows) + unfinished(found),
      parameters: { penalty: PENALTY, method: found.method },
      rows,
      converged: found.converged,
      iterations: found.iterations,
    },
    predict: async (held, count, breather) =>
      Float32Array.from(await applyLinear(found.model, held, count, breather)),
  };
}

async function fitClasses(
  task: Exclude<BaselineTask, 'regression'>,
  train: TrainRows,
  options: FitOptions,
): Promise<Fitted> {
  const prepared = await logisticRows(train, options);
  const isOver = overBudget(options);
  const found = await learnOutputs(task, train, (problem) =>
    fitLogistic(prepared, problem, { ...options, strength: STRENGTH, maxIterations: MAX_ITERATIONS, isOver }),
  );
  return {
    description: {
      text:
        l10n.t('Logistic regression with L2 penalty (C = {0}) on {1} train rows.', STRENGTH, train.rows) +
        unfinished(found),
      parameters: { C: STRENGTH, maxIterations: MAX_ITERATIONS },
      rows: train.rows,
      converged: found.converged,
      iterations: found.iterations,
    },
    predict: found.predict,
  };
}

function unfinished({ converged, iterations }: { converged: boolean; iterations: number }): string {
  return converged ? '' : ` ${l10n.t('Stopped after {0} iterations, before it converged.', iterations)}`;
}
