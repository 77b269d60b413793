// Owns how gradients are bounded before an update, and how long they were before that.
import { assertNever } from '../../../shared/errors';
import type { ClippingConfig } from '../../../shared/schema/training';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import { norm, type Range } from './norms';

export interface ClippedGradients {
  /** Length of all trainable gradients together before clipping, float64; NaN or Infinity when one is not finite. */
  readonly norm: number;
  /** At least their length now. */
  readonly bound: number;
}

/** Of the trainable slices, one each. */
export function trainableRanges(slices: readonly ParameterSlice[]): Range[] {
  return slices
    .filter(({ trainable, size }) => trainable && size > 0)
    .map(({ offset, size }) => ({ from: offset, to: offset + size }));
}

/**
 * Clips in place as keras' clipvalue, clipnorm (each slice by itself) and global_clipnorm. PyTorch's clip_grad_norm_ is
 * globalNorm with 1e-6 added to the length. Gradients that are not finite are left as they are.
 * @param ranges of `trainableRanges`: nothing else is read or written
 */
export function clipGradients(
  gradients: FloatArray,
  ranges: readonly Range[],
  config: ClippingConfig | false,
): ClippedGradients {
  const total = norm(gradients, ranges);
  if (config === false || !Number.isFinite(total)) return { norm: total, bound: total };
  const { limit } = config;
  switch (config.type) {
    case 'value':
      for (const range of ranges) clipValues(gradients, range, limit);
      return { norm: total, bound: total };
    case 'norm':
      // No slice is longer than all together.
      if (total > limit)
        for (const range of ranges) shorten(gradients, [range], limit, norm(gradients, [range]));
      return { norm: total, bound: Math.min(total, limit * Math.sqrt(ranges.length)) };
    case 'globalNorm':
      shorten(gradients, ranges, limit, total);
      return { norm: total, bound: Math.min(total, limit) };
    default:
      return assertNever(config);
  }
}

function clipValues(values: FloatArray, { from, to }: Range, limit: number): void {
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    if (value > limit) values[i] = limit;
    else if (value < -limit) values[i] = -limit;
  }
}

function shorten(values: FloatArray, ranges: readonly Range[], limit: number, length: number): void {
  if (!(length > limit)) return;
  const scale = limit / length;
  for (const { from, to } of ranges) {
    for (let i = from; i < to; i++) values[i] = (values[i] ?? 0) * scale;
  }
}
