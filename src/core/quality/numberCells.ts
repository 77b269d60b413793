// Owns the one pass over a column that says what its cells are as numbers: how many are none, how many are written
// oddly, how many lie far out, how lopsided they are. Four checks read from it.
import type { ColumnProfile } from '../../shared/schema/profile';
import { sqlText } from '../data/database';
import { doubleSql } from '../data/scalarSql';
import { cellsOf, IS_STRAY_SQL, numberAt, type CheckContext, type Fences, type NumberCells } from './check';

/**
 * 1.234,5 and 1,234.5 and 0,5 and $3 and 4 % and 12 €: a number to a person, text to a plain reader. What the file's own
 * way of writing numbers reads never gets here. A no-break space parts groups as a space does.
 */
const WRITTEN_NUMBER =
  "[-+]?[$€£¥₹]? ?[-+]?(\\d{1,3}([.,'’ \u00a0\u202f]\\d{3})+|\\d+)([.,]\\d+)?[ \u00a0]?[%$€£¥₹]?";

/** Over `cellsOf`: a stray cell that is an oddly written number. CASE, so that the pattern is tried on few. */
export const IS_WRITTEN_SQL = `(CASE WHEN ${IS_STRAY_SQL} THEN regexp_full_match(t, ${sqlText(WRITTEN_NUMBER)}) ELSE false END)`;

/** Of Tukey's box plot: "far out" lies beyond three interquartile ranges. @see Tukey 1977, Exploratory Data Analysis */
const FAR_OUT = 3;

export async function countNumberCells(context: CheckContext, column: ColumnProfile): Promise<NumberCells> {
  return column.type === 'number' ? countNumbers(context, column) : countTexts(context, column);
}

const NONE = { fences: undefined, below: 0, above: 0, skewness: NaN, logSkewness: NaN };

/** What could be a number at all; tried first, as it costs a tenth of the rest. */
const MAYBE_NUMBER = "[-+$€£¥₹ ]*[0-9][0-9.,'’eE+% \u00a0\u202f$€£¥₹-]*";
/** Below this share of them a column has no use for numbers. */
const MIN_MAYBE_SHARE = 0.5;

/** Of a column that is read as text: each category once, and long columns of texts after a look at what they could be. */
async function countTexts(context: CheckContext, { name, type }: ColumnProfile): Promise<NumberCells> {
  const cells = await cellsOf(context, name);
  if (type !== 'category') {
    const [row] = await context.query(
      `SELECT count(t), count(*) FILTER (WHERE regexp_full_match(t, ${sqlText(MAYBE_NUMBER)})) FROM ${cells}`,
    );
    if (numberAt(row, 1) < MIN_MAYBE_SHARE * numberAt(row, 0)) {
      return {
        ...NONE,
        numbers: 0,
        words: numberAt(row, 0),
        distinctNumbers: 0,
        distinctWords: 0,
        written: 0,
      };
    }
  }
  const counted =
    type === 'category'
      ? `(SELECT t, n, count(*) AS c FROM ${cells} GROUP BY t, n)`
      : `(SELECT t, n, 1 AS c FROM ${cells})`;
  const [row] = await context.query(
    `SELECT coalesce(sum(c) FILTER (WHERE n IS NOT NULL), 0)::BIGINT,
       coalesce(sum(c) FILTER (WHERE is_stray AND NOT is_written), 0)::BIGINT, approx_count_distinct(n),
       approx_count_distinct(CASE WHEN is_stray AND NOT is_written THEN t END),
       coalesce(sum(c) FILTER (WHERE is_written), 0)::BIGINT
     FROM (SELECT t, n, c, ${IS_STRAY_SQL} AS is_stray, ${IS_WRITTEN_SQL} AS is_written FROM ${counted})`,
  );
  const [numbers = 0, words = 0, distinctNumbers = 0, distinctWords = 0, written = 0] = [0, 1, 2, 3, 4].map(
    (i) => numberAt(row, i),
  );
  return { ...NONE, numbers, words, distinctNumbers, distinctWords, written };
}

