// Owns the scores of predicted numbers. Sums are of values scaled by a power of two, so that no finite input makes
// them overflow and none loses a bit.

/** One column: actual and predicted, one a row, in the same unit. */
export interface NumberPairs {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
}

export interface RegressionScores {
  readonly rmse: number;
  readonly mae: number;
  /** 1 - residual / total sum of squares; NaN when the actual values are all equal (scikit-learn: 0 or 1). */
  readonly r2: number;
}

/** @see sklearn.metrics root_mean_squared_error, mean_absolute_error, r2_score(force_finite=False) */
export function regressionScores(actual: Float64Array, predicted: Float64Array): RegressionScores {
  const residual = residualsOf({ actual, predicted });
  const squares = meanSquare(residual, 0);
  const total = meanSquare(actual, meanOf(actual));
  return {
    rmse: Math.sqrt(squares.mean) * squares.scale,
    mae: meanAbsolute(residual),
    r2: explained(squares, total),
  };
}

export interface MoreRegressionScores extends RegressionScores {
  /** Mean of |predicted - actual| / max(|actual|, 2^-52): huge where an actual value is 0. */
  readonly mape: number;
  readonly medianAbsoluteError: number;
  readonly maxError: number;
  /** As r2, of the residuals about their own mean: blind to a constant offset. */
  readonly explainedVariance: number;
  /** Mean of predicted - actual. */
  readonly meanBias: number;
  /** An actual value is 0: the mape says nothing. */
  readonly zeroActual: boolean;
}

/** All NaN for no rows. @see sklearn.metrics, the functions of these names */
export function moreRegressionScores({ actual, predicted }: NumberPairs): MoreRegressionScores {
  const residual = residualsOf({ actual, predicted });
  const meanBias = meanOf(residual);
  const total = meanSquare(actual, meanOf(actual));
  const absolute = residual.map(Math.abs).sort();
  return {
    ...regressionScores(actual, predicted),
    mape: meanAbsolutePercentage({ actual, predicted }),
    medianAbsoluteError: medianOfSorted(absolute),
    maxError: absolute[absolute.length - 1] ?? NaN,
    explainedVariance: explained(meanSquare(residual, meanBias), total),
    meanBias,
    zeroActual: actual.includes(0),
  };
}

/** predicted - actual */
export function residualsOf({ actual, predicted }: NumberPairs): Float64Array {
  return predicted.map((value, row) => value - (actual[row] ?? 0));
}

/** sklearn takes the epsilon of float64. */
const EPSILON = Number.EPSILON;

/** |predicted - actual| / max(|actual|, epsilon), one a row. */
export function percentageErrors({ actual, predicted }: NumberPairs): Float64Array {
  return predicted.map((value, row) => {
    const truth = actual[row] ?? 0;
    return Math.abs(value - truth) / Math.max(Math.abs(truth), EPSILON);
  });
}

/** @see sklearn.metrics.mean_absolute_percentage_error: a share, not per cent */
export function meanAbsolutePercentage(pairs: NumberPairs): number {
  return meanOf(percentageErrors(pairs));
}

/**
 * @param q of 0 to 1: the quantile that the prediction is of
 * @see sklearn.metrics.mean_pinball_loss(alpha=q)
 */
export function pinballLoss({ actual, predicted }: NumberPairs, q: number): number {
  const loss = predicted.map((value, row) => {
    const short = (actual[row] ?? 0) - value;
    return short >= 0 ? q * short : (q - 1) * short;
  });
  return meanOf(loss);
}

/**
 * Uniform average over outputs, each scored by itself.
 * @param outputs one pair of columns an output
 * @see sklearn.metrics, multioutput='uniform_average'
 */
export function averageOfOutputs(outputs: readonly NumberPairs[]): Omit<MoreRegressionScores, 'zeroActual'> {
  const each = outputs.map(moreRegressionScores);
  const mean = (pick: (scores: MoreRegressionScores) => number): number =>
    meanOf(Float64Array.from(each, pick));
  return {
    rmse: mean((s) => s.rmse),
    mae: mean((s) => s.mae),
    r2: mean((s) => s.r2),
    mape: mean((s) => s.mape),
    medianAbsoluteError: mean((s) => s.medianAbsoluteError),
    maxError: mean((s) => s.maxError),
    explainedVariance: mean((s) => s.explainedVariance),
    meanBias: mean((s) => s.meanBias),
  };
}

/** The power of two at or below the largest magnitude; 1 when all are 0 or one is not finite. */
export function scaleOf(values: Float64Array): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max > 0 && Number.isFinite(max) ? 2 ** Math.floor(Math.log2(max)) : 1;
}

/** The running mean: exact when all are equal. NaN for none. */
export function meanOf(values: Float64Array): number {
  if (values.length === 0) return NaN;
  const scale = scaleOf(values);
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += ((values[i] ?? 0) / scale - mean) / (i + 1);
  return mean * scale;
}

function meanAbsolute(values: Float64Array): number {
  const scale = scaleOf(values);
  let total = 0;
  for (const value of values) total += Math.abs(value) / scale;
  return (total / values.length) * scale;
}

/** mean * scale^2 is the mean of (value - centre)^2. */
export interface ScaledMean {
  readonly mean: number;
  readonly scale: number;
}

export function meanSquare(values: Float64Array, centre: number): ScaledMean {
  const scale = scaleOf(values);
  const middle = centre / scale;
  let total = 0;
  for (const value of values) total += (value / scale - middle) ** 2;
  return { mean: total / values.length, scale };
}

function explained(residual: ScaledMean, total: ScaledMean): number {
  if (total.mean === 0) return NaN;
  // Before the scales, whose ratio may be beyond any number.
  if (residual.mean === 0) return 1;
  return 1 - (residual.mean / total.mean) * (residual.scale / total.scale) ** 2;
}

/** NaN for none. */
export function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
