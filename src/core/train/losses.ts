// Owns the losses: value and gradient from raw outputs, in float64 and stable for any finite output. Plain JavaScript: a
// batch's outputs are few beside its matrix products, and every engine shares the figures.
import type { Activation } from '../../shared/schema/model';
import type { LossConfig } from '../../shared/schema/training';
import type { FloatArray } from '../model/parameterSlice';
import { sigmoid, softmaxInto, softplus } from './outputs';

export interface LossInput {
  readonly loss: LossConfig;
  /** What turns raw outputs into predictions. */
  readonly outputActivation: Activation;
  /** [rows, width] raw outputs, row-major. */
  readonly outputs: FloatArray;
  /** [rows, width], as encoded: the scaled number, 0/1, or one-hot. */
  readonly y: FloatArray;
  readonly rows: number;
  readonly width: number;
  /** [rows]; the loss is sum(weight * loss of row) / rows, as Keras' sum_over_batch_size. Absent: all 1. */
  readonly weights?: FloatArray | undefined;
}

/**
 * @param gradient [rows, width], filled with d loss / d outputs; absent: only the value
 * @returns the weighted mean over the rows; NaN or infinite outputs give NaN
 */
export function lossOf(input: LossInput, gradient?: FloatArray): number {
  const rule = rowRuleOf(input);
  const { outputs, y, rows, width, weights } = input;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    const value = rule(outputs, y, at, gradient);
    // An activation, a margin or another class would hide it.
    total += isFiniteRow(outputs, at, width) ? weight * value : NaN;
    if (gradient !== undefined) {
      for (let i = at; i < at + width; i++) gradient[i] = ((gradient[i] ?? 0) * weight) / rows;
    }
  }
  return total / rows;
}

