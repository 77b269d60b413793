// Owns the checks on the shape of a column of numbers: cells far out, and a long tail.
import * as l10n from '@vscode/l10n';
import { formatNumber } from '../../shared/format';
import type { ColumnProfile } from '../../shared/schema/profile';
import type { Remedy } from '../../shared/schema/quality';
import {
  cellsOf,
  count,
  featureColumns,
  firstCells,
  numberAt,
  percent,
  stepsRemedy,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
  type NumberCells,
} from './check';
import { literal } from './numberCells';

/** Quartiles of fewer cells say little. */
const MIN_NUMBERS = 20;
/** More than this is no exception but a narrow middle half: even a Cauchy column has no more than 9 % far out. */
const TOO_MANY = 0.05;
/** An exponential column has 2; Bulmer 1979 calls 1 "highly skewed", which most prices and counts are. */
const SKEWED = 2;

export const outliers: QualityCheck = {
  title: () => l10n.t('Numbers far out'),
  async run(context) {
    const target = context.target?.task === 'regression' ? targetColumn(context) : undefined;
    const found: Found[] = [];
    for (const column of target === undefined
      ? featureColumns(context)
      : [target, ...featureColumns(context)]) {
      if (column.type !== 'number') continue;
      const cells = await context.numbers(column);
      const beyond = cells.below + cells.above;
      if (cells.fences === undefined || beyond === 0 || cells.numbers < MIN_NUMBERS) continue;
      const standIn = await standsForMissing(context, column, cells);
      if (standIn !== undefined) {
        found.push(standIn);
        continue;
      }
      if (beyond > TOO_MANY * cells.numbers) continue;
      const { low, high } = cells.fences;
      found.push({
        status: 'note',
        message: l10n.t(
          'Column "{0}": numbers {4}, far from the middle half ({5} to {6}): {1} of {2} ({3}). The farthest is {7}.',
          column.name,
          count(beyond),
          count(cells.numbers),
          percent(beyond / cells.numbers),
          sides(cells),
          formatNumber(column.numeric?.quartiles[0] ?? NaN),
          formatNumber(column.numeric?.quartiles[2] ?? NaN),
          formatNumber(farthest(column, cells)),
        ),
        columns: [column.name],
        count: beyond,
        rows: await firstCells(context, column.name, `n < ${literal(low)} OR n > ${literal(high)}`),
        remedies: [column === target ? leaveOutOfTraining(column) : clip(column, cells)],
      });
    }
    return found;
  },
};

/** Fewer may be numbers like others. */
const MIN_STAND_INS = 3;
/** Of the cells far out. */
const NEARLY_ALL = 0.9;

/** -999 or 9999, or a -1 among numbers of 0 and more, is seldom a number; it may be in more cells than are far out by nature. */
async function standsForMissing(
  context: CheckContext,
  column: ColumnProfile,
  { fences, below, above, numbers }: NumberCells,
): Promise<Found | undefined> {
  if (fences === undefined || below + above < MIN_STAND_INS) return undefined;
  const { name } = column;
  const cells = await cellsOf(context, name);
  const [most] = await context.query(
    `SELECT n, count(*) AS c FROM ${cells} WHERE n < ${literal(fences.low)} OR n > ${literal(fences.high)}
     GROUP BY n ORDER BY c DESC, n LIMIT 1`,
  );
  const [value, same] = [numberAt(most, 0), numberAt(most, 1)];
  if (same < MIN_STAND_INS || same < NEARLY_ALL * (below + above)) return undefined;
  const isNines = /^-?9{2,}$/.test(String(value));
  if (!isNines) {
    const [least] = await context.query(`SELECT min(n) FROM ${cells} WHERE n <> ${literal(value)}`);
    if (value >= 0 || numberAt(least, 0) < 0) return undefined;
  }
  return {
    status: 'warn',
    message: l10n.t(
      'Column "{0}": {1} in {2} of {3} cells ({4}), far from the middle half ({5} to {6}). It seems to mean "no value".',
      name,
      value,
      count(same),
      count(numbers),
      percent(same / numbers),
      formatNumber(column.numeric?.quartiles[0] ?? NaN),
      formatNumber(column.numeric?.quartiles[2] ?? NaN),
    ),
    columns: [name],
    count: same,
    rows: await firstCells(context, name, `n = ${literal(value)}`),
    remedies: [
      stepsRemedy(l10n.t('Let {0} in "{1}" mean missing', value, name), 'start', {
        step: 'markMissing',
        columns: [name],
        values: [String(value)],
      }),
    ],
  };
}

