// Owns draws from a symmetric Beta distribution.
import type { RandomStream } from '../../shared/random';

/**
 * From two Gamma draws, as logarithms: for a small alpha both would be 0 in double precision.
 * @param alpha above 0
 * @returns in [0, 1]
 */
export function nextBeta(alpha: number, stream: RandomStream): number {
  const difference = nextLogGamma(alpha, stream) - nextLogGamma(alpha, stream);
  return 1 / (1 + Math.exp(-difference));
}

/** ln of a Gamma(shape, 1) draw. @see Marsaglia & Tsang 2000; below 1 by the draw for shape + 1, their section 6 */
function nextLogGamma(shape: number, stream: RandomStream): number {
  if (shape < 1) return nextLogGamma(shape + 1, stream) + Math.log(1 - stream.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.nextNormal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const logV = Math.log(v);
    if (Math.log(1 - stream.next()) < 0.5 * x * x + d - d * v + d * logV) return Math.log(d) + logV;
  }
}
