// Owns how targets become problems that a learner can solve (a number, a logit, a logit a class) and answers become
// outputs again. Of classes only those that train rows have are learnt, two of them as one logit: as scikit-learn.
import type { Breather } from '../pacer';
import { logitOfShare, TINY_SHARE } from './constant';
import type { BaselineTask, TrainRows } from './contract';
import { outputMeans } from './trainRows';

/** One thing to learn. */
export interface Problem {
  /** The outputs it answers for; of two classes the logit is that of the second. */
  readonly outputs: readonly number[];
  readonly form: 'number' | 'logit' | 'softmax';
  /** [rows, width] numbers or shares. */
  readonly y: Float64Array;
  readonly width: number;
}

/** What has been learnt of one problem. */
export interface Learnt {
  /** @returns [rows, width] */
  readonly predict: (x: Float32Array, rows: number, options: Breather) => Promise<Float64Array>;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LearntOutputs {
  /** @returns [rows, outputs] */
  readonly predict: (x: Float32Array, rows: number, options: Breather) => Promise<Float32Array>;
  /** Of the problem that took most. */
  readonly iterations: number;
  readonly converged: boolean;
}

type Learn = (problem: Problem) => Promise<Learnt>;

/** Solves every problem of the task. */
export async function learnOutputs(
  task: BaselineTask,
  train: TrainRows,
  learn: Learn,
): Promise<LearntOutputs> {
  return task === 'multiclass' ? learnClasses(train, learn) : learnEach(task, train, learn);
}

/** A problem an output. */
async function learnEach(
  task: 'regression' | 'binary' | 'multilabel',
  train: TrainRows,
  learn: Learn,
): Promise<LearntOutputs> {
  const { outputs, rows, y, weights } = train;
  const means = outputMeans(y, rows, outputs, weights);
  const parts: Learnt[] = [];
  for (const [output, mean] of means.entries()) {
    const single = task !== 'regression' && (mean <= 0 || mean >= 1);
    const form = task === 'regression' ? 'number' : 'logit';
    parts.push(
      single
        ? always(Float64Array.of(logitOfShare(mean)))
        : await learn({ outputs: [output], form, y: taken(train, [output]), width: 1 }),
    );
  }
  return {
    ...summary(parts),
    predict: async (x, count, options) => {
      const result = new Float32Array(count * outputs);
      for (const [output, part] of parts.entries()) {
        const values = await part.predict(x, count, options);
        for (let row = 0; row < count; row++) result[row * outputs + output] = values[row] ?? 0;
      }
      return result;
    },
  };
}

/** One problem for all classes that train rows have. */
async function learnClasses(train: TrainRows, learn: Learn): Promise<LearntOutputs> {
  const { outputs, rows, y, weights } = train;
  const means = outputMeans(y, rows, outputs, weights);
  const present = Array.from(means.keys()).filter((c) => (means[c] ?? 0) > 0);
  const [first, second] = present;
  let learnt: Learnt;
  if (first === undefined || second === undefined) learnt = always(new Float64Array(0));
  else if (present.length === 2) {
    learnt = await learn({ outputs: present, form: 'logit', y: taken(train, [second]), width: 1 });
  } else {
    const width = present.length;
    learnt = await learn({ outputs: present, form: 'softmax', y: taken(train, present), width });
  }
  return {
    ...summary([learnt]),
    predict: async (x, count, options) => {
      const logits = await learnt.predict(x, count, options);
      const result = new Float32Array(count * outputs);
      spreadLogits(present, logits, result, outputs);
      return result;
    },
  };
}

function summary(parts: readonly Learnt[]): { iterations: number; converged: boolean } {
  return {
    iterations: parts.reduce((most, { iterations }) => Math.max(most, iterations), 0),
    converged: parts.every(({ converged }) => converged),
  };
}

/** The train rows know one answer only: there is nothing to learn. */
function always(answer: Float64Array): Learnt {
  return {
    iterations: 0,
    converged: true,
    predict: (_x, rows) => {
      const repeated = new Float64Array(rows * answer.length);
      for (let row = 0; row < rows; row++) repeated.set(answer, row * answer.length);
      return Promise.resolve(repeated);
    },
  };
}

function taken({ y, rows, outputs }: TrainRows, wanted: readonly number[]): Float64Array {
  const values = new Float64Array(rows * wanted.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (const output of wanted) values[at++] = y[row * outputs + output] ?? 0;
  }
  return values;
}

/**
 * @param present classes that are known: one (no logit), two (a logit, of the second) or more (a logit each)
 * @param result [rows, classes] to fill: log-probabilities; log(1e-15) for a class that train rows lack
 */
function spreadLogits(
  present: readonly number[],
  logits: Float64Array,
  result: Float32Array,
  classes: number,
): void {
  result.fill(Math.log(TINY_SHARE));
  const scores = new Float64Array(present.length);
  for (let row = 0; row * classes < result.length; row++) {
    if (present.length === 2) scores[1] = logits[row] ?? 0;
    else if (present.length > 2) {
      for (let i = 0; i < present.length; i++) scores[i] = logits[row * present.length + i] ?? 0;
    }
    const normaliser = logSumExp(scores);
    for (let i = 0; i < present.length; i++) {
      result[row * classes + (present[i] ?? 0)] = (scores[i] ?? 0) - normaliser;
    }
  }
}

function logSumExp(values: Float64Array): number {
  let max = -Infinity;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum);
}
