// Owns the losses of boosting: where it starts, the gradients of the rows, the loss. Half squared error, log loss of a
// logit, log loss of a logit a class. @see sklearn._loss
import type { Problem } from '../problems';
import type { Gradients } from './histograms';

export interface Targets {
  readonly form: Problem['form'];
  /** [rows, width] */
  readonly y: Float64Array;
  readonly width: number;
  readonly rows: number;
  readonly weights?: Float32Array | undefined;
}

/** The best scores that are the same for every row. @returns [width] */
export function startOf({ form, y, width, rows, weights }: Targets): Float64Array {
  const means = new Float64Array(width);
  let total = 0;
  for (let row = 0; row < rows; row++) total += weights?.[row] ?? 1;
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    for (let k = 0; k < width; k++) means[k] = (means[k] ?? 0) + weight * (y[row * width + k] ?? 0);
  }
  for (let k = 0; k < width; k++) means[k] = (means[k] ?? 0) / total;
  if (form === 'number') return means;
  if (form === 'logit') {
    return means.map((mean) => {
      const share = clipped(mean, 10 * Number.EPSILON);
      return Math.log(share / (1 - share));
    });
  }
  const logs = means.map((mean) => Math.log(clipped(mean, Number.EPSILON)));
  const middle = logs.reduce((sum, value) => sum + value, 0) / width;
  return logs.map((value) => value - middle);
}

function clipped(share: number, least: number): number {
  return Math.min(Math.max(share, least), 1 - least);
}

/** One per column of the scores; float32, as scikit-learn keeps them. @param scores [rows, width] */
export function gradientsOf(targets: Targets, scores: Float64Array): Gradients[] {
  switch (targets.form) {
    case 'number':
      return [numberGradients(targets, scores)];
    case 'logit':
      return [logitGradients(targets, scores)];
    case 'softmax':
      return softmaxGradients(targets, scores);
  }
}

function numberGradients({ y, rows, weights }: Targets, scores: Float64Array): Gradients {
  const gradients = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    gradients[row] = ((scores[row] ?? 0) - (y[row] ?? 0)) * (weights?.[row] ?? 1);
  }
  return { gradients, hessians: weights };
}

function logitGradients({ y, rows, weights }: Targets, scores: Float64Array): Gradients {
  const gradients = new Float32Array(rows);
  const hessians = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const score = scores[row] ?? 0;
    const target = y[row] ?? 0;
    const weight = weights?.[row] ?? 1;
    // exp(-score) overflows only below -709, where exp(score) is probability and hessian to the last digit.
    if (score > -37) {
      const e = Math.exp(-score);
      gradients[row] = (weight * (1 - target - target * e)) / (1 + e);
      hessians[row] = (weight * e) / (1 + e) ** 2;
    } else {
      const e = Math.exp(score);
      gradients[row] = weight * (e - target);
      hessians[row] = weight * e;
    }
  }
  return { gradients, hessians };
}

function softmaxGradients({ y, rows, width, weights }: Targets, scores: Float64Array): Gradients[] {
  const result = Array.from({ length: width }, () => ({
    gradients: new Float32Array(rows),
    hessians: new Float32Array(rows),
  }));
  const exponents = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    let max = -Infinity;
    for (let k = 0; k < width; k++) max = Math.max(max, scores[row * width + k] ?? 0);
    let sum = 0;
    for (let k = 0; k < width; k++) sum += exponents[k] = Math.exp((scores[row * width + k] ?? 0) - max);
    for (let k = 0; k < width; k++) {
      const column = result[k];
      if (column === undefined) continue;
      const probability = (exponents[k] ?? 0) / sum;
      column.gradients[row] = (probability - (y[row * width + k] ?? 0)) * weight;
      column.hessians[row] = probability * (1 - probability) * weight;
    }
  }
  return result;
}

/** The mean over the rows, by weight. @param scores [rows, width] */
export function lossOf(targets: Targets, scores: Float64Array): number {
  const { rows, weights } = targets;
  let loss = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    total += weight;
    loss += weight * rowLoss(targets, scores, row);
  }
  return loss / total;
}

function rowLoss({ form, y, width }: Targets, scores: Float64Array, row: number): number {
  const score = scores[row * width] ?? 0;
  const target = y[row * width] ?? 0;
  if (form === 'number') return (score - target) ** 2 / 2;
  if (form === 'logit') {
    return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score;
  }
  let max = -Infinity;
  for (let k = 0; k < width; k++) max = Math.max(max, scores[row * width + k] ?? 0);
  let sum = 0;
  let chosen = 0;
  let shares = 0;
  for (let k = 0; k < width; k++) {
    const value = scores[row * width + k] ?? 0;
    const share = y[row * width + k] ?? 0;
    sum += Math.exp(value - max);
    chosen += share * value;
    shares += share;
  }
  return shares * (max + Math.log(sum)) - chosen;
}
