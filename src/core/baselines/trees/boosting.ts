// Owns gradient boosting over histograms: one tree an iteration (one a class for more than two), each a Newton step on
// what the trees before it left; scikit-learn's defaults. @see sklearn.ensemble.HistGradientBoostingClassifier, Regressor
import { randomStream } from '../../../shared/random';
import type { TrainRows } from '../contract';
import { Pacer, type Breather } from '../../pacer';
import type { Learnt, Problem } from '../problems';
import { takeRows } from '../trainRows';
import { binRows, type ValueRows } from './bins';
import { gradientsOf, lossOf, startOf, type Targets } from './boostingLosses';
import { TreeGrower } from './growTree';
import { planHistograms } from './histograms';
import { addTree, type Tree } from './tree';

export const BOOSTING = {
  learningRate: 0.1,
  maxIterations: 100,
  maxLeaves: 31,
  minRowsInLeaf: 20,
  /** Only above so many train rows are some held out to stop early. */
  earlyStoppingAbove: 10_000,
  heldOutShare: 0.1,
  patience: 10,
  /** A held-out loss must fall by more than this to count. */
  minDelta: 1e-7,
} as const;

export interface BoostingOptions extends Breather {
  readonly seed: number;
  readonly isOver: () => boolean;
  /** Default: by the number of rows, as scikit-learn's 'auto'. */
  readonly earlyStopping?: boolean | undefined;
}

/** An iteration's trees, one a column of the scores. */
type Round = readonly Tree[];

export async function fitBoosting(
  train: TrainRows,
  problem: Problem,
  options: BoostingOptions,
): Promise<Learnt> {
  const { width } = problem;
  const parts = holdOut(train, problem, options);
  const pacer = new Pacer(options);
  const binned = await binRows(parts.train, randomStream(options.seed, 'baselineBins'), pacer);
  const grower = new TreeGrower(await planHistograms(binned, pacer), BOOSTING, pacer);
  const start = startOf(parts.fit);
  const scores = repeated(start, parts.train.rows);
  const watch = parts.heldOut && new HeldOutLoss(parts.heldOut, start, train.features);
  const rounds: Round[] = [];
  let isOver = false;
  while (rounds.length < BOOSTING.maxIterations && !isOver && watch?.hasStopped !== true) {
    const round: Tree[] = [];
    const gradients = gradientsOf(parts.fit, scores);
    for (const [output, slopes] of gradients.entries()) {
      round.push(await grower.grow(slopes, scores, { width, output }));
    }
    rounds.push(round);
    watch?.add(round);
    if (pacer.spend(parts.train.rows * width * 20)) await pacer.rest();
    isOver = options.isOver();
  }
  return {
    iterations: rounds.length,
    converged: rounds.length === BOOSTING.maxIterations || watch?.hasStopped === true,
    predict: (x, rows, breather) =>
      applyRounds({ rounds, start, features: train.features }, x, rows, breather),
  };
}

function repeated(row: Float64Array, rows: number): Float64Array {
  const result = new Float64Array(rows * row.length);
  for (let i = 0; i < rows; i++) result.set(row, i * row.length);
  return result;
}

async function applyRounds(
  model: { readonly rounds: readonly Round[]; readonly start: Float64Array; readonly features: number },
  x: Float32Array,
  rows: number,
  options: Breather,
): Promise<Float64Array> {
  const width = model.start.length;
  const scores = repeated(model.start, rows);
  const pacer = new Pacer(options);
  for (const round of model.rounds) {
    for (const [output, tree] of round.entries()) {
      addTree(tree, x, model.features, scores, { width, output });
      if (pacer.spend(rows * 20)) await pacer.rest();
    }
  }
  return scores;
}

interface HeldOut {
  readonly x: Float32Array;
  readonly targets: Targets;
}

interface Parts {
  readonly train: ValueRows;
  readonly fit: Targets;
  readonly heldOut?: HeldOut | undefined;
}

/** Takes a tenth of the train rows away to stop early by, of classes the same share of each. */
function holdOut(train: TrainRows, problem: Problem, options: BoostingOptions): Parts {
  const { form, y, width } = problem;
  const early = options.earlyStopping ?? train.rows > BOOSTING.earlyStoppingAbove;
  const all: Targets = { form, y, width, rows: train.rows, weights: train.weights };
  const taken = early ? heldOutRows(train.rows, problem, options.seed) : new Uint32Array(0);
  if (taken.length === 0 || taken.length === train.rows) return { train, fit: all };
  const isTaken = new Uint8Array(train.rows);
  for (const row of taken) isTaken[row] = 1;
  const kept = new Uint32Array(train.rows - taken.length);
  for (let row = 0, at = 0; row < train.rows; row++) if (isTaken[row] === 0) kept[at++] = row;
  const { features, x } = train;
  const fit = targetsOf(all, kept);
  return {
    train: { rows: kept.length, features, x: takeRows(x, kept, features), weights: fit.weights },
    fit,
    heldOut: { x: takeRows(x, taken, features), targets: targetsOf(all, taken) },
  };
}

function targetsOf({ form, y, width, weights }: Targets, rows: Uint32Array): Targets {
  const taken = new Float64Array(rows.length * width);
  for (let i = 0; i < taken.length; i++) {
    taken[i] = y[(rows[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? 0;
  }
  const kept = weights === undefined ? undefined : takeRows(weights, rows, 1);
  return { form, width, rows: rows.length, y: taken, weights: kept };
}

function heldOutRows(rows: number, { form, y, width }: Problem, seed: number): Uint32Array {
  const stream = randomStream(seed, 'baselineHeldOut');
  const groups = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = form === 'number' ? 0 : classOf(y, row, width);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const taken = Array.from(groups.values(), (group) =>
    stream.shuffle(group).slice(0, Math.round(BOOSTING.heldOutShare * group.length)),
  );
  return Uint32Array.from(taken.flat()).sort();
}

function classOf(y: Float64Array, row: number, width: number): number {
  if (width === 1) return (y[row] ?? 0) > 0.5 ? 1 : 0;
  let best = 0;
  for (let k = 1; k < width; k++) {
    if ((y[row * width + k] ?? 0) > (y[row * width + best] ?? 0)) best = k;
  }
  return best;
}

/** The loss of rows that the trees have not seen, tree by tree. */
class HeldOutLoss {
  private readonly scores: Float64Array;
  private readonly losses: number[];

  constructor(
    private readonly rows: HeldOut,
    start: Float64Array,
    private readonly features: number,
  ) {
    this.scores = repeated(start, rows.targets.rows);
    this.losses = [lossOf(rows.targets, this.scores)];
  }

  add(round: Round): void {
    const { targets, x } = this.rows;
    for (const [output, tree] of round.entries()) {
      addTree(tree, x, this.features, this.scores, { width: targets.width, output });
    }
    this.losses.push(lossOf(targets, this.scores));
  }

  /** None of the last losses is lower than the one before them. */
  get hasStopped(): boolean {
    const before = this.losses[this.losses.length - 1 - BOOSTING.patience];
    if (before === undefined) return false;
    return this.losses.slice(-BOOSTING.patience).every((loss) => !(loss < before - BOOSTING.minDelta));
  }
}