function isFiniteRow(values: FloatArray, at: number, width: number): boolean {
  for (let i = at; i < at + width; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** The loss of one row, at `at` of both; fills the row of the gradient. */
type RowRule = (z: FloatArray, y: FloatArray, at: number, gradient: FloatArray | undefined) => number;

function rowRuleOf({ loss, outputActivation, width }: LossInput): RowRule {
  switch (loss.type) {
    case 'categoricalCrossEntropy':
      return crossEntropy(width, loss.labelSmoothing);
    case 'sparseCategoricalCrossEntropy':
      return sparseCrossEntropy(width);
    case 'binaryCrossEntropy':
      return elementwise(width, binaryCrossEntropy(loss.labelSmoothing));
    case 'focal':
      return width === 1 ? elementwise(width, binaryFocal(loss)) : categoricalFocal(width, loss.gamma);
    case 'poisson':
      // exp(z) is the rate: exp(z) - y z, without the term of y alone. @see torch.nn.PoissonNLLLoss
      return elementwise(width, {
        value: (z, y) => Math.exp(z) - y * z,
        slope: (z, y) => Math.exp(z) - y,
      });
    case 'hinge':
      return behind(
        outputActivation,
        width,
        width === 1 ? elementwise(width, hinge) : categoricalHinge(width),
      );
    case 'meanSquaredError':
    case 'meanAbsoluteError':
    case 'huber':
    case 'logCosh':
    case 'quantile':
      return behind(outputActivation, width, elementwise(width, distanceOf(loss)));
  }
}

interface ElementRule {
  readonly value: (z: number, y: number) => number;
  readonly slope: (z: number, y: number) => number;
}

/** The mean over the width of a row, as Keras' losses of numbers. */
function elementwise(width: number, { value, slope }: ElementRule): RowRule {
  return (z, y, at, gradient) => {
    let total = 0;
    for (let i = at; i < at + width; i++) {
      const output = z[i] ?? 0;
      const target = y[i] ?? 0;
      total += value(output, target);
      if (gradient !== undefined) gradient[i] = slope(output, target) / width;
    }
    return total / width;
  };
}

type Distance = Extract<
  LossConfig,
  { type: 'meanSquaredError' | 'meanAbsoluteError' | 'huber' | 'logCosh' | 'quantile' }
>;

function distanceOf(loss: Distance): ElementRule {
  switch (loss.type) {
    case 'meanSquaredError':
      return { value: (a, y) => (a - y) * (a - y), slope: (a, y) => 2 * (a - y) };
    case 'meanAbsoluteError':
      return { value: (a, y) => Math.abs(a - y), slope: (a, y) => Math.sign(a - y) };
    case 'huber':
      return huber(loss.delta);
    case 'logCosh':
      // log(cosh(e)) = |e| + log(1 + exp(-2|e|)) - log(2)
      return {
        value: (a, y) => Math.abs(a - y) + softplus(-2 * Math.abs(a - y)) - Math.LN2,
        slope: (a, y) => Math.tanh(a - y),
      };
    case 'quantile':
      return pinball(loss.quantile);
  }
}

/** @see keras.losses.Huber */
function huber(delta: number): ElementRule {
  return {
    value: (a, y) => {
      const e = Math.abs(a - y);
      return e <= delta ? 0.5 * e * e : delta * (e - 0.5 * delta);
    },
    slope: (a, y) => Math.max(-delta, Math.min(delta, a - y)),
  };
}

/** @see sklearn.metrics.mean_pinball_loss */
function pinball(q: number): ElementRule {
  return {
    value: (a, y) => Math.max(q * (y - a), (q - 1) * (y - a)),
    slope: (a, y) => (y > a ? -q : y < a ? 1 - q : 0),
  };
}

/** y = 1 or 0 stands for the sides 1 and -1. @see keras.losses.Hinge */
const hinge: ElementRule = {
  value: (a, y) => Math.max(0, 1 - (2 * y - 1) * a),
  slope: (a, y) => ((2 * y - 1) * a < 1 ? 1 - 2 * y : 0),
};

/** -(y log s + (1 - y) log(1 - s)) with s = sigmoid(z). */
function binaryCrossEntropy(labelSmoothing: number): ElementRule {
  const smooth = (y: number): number => y * (1 - labelSmoothing) + labelSmoothing / 2;
  return {
    value: (z, y) => softplus(z) - smooth(y) * z,
    slope: (z, y) => sigmoid(z) - smooth(y),
  };
}

/**
 * -alpha_t (1 - p)^gamma log(p) with p the probability of the true side.
 * @see Lin et al. 2017; keras.losses.BinaryFocalCrossentropy(apply_class_balancing=alpha given)
 */
function binaryFocal({ gamma, alpha }: Extract<LossConfig, { type: 'focal' }>): ElementRule {
  const side = (y: number): number => (y > 0.5 ? 1 : -1);
  const share = (y: number): number => (alpha === undefined ? 1 : y > 0.5 ? alpha : 1 - alpha);
  return {
    value: (z, y) => {
      const margin = side(y) * z;
      return share(y) * sigmoid(-margin) ** gamma * softplus(-margin);
    },
    slope: (z, y) => {
      const margin = side(y) * z;
      const wrong = sigmoid(-margin);
      const slope = wrong ** gamma * (-gamma * sigmoid(margin) * softplus(-margin) - wrong);
      return share(y) * side(y) * slope;
    },
  };
}

/** log(sum(exp)) of one row of logits. */
function logSumExp(z: FloatArray, at: number, width: number): number {
  let max = -Infinity;
  for (let i = at; i < at + width; i++) max = Math.max(max, z[i] ?? 0);
  let sum = 0;
  for (let i = at; i < at + width; i++) sum += Math.exp((z[i] ?? 0) - max);
  return max + Math.log(sum);
}

/** -sum(y log softmax(z)); smoothing moves a share of y evenly to all classes. */
function crossEntropy(width: number, labelSmoothing: number): RowRule {
  return (z, y, at, gradient) => {
    const normaliser = logSumExp(z, at, width);
    let total = 0;
    for (let i = at; i < at + width; i++) {
      const logProbability = (z[i] ?? 0) - normaliser;
      const target = (y[i] ?? 0) * (1 - labelSmoothing) + labelSmoothing / width;
      if (target !== 0) total -= target * logProbability;
      if (gradient !== undefined) gradient[i] = Math.exp(logProbability) - target;
    }
    return total;
  };
}

function classOf(y: FloatArray, at: number, width: number): number {
  for (let j = 0; j < width; j++) if ((y[at + j] ?? 0) > 0.5) return j;
  return 0;
}

/** -log softmax(z) of the true class. */
function sparseCrossEntropy(width: number): RowRule {
  return (z, y, at, gradient) => {
    const normaliser = logSumExp(z, at, width);
    const label = at + classOf(y, at, width);
    if (gradient !== undefined) {
      for (let i = at; i < at + width; i++) {
        gradient[i] = Math.exp((z[i] ?? 0) - normaliser) - (i === label ? 1 : 0);
      }
    }
    return normaliser - (z[label] ?? 0);
  };
}

/** -(1 - p)^gamma log(p) with p the probability of the true class. @see keras.losses.CategoricalFocalCrossentropy */
function categoricalFocal(width: number, gamma: number): RowRule {
  return (z, y, at, gradient) => {
    const normaliser = logSumExp(z, at, width);
    const label = at + classOf(y, at, width);
    const logP = (z[label] ?? 0) - normaliser;
    const wrong = -Math.expm1(logP);
    if (gradient !== undefined) {
      // d loss / d log(p); its first term goes to 0 with `wrong`.
      const inner = wrong > 0 ? gamma * wrong ** (gamma - 1) * Math.exp(logP) * logP : 0;
      const slope = inner - wrong ** gamma;
      for (let i = at; i < at + width; i++) {
        gradient[i] = slope * ((i === label ? 1 : 0) - Math.exp((z[i] ?? 0) - normaliser));
      }
    }
    return -(wrong ** gamma) * logP;
  };
}

/** max(0, 1 + largest wrong output, but at least 0 - the right one). @see keras.losses.CategoricalHinge */
function categoricalHinge(width: number): RowRule {
  return (a, y, at, gradient) => {
    const label = at + classOf(y, at, width);
    let rival = -1;
    let largest = 0;
    for (let i = at; i < at + width; i++) {
      const output = a[i] ?? 0;
      if (i !== label && output > largest) {
        largest = output;
        rival = i;
      }
    }
    const value = Math.max(0, 1 + largest - (a[label] ?? 0));
    if (gradient !== undefined) {
      gradient.fill(0, at, at + width);
      if (value > 0) {
        gradient[label] = -1;
        if (rival >= 0) gradient[rival] = 1;
      }
    }
    return value;
  };
}

/** A loss of predictions, taken behind the activation that makes them of raw outputs. */
function behind(activation: Activation, width: number, rule: RowRule): RowRule {
  if (activation === 'linear') return rule;
  const a = new Float64Array(width);
  const target = new Float64Array(width);
  const dA = new Float64Array(width);
  const slope = SLOPES[activation];
  return (z, y, at, gradient) => {
    if (activation === 'softmax') softmaxInto(z, at, width, a, 0);
    for (let j = 0; j < width; j++) {
      if (slope !== undefined) a[j] = slope.forward(z[at + j] ?? 0);
      target[j] = y[at + j] ?? 0;
    }
    const value = rule(a, target, 0, gradient === undefined ? undefined : dA);
    if (gradient === undefined) return value;
    let along = 0;
    for (let j = 0; j < width; j++) along += (dA[j] ?? 0) * (a[j] ?? 0);
    for (let j = 0; j < width; j++) {
      const da = dA[j] ?? 0;
      const aj = a[j] ?? 0;
      gradient[at + j] = slope === undefined ? aj * (da - along) : da * slope.slope(z[at + j] ?? 0, aj);
    }
    return value;
  };
}

interface ScalarActivation {
  readonly forward: (z: number) => number;
  /** da / dz */
  readonly slope: (z: number, a: number) => number;
}

/** Those an output layer may have; softmax is of a whole row. */
const SLOPES: Partial<Record<Activation, ScalarActivation>> = {
  sigmoid: { forward: sigmoid, slope: (_z, a) => a * (1 - a) },
  tanh: { forward: Math.tanh, slope: (_z, a) => 1 - a * a },
  softplus: { forward: softplus, slope: (z) => sigmoid(z) },
  relu: { forward: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
  exponential: { forward: Math.exp, slope: (_z, a) => a },
};
