// Owns how parameters start: pure and seeded, one stream a layer, so that adding a layer never changes another's first
// weights. Knows no tf and no plan, only slices of the flat vector.
import { assertNever } from '../../shared/errors';
import { randomStream, type RandomStream } from '../../shared/random';
import type { Initializer } from '../../shared/schema/model';
import { orthonormalize } from './orthogonal';
import type { ParameterSlice } from './parameterSlice';

/** What an initializer looks at. */
export type InitialSlice = Pick<ParameterSlice, 'initializer' | 'shape' | 'size' | 'fanIn' | 'fanOut'>;

/**
 * All parameters of a plan. Slices of the same stream draw from it one after the other, in their order.
 * @param total length of the flat vector
 */
export function initializeParameters(
  slices: readonly ParameterSlice[],
  total: number,
  seed: number,
): Float32Array {
  const parameters = new Float32Array(total);
  const streams = new Map<string, RandomStream>();
  for (const slice of slices) {
    const stream = streams.get(slice.stream) ?? randomStream(seed, slice.stream);
    streams.set(slice.stream, stream);
    fillInitial(parameters.subarray(slice.offset, slice.offset + slice.size), slice, stream);
  }
  return parameters;
}

/** @param values of the slice alone, row-major */
export function fillInitial(values: Float32Array, slice: InitialSlice, stream: RandomStream): void {
  const { fanIn, fanOut } = slice;
  const initializer = withNumbers(slice.initializer);
  switch (initializer.type) {
    case 'constant':
      values.fill(initializer.value);
      return;
    case 'normal': {
      const { mean, sd } = initializer;
      draw(values, () => mean + sd * stream.nextNormal());
      return;
    }
    case 'uniform': {
      const { minimum, maximum } = initializer;
      draw(values, () => minimum + (maximum - minimum) * stream.next());
      return;
    }
    case 'truncatedNormal': {
      const { mean, sd } = initializer;
      draw(values, () => mean + sd * truncatedNormal(stream));
      return;
    }
    case 'uniformOfVariance': {
      const limit = Math.sqrt(3 * initializer.variance(fanIn, fanOut));
      draw(values, () => (2 * stream.next() - 1) * limit);
      return;
    }
    case 'normalOfVariance': {
      const sd = Math.sqrt(initializer.variance(fanIn, fanOut));
      draw(values, () => (truncatedNormal(stream) * sd) / TRUNCATED_SD);
      return;
    }
    case 'orthogonal': {
      fillOrthogonal(values, slice.shape, initializer.gain, stream);
      return;
    }
    default:
      return assertNever(initializer);
  }
}

type WithNumbers =
  | Exclude<Initializer, string>
  /** Uniform in [-sqrt(3 variance), sqrt(3 variance)), or normal within two sd of the normal it is cut from. */
  | {
      readonly type: 'uniformOfVariance' | 'normalOfVariance';
      readonly variance: (fanIn: number, fanOut: number) => number;
    };

const glorot = (fanIn: number, fanOut: number): number => 2 / Math.max(2, fanIn + fanOut);
const he = (fanIn: number): number => 2 / Math.max(1, fanIn);
const lecun = (fanIn: number): number => 1 / Math.max(1, fanIn);

/** @see keras.initializers: the same defaults; VarianceScaling (normal ones are truncated at two sd, as there) */
const NAMED = {
  zeros: { type: 'constant', value: 0 },
  ones: { type: 'constant', value: 1 },
  normal: { type: 'normal', mean: 0, sd: 0.05 },
  uniform: { type: 'uniform', minimum: -0.05, maximum: 0.05 },
  truncatedNormal: { type: 'truncatedNormal', mean: 0, sd: 0.05 },
  glorotUniform: { type: 'uniformOfVariance', variance: glorot },
  glorotNormal: { type: 'normalOfVariance', variance: glorot },
  heUniform: { type: 'uniformOfVariance', variance: he },
  heNormal: { type: 'normalOfVariance', variance: he },
  lecunUniform: { type: 'uniformOfVariance', variance: lecun },
  lecunNormal: { type: 'normalOfVariance', variance: lecun },
  orthogonal: { type: 'orthogonal', gain: 1 },
} as const satisfies Record<Extract<Initializer, string>, WithNumbers>;

function withNumbers(initializer: Initializer): WithNumbers {
  return typeof initializer === 'string' ? NAMED[initializer] : initializer;
}

function draw(values: Float32Array, next: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = next();
}

// sd of a standard normal truncated to [-2, 2]; Keras divides by it so that the variance is as asked.
const TRUNCATED_SD = 0.87962566103423978;

function truncatedNormal(stream: RandomStream): number {
  let z = stream.nextNormal();
  while (Math.abs(z) > 2) z = stream.nextNormal();
  return z;
}

/**
 * Orthonormal rows or columns, whichever are fewer, of the matrix [all axes but the last, the last]. Keras refuses a vector;
 * here it is one row, of length `gain`.
 * @see keras.initializers.Orthogonal; Saxe et al. 2014
 */
function fillOrthogonal(
  values: Float32Array,
  shape: readonly number[],
  gain: number,
  stream: RandomStream,
): void {
  const width = shape[shape.length - 1] ?? 1;
  const height = width === 0 ? 0 : values.length / width;
  const many = Math.max(width, height);
  const few = Math.min(width, height);
  const columns = Array.from({ length: few }, () => new Float64Array(many));
  for (let i = 0; i < many; i++) for (const column of columns) column[i] = stream.nextNormal();
  orthonormalize(columns);
  columns.forEach((column, j) => {
    for (let i = 0; i < many; i++) {
      values[height < width ? j * width + i : i * width + j] = gain * (column[i] ?? 0);
    }
  });
}
