// Owns how weights start: pure and seeded, one stream per layer, so that adding a layer never changes another's
// first weights. Knows no tf.
import { randomStream, type RandomStream } from '../../shared/random';
import type { Initializer } from '../../shared/schema/model';
import { countParameters, parameterLayout, type ModelPlan } from './plan';

type Draw = (stream: RandomStream, fanIn: number, fanOut: number) => number;

/** Uniform in [-limit, limit) with limit = sqrt(3 * variance), so that the variance is as asked. */
const uniform =
  (variance: (fanIn: number, fanOut: number) => number): Draw =>
  (stream, fanIn, fanOut) =>
    (2 * stream.next() - 1) * Math.sqrt(3 * variance(fanIn, fanOut));

// sd of a standard normal truncated to [-2, 2]; Keras divides by it so that the variance is as asked.
const TRUNCATED_SD = 0.87962566103423978;
const truncatedNormal =
  (variance: (fanIn: number, fanOut: number) => number): Draw =>
  (stream, fanIn, fanOut) => {
    let z = stream.nextNormal();
    while (Math.abs(z) > 2) z = stream.nextNormal();
    return (z * Math.sqrt(variance(fanIn, fanOut))) / TRUNCATED_SD;
  };

const glorot = (fanIn: number, fanOut: number): number => 2 / (fanIn + fanOut);
const he = (fanIn: number): number => 2 / fanIn;
const lecun = (fanIn: number): number => 1 / fanIn;

/** @see keras.initializers.VarianceScaling (normal ones are truncated at two sd, as there) */
const DRAWS = {
  zeros: () => 0,
  glorotUniform: uniform(glorot),
  glorotNormal: truncatedNormal(glorot),
  heUniform: uniform(he),
  heNormal: truncatedNormal(he),
  lecunUniform: uniform(lecun),
  lecunNormal: truncatedNormal(lecun),
} satisfies Record<Initializer, Draw>;

/** @returns a kernel [fanIn, fanOut], row-major */
export function initializeKernel(
  initializer: Initializer,
  fanIn: number,
  fanOut: number,
  stream: RandomStream,
): Float32Array {
  const draw: Draw = DRAWS[initializer];
  const kernel = new Float32Array(fanIn * fanOut);
  for (let i = 0; i < kernel.length; i++) kernel[i] = draw(stream, fanIn, fanOut);
  return kernel;
}

/** All parameters of a plan in the flat layout of `parameterLayout`; biases start at zero. */
export function initializeParameters(plan: ModelPlan, seed: number): Float32Array {
  const parameters = new Float32Array(countParameters(plan));
  const offsets = new Map(parameterLayout(plan).map((slice) => [slice.name, slice.offset]));
  for (const layer of plan.layers) {
    if (layer.kind !== 'dense') continue;
    const stream = randomStream(seed, `weights/${layer.id}`);
    const kernel = initializeKernel(layer.initializer, layer.inputs, layer.units, stream);
    parameters.set(kernel, offsets.get(`${layer.id}/kernel`) ?? 0);
  }
  return parameters;
}
