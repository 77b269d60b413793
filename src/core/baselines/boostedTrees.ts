// Owns the boosted trees baseline: histogram gradient boosting with scikit-learn's defaults, a model an output.
import * as l10n from '@vscode/l10n';
import type { BaselineTask, Fitted, FitOptions, TrainRows } from './contract';
import { overBudget } from './linear';
import { learnOutputs } from './problems';
import { BOOSTING, fitBoosting } from './trees/boosting';

export interface BoostedTreesOptions extends FitOptions {
  /** For tests; default as scikit-learn's 'auto': only above 10,000 rows. */
  readonly earlyStopping?: boolean | undefined;
}

export async function fitBoostedTrees(
  task: BaselineTask,
  train: TrainRows,
  options: BoostedTreesOptions,
): Promise<Fitted> {
  const isOver = overBudget(options);
  const found = await learnOutputs(task, train, (problem) =>
    fitBoosting(train, problem, { ...options, isOver }),
  );
  const { learningRate, maxIterations, maxLeaves, minRowsInLeaf, earlyStoppingAbove } = BOOSTING;
  const early = options.earlyStopping ?? train.rows > earlyStoppingAbove;
  const text = l10n.t(
    'Gradient boosting on {0} train rows: {1} trees of at most {2} leaves.',
    train.rows,
    found.iterations,
    maxLeaves,
  );
  const stopping = early ? ` ${l10n.t('A tenth of the train rows decides when it stops.')}` : '';
  const unfinished = found.converged ? '' : ` ${l10n.t('Its time was over before it was done.')}`;
  return {
    description: {
      text: text + stopping + unfinished,
      parameters: { learningRate, maxIterations, maxLeaves, minRowsInLeaf, maxBins: 255 },
      rows: train.rows,
      converged: found.converged,
      iterations: found.iterations,
    },
    predict: found.predict,
  };
}
