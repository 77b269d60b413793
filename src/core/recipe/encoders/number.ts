// Owns numbers: fill what is missing, then scale, both fitted on train values; one indicator for "was missing".
import { missingName, toFloat32, type Encoder } from './encoder';
import { isNegligible, meanOf, medianOf, populationSd, presentOf } from './statistics';

function fillOf(missing: 'median' | 'mean' | 'zero', present: Float64Array): number {
  switch (missing) {
    case 'median':
      return medianOf(present);
    case 'mean':
      return meanOf(present);
    case 'zero':
      return 0;
  }
}

/**
 * As scikit-learn's Pipeline(SimpleImputer, StandardScaler or MinMaxScaler): the scale is fitted on the filled
 * column. Constant but sometimes missing stays: whether it is there may tell.
 */
export const numberEncoder: Encoder<'number'> = {
  fit(feature, values) {
    const present = presentOf(values);
    if (present.length === 0) return { kind: 'dropped', reason: 'allMissing' };
    const indicator = present.length < values.length;
    const first = present[0] ?? 0;
    if (!indicator && present.every((value) => value === first))
      return { kind: 'dropped', reason: 'constant' };
    const fill = fillOf(feature.missing, present);
    const filled = values.map((value) => (Number.isNaN(value) ? fill : value));
    let [offset, divisor] = [0, 1];
    if (feature.scale === 'standard') {
      offset = meanOf(filled);
      const sd = populationSd(filled, offset);
      divisor = isNegligible(sd, offset, filled.length) || !Number.isFinite(sd) ? 1 : sd;
    } else if (feature.scale === 'minMax') {
      offset = Infinity;
      let max = -Infinity;
      for (const value of filled) {
        offset = Math.min(offset, value);
        max = Math.max(max, value);
      }
      const range = max - offset;
      divisor = range === 0 || !Number.isFinite(range) ? 1 : range;
    }
    const { column } = feature;
    const names = indicator ? [column, missingName(column)] : [column];
    return { kind: 'fitted', encoder: { type: 'number', column, names, fill, offset, divisor, indicator } };
  },
  apply({ fill, offset: center, divisor, indicator }, values, x, stride, offset) {
    for (const [row, value] of values.entries()) {
      const isMissing = Number.isNaN(value);
      x[row * stride + offset] = toFloat32(((isMissing ? fill : value) - center) / divisor);
      if (indicator) x[row * stride + offset + 1] = isMissing ? 1 : 0;
    }
  },
};
