// Owns what holds weights small apart from weight decay: L1 and L2 penalties in the loss, and the longest a neuron's
// weights may be.
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';

/**
 * Adds the gradients of l1 * sum(|w|) + l2 * sum(w^2) of each trainable slice; that of |w| at 0 is 0.
 * @returns the penalties, to be added to the batch's loss; float64
 * @see keras.regularizers.L1L2
 */
export function addPenalties(
  slices: readonly ParameterSlice[],
  parameters: FloatArray,
  gradients: FloatArray,
): number {
  let penalty = 0;
  for (const { offset, size, trainable, l1, l2 } of slices) {
    if (!trainable || (l1 === 0 && l2 === 0)) continue;
    let absolute = 0;
    let squared = 0;
    for (let i = offset; i < offset + size; i++) {
      const w = parameters[i] ?? 0;
      absolute += Math.abs(w);
      squared += w * w;
      gradients[i] = (gradients[i] ?? 0) + l1 * Math.sign(w) + 2 * l2 * w;
    }
    penalty += l1 * absolute + l2 * squared;
  }
  return penalty;
}

/** As keras.constraints.MaxNorm and torch.renorm: what is too long ends this much, relatively, below the limit. */
const EPSILON = 1e-7;

/**
 * Shrinks each column (all axes but the last run along it) that is longer than its slice's maxNorm.
 * @see keras.constraints.MaxNorm(axis=0); that one also takes 1e-7 off the length of each column which is short enough,
 * update after update. Here, as in torch.renorm, those are left alone.
 */
export class MaxNorm {
  private readonly slices: readonly (ParameterSlice & { readonly maxNorm: number })[];
  /** Sums of squares of a slice's columns; kept, so that no update allocates. */
  private readonly sums: Float64Array;

  constructor(slices: readonly ParameterSlice[]) {
    this.slices = slices.flatMap((slice) =>
      slice.trainable && slice.maxNorm !== undefined ? [{ ...slice, maxNorm: slice.maxNorm }] : [],
    );
    this.sums = new Float64Array(Math.max(0, ...this.slices.map(columnsOf)));
  }

  apply(parameters: FloatArray): void {
    for (const slice of this.slices) this.shrink(parameters, slice);
  }

  private shrink(parameters: FloatArray, slice: ParameterSlice & { readonly maxNorm: number }): void {
    const { offset, size, maxNorm } = slice;
    const columns = columnsOf(slice);
    const { sums } = this;
    sums.fill(0, 0, columns);
    // In float64 a square overflows from 1e154 on: taken relative to the largest it cannot.
    const largest = largestIn(parameters, offset, size);
    if (largest === 0) return;
    for (let i = 0, column = 0; i < size; i++) {
      const w = (parameters[offset + i] ?? 0) / largest;
      sums[column] = (sums[column] ?? 0) + w * w;
      if (++column === columns) column = 0;
    }
    let isLong = false;
    for (let column = 0; column < columns; column++) {
      const length = largest * Math.sqrt(sums[column] ?? 0);
      isLong ||= length > maxNorm;
      sums[column] = length > maxNorm ? maxNorm / (length + EPSILON) : 1;
    }
    if (!isLong) return;
    for (let i = 0, column = 0; i < size; i++) {
      parameters[offset + i] = (parameters[offset + i] ?? 0) * (sums[column] ?? 1);
      if (++column === columns) column = 0;
    }
  }
}

function columnsOf({ shape }: ParameterSlice): number {
  return shape[shape.length - 1] ?? 1;
}

function largestIn(values: FloatArray, offset: number, size: number): number {
  let largest = 0;
  for (let i = offset; i < offset + size; i++) {
    const absolute = Math.abs(values[i] ?? 0);
    if (absolute > largest) largest = absolute;
  }
  return largest;
}
