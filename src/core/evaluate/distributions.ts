// Owns the normal and Student's t distribution, to about 1e-14: tails and quantiles, from their integrals.

const CONVERGED = 1e-16;
const MAX_TERMS = 100_000;
/** Where a continued fraction would divide by 0. */
const TINY = 1e-300;

/** P(|Z| >= z) of a standard normal, z >= 0. */
export function normalTwoSided(z: number): number {
  const x = z / Math.SQRT2;
  // Either form where it needs few terms.
  return x < 2 ? 1 - erfSeries(x) : erfcFraction(x);
}

/** All terms positive: nothing cancels. @see Abramowitz & Stegun 7.1.6 */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < MAX_TERMS && term > CONVERGED * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** @see Abramowitz & Stegun 7.1.14, from the last term back */
function erfcFraction(x: number): number {
  if (x > 27) return 0;
  let tail = 0;
  for (let n = 120; n > 0; n--) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + tail));
}

export function normalCdf(z: number): number {
  const half = normalTwoSided(Math.abs(z)) / 2;
  return z < 0 ? half : 1 - half;
}

/** @param p of 0 to 1, ends excluded @see scipy.stats.norm.ppf */
export function normalQuantile(p: number): number {
  const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return bySign(p, (twoSided) => tailQuantile(twoSided, normalTwoSided, density));
}

/**
 * P(|T| >= t), t >= 0: the incomplete beta function I_x(df / 2, 1 / 2) at x = df / (df + t^2).
 * @param df above 0, need not be whole
 */
export function studentTwoSided(t: number, df: number): number {
  const square = t * t;
  if (Number.isNaN(square)) return NaN;
  if (square === 0) return 1;
  if (square === Infinity) return 0;
  const a = df / 2;
  const x = df / (df + square);
  const rest = square / (df + square);
  // x^a (1 - x)^(1/2) / B(a, 1/2)
  const factor = Math.exp(-a * Math.log1p(square / df)) * Math.sqrt(rest / Math.PI) * gammaHalfRatio(a);
  // The fraction converges fast on its own side of the mean.
  return x < (a + 1) / (a + 2.5)
    ? (factor * betaFraction(x, a, 0.5)) / a
    : 1 - (factor * betaFraction(rest, 0.5, a)) / 0.5;
}

/** @param p of 0 to 1, ends excluded @see scipy.stats.t.ppf */
export function studentQuantile(p: number, df: number): number {
  const scale = gammaHalfRatio(df / 2) / Math.sqrt(df * Math.PI);
  const density = (t: number): number => scale * Math.exp((-(df + 1) / 2) * Math.log1p((t * t) / df));
  return bySign(p, (twoSided) => tailQuantile(twoSided, (t) => studentTwoSided(t, df), density));
}

/** Gamma(a + 1/2) / Gamma(a): by its series where it is exact to the last bit, by recurrence below. */
function gammaHalfRatio(a: number): number {
  let factor = 1;
  let x = a;
  for (; x < 50; x++) factor *= x / (x + 0.5);
  const u = 1 / x;
  const series =
    1 +
    u *
      (-1 / 8 +
        u * (1 / 128 + u * (5 / 1024 + u * (-21 / 32768 + u * (-399 / 262144 + (u * 869) / 4194304)))));
  return factor * Math.sqrt(x) * series;
}

/** The continued fraction of I_x(a, b), by Lentz. @see Abramowitz & Stegun 26.5.8 */
function betaFraction(x: number, a: number, b: number): number {
  const nonZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < CONVERGED) break;
  }
  return fraction;
}

function bySign(p: number, quantile: (twoSided: number) => number): number {
  if (p === 0.5) return 0;
  return p > 0.5 ? quantile(2 * (1 - p)) : -quantile(2 * p);
}

/** The t >= 0 with tail(t) = target: Newton's steps, halved intervals where one would leave the bracket. */
function tailQuantile(target: number, tail: (t: number) => number, density: (t: number) => number): number {
  let low = 0;
  let high = 1;
  while (tail(high) > target && high < Number.MAX_VALUE / 2) {
    low = high;
    high *= 2;
  }
  let t = (low + high) / 2;
  for (let i = 0; i < 200; i++) {
    const excess = tail(t) - target;
    if (excess > 0) low = t;
    else high = t;
    const newton = t + excess / (2 * density(t));
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 2 * Number.EPSILON * Math.abs(t)) return next;
    t = next;
  }
  return t;
}