function sides({ fences, below, above }: NumberCells): string {
  const low = l10n.t('below {0}', formatNumber(fences?.low ?? NaN));
  const high = l10n.t('above {0}', formatNumber(fences?.high ?? NaN));
  if (below === 0) return high;
  return above === 0 ? low : l10n.t('{0} or {1}', low, high);
}

function farthest({ numeric }: ColumnProfile, { above, below }: NumberCells): number {
  const { min, max, quartiles } = numeric ?? { min: NaN, max: NaN, quartiles: [NaN, NaN, NaN] as const };
  if (above === 0) return min;
  return below > 0 && quartiles[0] - min > max - quartiles[2] ? min : max;
}

/** A target that is clipped would be a wrong answer: rows are left out of training instead, and tested on as they are. */
function leaveOutOfTraining({ name }: ColumnProfile): Remedy {
  return stepsRemedy(l10n.t('Leave these rows out of training'), 'end', {
    step: 'removeOutliers',
    columns: [name],
    method: 'iqr',
    factor: 3,
  });
}

function clip({ name }: ColumnProfile, { below, above, numbers }: NumberCells): Remedy {
  const low = clippedShare(below, numbers);
  const high = clippedShare(above, numbers);
  return stepsRemedy(l10n.t('Bring the numbers of "{0}" that lie far out to a bound', name), 'end', {
    step: 'clip',
    columns: [name],
    unit: 'quantile',
    low: below === 0 ? null : low,
    high: above === 0 ? null : Math.round((1 - high) * 1e4) / 1e4,
  });
  // The bound must lie among the numbers that are not far out whichever rows train, hence half as many again and two.
  function clippedShare(beyond: number, of: number): number {
    return Math.min(0.25, Math.ceil(((1.5 * beyond + 2) / of) * 1e4) / 1e4);
  }
}

export const skew: QualityCheck = {
  title: () => l10n.t('Lopsided numbers'),
  async run(context) {
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      // A few whole numbers are levels, not a distribution.
      if (column.type !== 'number' || column.topValues !== undefined) continue;
      const cells = await context.numbers(column);
      const { skewness, numbers, fences } = cells;
      // Of a normal column of n rows the coefficient strays by sqrt(6 / n): three times that is no chance.
      const certain = SKEWED + 3 * Math.sqrt(6 / numbers);
      // Where half of the rows have one value no transformation helps: it moves that value, and leaves it alone there.
      if (fences === undefined || numbers < MIN_NUMBERS || !(Math.abs(skewness) > certain)) continue;
      const [, median] = column.numeric?.quartiles ?? [];
      found.push({
        status: 'note',
        message: l10n.t(
          'Column "{0}" has a long tail to the {1}: skewness {2}, median {3}, mean {4}.',
          column.name,
          skewness > 0 ? l10n.t('right') : l10n.t('left'),
          formatNumber(skewness),
          formatNumber(median ?? NaN),
          formatNumber(column.numeric?.mean ?? NaN),
        ),
        columns: [column.name],
        rows: [],
        remedies: unskew(column, cells),
      });
    }
    return found;
  },
};

/** The logarithm first where it is known to do, as people can read it back. */
function unskew({ name }: ColumnProfile, { logSkewness }: NumberCells): Remedy[] {
  const power = stepsRemedy(l10n.t('Make "{0}" more normal (Yeo-Johnson)', name), 'end', {
    step: 'powerTransform',
    columns: [name],
  });
  const log = stepsRemedy(l10n.t('Take the logarithm of "{0}"', name), 'end', {
    step: 'logTransform',
    columns: [name],
  });
  return Math.abs(logSkewness) < SKEWED ? [log, power] : [power];
}