async function countNumbers(context: CheckContext, column: ColumnProfile): Promise<NumberCells> {
  const { numeric } = column;
  const fences = fencesOf(column);
  // In ranges from the median, and not beyond what can be cubed: an overflow ends the query.
  const [first = 0, median = 0, third = 0] = numeric?.quartiles ?? [];
  const inRanges = `((n - ${literal(median)}) / ${literal(third - first)})`;
  const inside =
    fences === undefined
      ? undefined
      : `FILTER (WHERE n >= ${orLimit(fences.low)} AND n <= ${orLimit(fences.high)} AND abs(${inRanges}) < 1e50)`;
  const scaled = inside === undefined ? 'NULL' : `skewness(${inRanges}) ${inside}`;
  const logged =
    inside === undefined || (numeric?.min ?? -1) <= -1 ? 'NULL' : `skewness(ln(1 + n)) ${inside}`;
  const beyond = (condition: string): string =>
    fences === undefined ? '0' : `count(*) FILTER (WHERE ${condition})`;
  const [row] = await context.query(
    `SELECT count(n),
       count(*) FILTER (WHERE is_stray AND NOT is_written), approx_count_distinct(n),
       approx_count_distinct(CASE WHEN is_stray AND NOT is_written THEN t END),
       count(*) FILTER (WHERE is_written),
       ${beyond(`n < ${literal(fences?.low ?? 0)}`)}, ${beyond(`n > ${literal(fences?.high ?? 0)}`)},
       ${scaled}, ${logged}
     FROM (SELECT t, n, ${IS_STRAY_SQL} AS is_stray, ${IS_WRITTEN_SQL} AS is_written
           FROM ${await cellsOf(context, column.name)})`,
  );
  const orNaN = (index: number): number => (row?.[index] == null ? NaN : numberAt(row, index));
  return {
    numbers: numberAt(row, 0),
    words: numberAt(row, 1),
    distinctNumbers: numberAt(row, 2),
    distinctWords: numberAt(row, 3),
    written: numberAt(row, 4),
    fences,
    below: numberAt(row, 5),
    above: numberAt(row, 6),
    skewness: orNaN(7),
    logSkewness: orNaN(8),
  };
}

function fencesOf(column: ColumnProfile): Fences | undefined {
  const { type, numeric, topValues } = column;
  if (type !== 'number' || numeric === undefined) return undefined;
  const [first, median, third] = numeric.quartiles;
  const range = third - first;
  if (!Number.isFinite(range) || range <= 0) return undefined;
  const ascending = { min: numeric.min, first, median, third };
  const descending = { min: -numeric.max, first: -third, median: -median, third: -first };
  const [low, high] = [-highFence(descending), highFence(ascending)];
  if (topValues === undefined) return { low, high };
  // Few whole numbers: rare ones beside frequent ones are levels of a scale. One that is far from all others is not.
  const levels = topValues.map(({ value }) => Number(value)).sort((a, b) => a - b);
  const down = levels.map((level) => -level).reverse();
  return { low: -beyondGap(down, -low, FAR_OUT * range), high: beyondGap(levels, high, FAR_OUT * range) };
}

interface Quartiles {
  readonly min: number;
  readonly first: number;
  readonly median: number;
  readonly third: number;
}

/**
 * Where the middle half itself leans to a side, three ranges are but its tail (3 % of a log-normal column). Up to
 * LEANING the range is stretched as in the adjusted box plot of Hubert & Vandervieren 2008, with Bowley's skewness of
 * the quartiles, which the profile knows, in the place of the medcouple; beyond, the fence is that of a logarithmic
 * scale.
 */
function highFence({ min, first, median, third }: Quartiles): number {
  const range = third - first;
  const bowley = (third + first - 2 * median) / range;
  const fence = third + FAR_OUT * range * Math.exp(3 * Math.max(0, bowley));
  if (bowley < LEANING) return fence;
  const shift = min > 0 ? 0 : range - min;
  const ratio = (third + shift) / (first + shift);
  return Math.max(fence, (third + shift) * ratio ** FAR_OUT - shift);
}
/** 0.26 for an exponential column, 0.32 for a log-normal one, 0 for a symmetric one. */
const LEANING = 0.2;

/** The last level before a gap beyond the fence; infinite without one. */
function beyondGap(levels: readonly number[], fence: number, gap: number): number {
  const at = levels.findIndex((level, i) => i > 0 && level > fence && level - (levels[i - 1] ?? level) > gap);
  return at < 0 ? Infinity : (levels[at - 1] ?? Infinity);
}

/** A number as SQL; NULL for one that is not finite. */
export function literal(value: number): string {
  return Number.isFinite(value) ? doubleSql(value) : 'NULL::DOUBLE';
}

function orLimit(value: number): string {
  return literal(Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)));
}
