// Owns the nearest neighbours baseline: the mean of the targets of the nearest train rows, by Euclidean distance; exact.
// @see sklearn.neighbors.KNeighborsClassifier and KNeighborsRegressor, algorithm='brute', weights='uniform'
import * as l10n from '@vscode/l10n';
import { randomStream } from '../../shared/random';
import { rawOutput } from './constant';
import type { BaselineTask, Fitted, FitOptions, TrainRows } from './contract';
import { NeighbourScan } from './neighbourScan';
import { takeRows } from './trainRows';

/** scikit-learn's default; no other is tried, so that nothing is chosen on the rows that are scored. */
const NEIGHBOURS = 5;
/** Train rows * rows to predict * features: some 10 s. Above it a sample of the train rows stands for all. */
const MAX_COST = 2e10;
export interface NearestOptions extends FitOptions {
  /** For tests. */
  readonly maxCost?: number;
}

export function fitNearest(task: BaselineTask, train: TrainRows, options: NearestOptions): Promise<Fitted> {
  const kept = sampleRows(train, options);
  const neighbours = Math.min(NEIGHBOURS, kept.length);
  const { features, outputs } = train;
  const x = takeRows(train.x, kept, features);
  const scan = new NeighbourScan({ rows: kept.length, features, x }, neighbours);
  const targets = takeRows(train.y, kept, outputs);
  return Promise.resolve({
    description: {
      text: describe(train, kept.length, neighbours),
      parameters: { neighbours },
      rows: kept.length,
      converged: true,
      iterations: 0,
    },
    predict: async (held, rows, breather) => {
      const found = await scan.find(held, rows, breather);
      return answers({ task, targets, outputs, neighbours, found, rows });
    },
  });
}

function describe(train: TrainRows, kept: number, neighbours: number): string {
  const text = l10n.t('The {0} nearest of {1} train rows, each with the same vote.', neighbours, kept);
  const sampled =
    kept < train.rows ? ` ${l10n.t('They are a random sample of {0}, to save time.', train.rows)}` : '';
  const weighted = train.weights === undefined ? '' : ` ${l10n.t('It takes no weights of rows.')}`;
  return text + sampled + weighted;
}

/** Train rows that are kept, ascending. */
function sampleRows({ rows, features }: TrainRows, options: NearestOptions): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const cost = Math.max(1, (options.queryRows ?? rows) * features);
  const most = Math.max(NEIGHBOURS, Math.floor((options.maxCost ?? MAX_COST) / cost));
  if (rows <= most) return all;
  return randomStream(options.seed, 'baselineNeighbours').shuffle(all).slice(0, most).sort();
}

interface Votes {
  readonly task: BaselineTask;
  readonly targets: Float32Array;
  readonly outputs: number;
  readonly neighbours: number;
  readonly found: Uint32Array;
  readonly rows: number;
}

function answers({ task, targets, outputs, neighbours, found, rows }: Votes): Float32Array {
  const result = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outputs; j++) {
      let sum = 0;
      for (let i = 0; i < neighbours; i++) {
        sum += targets[(found[row * neighbours + i] ?? 0) * outputs + j] ?? 0;
      }
      result[row * outputs + j] = rawOutput(task, sum / neighbours);
    }
  }
  return result;
}
