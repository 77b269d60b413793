// Owns the normalisations: over the batch for each feature, and over the features of each row.
import type { BatchNormNode, LayerNormNode } from '../../../model/nodes';
import { only, type Layer, type LayerContext } from '../layer';
import { columnSums } from './dense';

/**
 * Training takes the batch's mean and variance (divided by n) and moves the moving ones towards them; else the moving
 * ones are taken. A sequence counts each step as a row. A batch that is computed in blocks is normalised block by block.
 * @see Ioffe & Szegedy 2015; keras.layers.BatchNormalization
 */
export const batchNorm: Layer<BatchNormNode> = ({ epsilon, momentum, shape }, inputs, context) => {
  const { m } = context;
  const input = only(inputs);
  const inputShape = m.shapeOf(input);
  const width = shape[shape.length - 1] ?? 0;
  const x = inputShape.length === 2 ? input : m.reshape(input, [-1, width]);
  const [n = 0] = m.shapeOf(x);
  const moments = context.training ? batchMoments(context, x, n) : movingMoments(context, width);
  if (context.training) {
    move(context.values('movingMean'), m.read(moments.mean), momentum);
    move(context.values('movingVariance'), m.read(moments.variance), momentum);
  }
  const sd = m.sqrt(m.add(moments.variance, epsilon));
  const normed = m.div(m.sub(x, moments.mean), sd);
  const gamma = m.reshape(context.parameter('gamma'), [1, width]);
  const output = m.add(m.mul(normed, gamma), context.parameter('beta'));
  return {
    output: m.reshape(output, inputShape),
    backward: (dOutput) => {
      const dY = m.reshape(dOutput, [-1, width]);
      const dBeta = columnSums(context, dY);
      const dGamma = columnSums(context, m.mul(dY, normed));
      context.addGradient('beta', dBeta);
      context.addGradient('gamma', dGamma);
      const scale = m.div(gamma, sd);
      // The moving moments are constants; the batch's own depend on each row.
      const centred = context.training
        ? m.sub(m.sub(dY, m.div(dBeta, n)), m.mul(normed, m.div(dGamma, n)))
        : dY;
      return [m.reshape(m.mul(centred, scale), inputShape)];
    },
  };
};

interface Moments<T> {
  /** Both [1, width]. */
  readonly mean: T;
  readonly variance: T;
}

function batchMoments<T>(context: LayerContext<T>, x: T, n: number): Moments<T> {
  const { m } = context;
  const mean = m.div(columnSums(context, x), n);
  const variance = m.div(columnSums(context, m.square(m.sub(x, mean))), n);
  return { mean, variance };
}

function movingMoments<T>({ m, parameter }: LayerContext<T>, width: number): Moments<T> {
  return {
    mean: m.reshape(parameter('movingMean'), [1, width]),
    variance: m.reshape(parameter('movingVariance'), [1, width]),
  };
}

function move(
  target: { [index: number]: number; length: number },
  towards: ArrayLike<number>,
  momentum: number,
): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = momentum * (target[i] ?? 0) + (1 - momentum) * (towards[i] ?? 0);
  }
}

/** @see Ba, Kiros & Hinton 2016; keras.layers.LayerNormalization(axis=-1) */
export const layerNorm: Layer<LayerNormNode> = ({ epsilon }, inputs, context) => {
  const { m } = context;
  const x = only(inputs);
  const shape = m.shapeOf(x);
  const axis = shape.length - 1;
  const width = shape[axis] ?? 1;
  const mean = m.div(m.sum(x, [axis], true), width);
  const centred = m.sub(x, mean);
  const variance = m.div(m.sum(m.square(centred), [axis], true), width);
  const sd = m.sqrt(m.add(variance, epsilon));
  const normed = m.div(centred, sd);
  const gamma = context.parameter('gamma');
  return {
    output: m.add(m.mul(normed, gamma), context.parameter('beta')),
    backward: (dY) => {
      context.addGradient('beta', columnSums(context, m.reshape(dY, [-1, width])));
      context.addGradient('gamma', columnSums(context, m.reshape(m.mul(dY, normed), [-1, width])));
      const dNormed = m.mul(dY, gamma);
      const meanOf = (t: typeof x): typeof x => m.div(m.sum(t, [axis], true), width);
      const along = m.mul(normed, meanOf(m.mul(dNormed, normed)));
      return [m.div(m.sub(m.sub(dNormed, meanOf(dNormed)), along), sd)];
    },
  };
};
