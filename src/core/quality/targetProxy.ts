// Owns the check on columns that give the target away: how well one column alone tells it, on rows it was not learnt
// from. The rows are halved by a hash; each half is guessed from what the other one says, so that a column that merely
// names the rows tells nothing.
import * as l10n from '@vscode/l10n';
import { formatNumber } from '../../shared/format';
import type { ColumnProfile } from '../../shared/schema/profile';
import { numberOf, textOf } from '../data/relation';
import {
  count,
  featureColumns,
  leaveOut,
  needsTarget,
  numberAt,
  percent,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';
import { classOfBins, type BinCounts } from './intervals';
import { literal } from './numberCells';

/**
 * The share of rows told right that is certain at 95 % (Wilson's lower bound). The best single columns of honest data
 * sets stay below 0.93 (a petal of iris).
 */
const TELLS = 0.96;
const TELLS_ALL = 0.99;
/** Of the errors of always guessing the most frequent class, so many must be gone: 99 % right of 99 % is no feat. */
const ERRORS_GONE = 0.9;
/** r² on the other half: |r| of 0.995 and 0.9995. */
const EXPLAINS = 0.99;
const EXPLAINS_ALL = 0.999;
/** A name that holds the target's is worth a word if the column also tells a good part of it. */
const NAMED_ERRORS_GONE = 0.5;
const NAMED_EXPLAINS = 0.5;
const MIN_HELD_OUT = 50;
const BINS = 256;
/** More classes than this are too many to be given away by intervals of a number. */
const MAX_CLASSES = 100;
/** Values a category may have: above it is not worth the memory, as half of the rows could not repeat them. */
const MAX_VALUES = 200_000;

/** How well a column tells the target on held-out rows. */
interface Telling {
  readonly heldOut: number;
  /** Classes: rows told right. */
  readonly right?: number;
  /** Classes: rows right when the most frequent class is always guessed. */
  readonly baseline?: number;
  /** Regression: r², of the squares of the other half. */
  readonly explained?: number;
}

export const targetProxy: QualityCheck = {
  title: () => l10n.t('Columns that give the target away'),
  async run(context) {
    const target = targetColumn(context);
    if (target === undefined || context.target === undefined) return needsTarget();
    if (target.distinct < 2) return { notMade: l10n.t('The target has fewer than two values.') };
    const isNumber = context.target.task === 'regression';
    if (!isNumber && target.distinct > MAX_CLASSES)
      return { notMade: l10n.t('The target has too many classes.') };
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      if (column.distinct < 2 && column.missing === 0) continue;
      const telling = isNumber ? await explain(context, column) : await tell(context, column);
      if (telling === undefined || telling.heldOut < MIN_HELD_OUT) continue;
      const finding = judge(column, target, telling);
      if (finding !== undefined) found.push(finding);
    }
    return found;
  },
};

function judge(column: ColumnProfile, target: ColumnProfile, telling: Telling): Found | undefined {
  const { heldOut, right, baseline = 0, explained = 0 } = telling;
  const isNamed = namesTarget(column.name, target.name);
  let status: Found['status'] | undefined;
  let evidence: string;
  if (right === undefined) {
    evidence = l10n.t(
      'Knowing "{0}" alone explains {1} of the variance of "{2}" in {3} rows that it was not learnt from (r = {4}).',
      column.name,
      percent(explained),
      target.name,
      count(heldOut),
      formatNumber(Math.sqrt(Math.max(0, explained))),
    );
    if (explained >= EXPLAINS) status = explained >= EXPLAINS_ALL ? 'fail' : 'warn';
    else if (isNamed && explained >= NAMED_EXPLAINS) status = 'note';
  } else {
    const gone = 1 - (heldOut - right) / Math.max(1, heldOut - baseline);
    const certain = wilsonLow(right, heldOut);
    evidence = l10n.t(
      'Knowing "{0}" alone gives "{1}" right in {2} of {3} rows that it was not learnt from; always guessing the most frequent class, in {4}.',
      column.name,
      target.name,
      percent(right / heldOut),
      count(heldOut),
      percent(baseline / heldOut),
    );
    if (gone >= ERRORS_GONE && certain >= TELLS) status = certain >= TELLS_ALL ? 'fail' : 'warn';
    else if (isNamed && gone >= NAMED_ERRORS_GONE) status = 'note';
  }
  if (status === undefined) return undefined;
  const question = l10n.t('Would it be known when the prediction is made?');
  const named = isNamed ? `${l10n.t('Its name holds the name of the target.')} ` : '';
  return {
    status,
    message: `${evidence} ${named}${question}`,
    columns: [column.name],
    rows: [],
    remedies: leaveOut(column.name),
  };
}

/** Lower end of the 95 % interval of a share. @see Wilson 1927 */
function wilsonLow(hits: number, trials: number): number {
  const z2 = 1.96 ** 2;
  const share = hits / trials;
  const spread = 1.96 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  return (share + z2 / (2 * trials) - spread) / (1 + z2 / trials);
}

/** All words of the target's name, and some more: price, price_eur. */
function namesTarget(column: string, target: string): boolean {
  const words = (name: string): string[] =>
    name
      .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  const [all, wanted] = [words(column), words(target)];
  return (
    wanted.some((word) => word.length >= 3) &&
    all.length > wanted.length &&
    wanted.every((word) => all.includes(word))
  );
}

/** x and y of the rows that have a target, and the half a row belongs to. */
async function pairs(context: CheckContext, column: ColumnProfile, as: 'number' | 'text'): Promise<string> {
  const name = context.target?.column ?? '';
  const relation = await context.relation([column.name, name]);
  const [x, y] = relation.columns;
  if (x === undefined || y === undefined) throw new RangeError(name);
  const target = targetColumn(context);
  const isNumber = context.target?.task === 'regression' && target !== undefined;
  const answer = isNumber ? standardised(numberOf(y), target) : textOf(y);
  // Always the same halves: a hash of the row.
  return `(SELECT ${as === 'number' ? numberOf(x) : textOf(x)} AS x, ${answer} AS y, (hash(rid) & 1)::TINYINT AS half, rid AS row
    FROM ${relation.from}${target?.missing === 0 ? '' : ` WHERE (${answer}) IS NOT NULL`})`;
}

/** Values that repeat can be looked up; of others only whether there is one can be. */
async function lookedUp(context: CheckContext, column: ColumnProfile): Promise<string | undefined> {
  const present = column.rows - column.missing;
  const repeats = column.type !== 'id' && column.distinct <= Math.min(MAX_VALUES, present / 2);
  if (repeats) return pairs(context, column, 'text');
  if (column.missing === 0) return undefined;
  return `(SELECT (x IS NULL)::VARCHAR AS x, y, half FROM ${await pairs(context, column, 'text')})`;
}

async function tell(context: CheckContext, column: ColumnProfile): Promise<Telling | undefined> {
  const rows = await lookedUp(context, column);
  const byValue = rows === undefined ? undefined : await tellByValue(context, rows);
  const byInterval = column.type === 'number' ? await tellByInterval(context, column) : undefined;
  return (byInterval?.right ?? -1) > (byValue?.right ?? -1) ? byInterval : byValue;
}

/** Guesses the class that the value has most often in the other half; a value unseen there, the most frequent class. */
async function tellByValue(context: CheckContext, rows: string): Promise<Telling> {
  const [row] = await context.query(
    `WITH counted AS (SELECT half, x, y, count(*) AS c FROM ${rows} GROUP BY ALL),
       classes AS (SELECT half, y, sum(c) AS c FROM counted GROUP BY ALL),
       most AS (SELECT half, max({c: c, y: y}).y AS y FROM classes GROUP BY half),
       learnt AS (SELECT half, x, max({c: c, y: y}).y AS y FROM counted GROUP BY half, x)
     SELECT sum(n.c)::BIGINT,
       coalesce(sum(n.c) FILTER (WHERE n.y = coalesce(l.y, m.y)), 0)::BIGINT,
       coalesce(sum(n.c) FILTER (WHERE n.y = m.y), 0)::BIGINT
     FROM counted n JOIN most m ON m.half = 1 - n.half
     LEFT JOIN learnt l ON l.half = 1 - n.half AND l.x IS NOT DISTINCT FROM n.x`,
  );
  return { heldOut: numberAt(row, 0), right: numberAt(row, 1), baseline: numberAt(row, 2) };
}

/** Guesses from a few intervals of the number, one more than there are classes at least; a missing one is its own. */
async function tellByInterval(context: CheckContext, column: ColumnProfile): Promise<Telling> {
  const rows = await pairs(context, column, 'number');
  const binned = await binnedBy(context, rows, BINS);
  const counted = await context.query(
    `SELECT half, bin, y, count(*) FROM ${binned} GROUP BY ALL ORDER BY half, bin NULLS LAST, y`,
  );
  const classes = [...new Set(counted.map(([, , y]) => String(y)))].sort();
  const classOf = new Map(classes.map((name, index) => [name, index]));
  const halves = [0, 1].map(() =>
    Array.from({ length: BINS + 1 }, () => new Array<number>(classes.length).fill(0)),
  );
  for (const row of counted) {
    const counts = halves[numberAt(row, 0)]?.[row[1] === null ? BINS : numberAt(row, 1)];
    const index = classOf.get(String(row[2])) ?? 0;
    if (counts !== undefined) counts[index] = (counts[index] ?? 0) + numberAt(row, 3);
  }
  const telling = { heldOut: 0, right: 0, baseline: 0 };
  for (const [half, learnt] of halves.entries()) {
    const held = halves[1 - half] ?? [];
    const guessed = [
      ...classOfBins(learnt.slice(0, BINS), classes.length + 1),
      ...classOfBins(learnt.slice(BINS), 1),
    ];
    const mostFrequent = classOfBins([total(learnt, classes.length)], 1)[0] ?? 0;
    for (const [bin, counts] of held.entries()) {
      telling.heldOut += counts.reduce((sum, value) => sum + value, 0);
      telling.right += counts[guessed[bin] ?? 0] ?? 0;
      telling.baseline += counts[mostFrequent] ?? 0;
    }
  }
  return telling;
}

function total(counts: BinCounts, classes: number): number[] {
  const sum = new Array<number>(classes).fill(0);
  for (const bin of counts) for (const [i, value] of bin.entries()) sum[i] = (sum[i] ?? 0) + value;
  return sum;
}

/** Of so many rows the quantiles are taken: plenty for 256 bins, and sorted in no time. */
const QUANTILE_ROWS = 200_000;

/** `bin` 0 to `bins` - 1 by the quantiles of x, NULL where x is missing. */
async function binnedBy(context: CheckContext, rows: string, bins: number): Promise<string> {
  const every = Math.max(1, Math.floor(context.profile.rows / QUANTILE_ROWS));
  const found = await context.query(
    `SELECT DISTINCT min(x) AS edge FROM (
       SELECT x, ntile(${bins}) OVER (ORDER BY x) AS part FROM ${rows} WHERE x IS NOT NULL AND row % ${every} = 0)
     GROUP BY part ORDER BY edge`,
  );
  const edges = found.map((row) => numberAt(row, 0));
  return `(SELECT x, y, half, CASE WHEN x IS NOT NULL THEN ${binSql(edges, 0, edges.length)} END AS bin FROM ${rows})`;
}

/** The last of the edges from `from` to before `to` that is not above x, by halves: eight comparisons for 256. */
function binSql(edges: readonly number[], from: number, to: number): string {
  if (to - from <= 1) return String(from);
  const middle = (from + to) >> 1;
  return `CASE WHEN x >= ${literal(edges[middle] ?? NaN)} THEN ${binSql(edges, middle, to)} ELSE ${binSql(edges, from, middle)} END`;
}

/** The best of a straight line, a mean a bin of the number, and a mean a value. */
async function explain(context: CheckContext, column: ColumnProfile): Promise<Telling | undefined> {
  const found: Telling[] = [];
  const rows = await lookedUp(context, column);
  if (rows !== undefined) found.push(await explainByMeans(context, rows));
  if (column.type === 'number') {
    const numbers = await pairs(context, column, 'number');
    // As many bins as rows a bin: finer ones would follow the noise.
    const bins = Math.max(2, Math.min(BINS, Math.floor(Math.sqrt(column.rows / 2))));
    const binned = await binnedBy(context, numbers, bins);
    found.push(await explainByMeans(context, `(SELECT bin AS x, y, half FROM ${binned})`));
    found.push(await explainByLine(context, numbers, column));
    // Bins of a short table are too coarse for a curve; of a long one they are not, and sorting it would take long.
    if (column.rows <= MAX_SORTED) found.push(...(await explainByNeighbours(context, numbers)));
  }
  return found.sort((a, b) => (b.explained ?? 0) - (a.explained ?? 0))[0];
}

/** Guesses the mean that the value has in the other half; for a value unseen there, the mean of all. */
async function explainByMeans(context: CheckContext, rows: string): Promise<Telling> {
  const [row] = await context.query(
    `WITH means AS (SELECT half, x, count(*) AS n, sum(y) AS s, sum(y * y) AS q FROM ${rows} GROUP BY half, x),
       overall AS (SELECT half, sum(s) / sum(n) AS m FROM means GROUP BY half),
       guessed AS (SELECT h.n, h.s, h.q, o.m, coalesce(l.s / l.n, o.m) AS p
                   FROM means h JOIN overall o ON o.half = 1 - h.half
                   LEFT JOIN means l ON l.half = 1 - h.half AND l.x IS NOT DISTINCT FROM h.x)
     SELECT sum(n)::BIGINT, sum(q - 2 * p * s + n * p * p), sum(q - 2 * m * s + n * m * m) FROM guessed`,
  );
  return explained(numberAt(row, 0), numberAt(row, 1), numberAt(row, 2));
}

const MAX_SORTED = 100_000;
/** Rows in the order of the column are a course of time, whose next value is near the one before: no proxy. */
const IN_ORDER = 0.99;

/**
 * Guesses between the next smaller and the next larger number of the other half; the mean where x is missing. Equal numbers
 * stand in no order: that of the rows may be that of the target.
 */
async function explainByNeighbours(context: CheckContext, rows: string): Promise<Telling[]> {
  const ofHalf = (half: number): string => `CASE WHEN half = ${half} THEN {x: x, y: y} END`;
  const [row] = await context.query(
    `WITH means AS (SELECT half, avg(y) AS m FROM ${rows} GROUP BY half),
       sorted AS (SELECT row, x, y, half,
         last_value(${ofHalf(0)} IGNORE NULLS) OVER below AS b0, last_value(${ofHalf(1)} IGNORE NULLS) OVER below AS b1,
         first_value(${ofHalf(0)} IGNORE NULLS) OVER above AS a0, first_value(${ofHalf(1)} IGNORE NULLS) OVER above AS a1,
         x >= lag(x) OVER (ORDER BY row) AS rises
         FROM ${rows}
         WINDOW below AS (ORDER BY x NULLS LAST, hash(row) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
           above AS (ORDER BY x NULLS LAST, hash(row) ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)),
       between_two AS (SELECT x, y, half, rises, CASE half WHEN 0 THEN b1 ELSE b0 END AS b,
         CASE half WHEN 0 THEN a1 ELSE a0 END AS a FROM sorted),
       guessed AS (SELECT y, m, rises, CASE WHEN x IS NULL THEN m
           WHEN a.x IS NULL THEN coalesce(b.y, m) WHEN b.x IS NULL THEN a.y
           WHEN a.x > b.x THEN b.y + (a.y - b.y) * ((x - b.x) / (a.x - b.x)) ELSE (a.y + b.y) / 2 END AS p
         FROM between_two t JOIN means ON means.half = 1 - t.half)
     SELECT count(*), sum((y - p) ** 2), sum((y - m) ** 2), avg(rises::INTEGER) FROM guessed`,
  );
  if (numberAt(row, 3) >= IN_ORDER) return [];
  return [explained(numberAt(row, 0), numberAt(row, 1), numberAt(row, 2))];
}

/** Guesses along the line of least squares of the other half; the mean where x is missing. */
async function explainByLine(context: CheckContext, rows: string, column: ColumnProfile): Promise<Telling> {
  const x = standardised('x', column);
  const found = await context.query(
    `SELECT half, count(x), sum(x), sum(y) FILTER (WHERE x IS NOT NULL), sum(x * x), sum(x * y),
       count(*), sum(y), sum(y * y)
     FROM (SELECT half, y, ${x} AS x FROM ${rows}) GROUP BY half ORDER BY half`,
  );
  const halves = found.map((row) => row.map((_, index) => numberAt(row, index)));
  let [heldOut, error, base] = [0, 0, 0];
  for (const [half, held] of halves.entries()) {
    const learnt = halves[1 - half];
    if (learnt === undefined) continue;
    const [, n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, all = 0, allY = 0] = learnt;
    const slope = n * sxx - sx * sx === 0 ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx);
    const offset = n === 0 ? 0 : (sy - slope * sx) / n;
    const mean = allY / Math.max(1, all);
    const [, m = 0, tx = 0, ty = 0, txx = 0, txy = 0, rowsHeld = 0, heldY = 0, heldYY = 0] = held;
    heldOut += rowsHeld;
    base += heldYY - 2 * mean * heldY + rowsHeld * mean * mean;
    // sum of (y - a - b x)² where x is there and of (y - mean)² where it is not; the squares of y go together.
    error +=
      heldYY -
      2 * (offset * ty + slope * txy) +
      m * offset * offset +
      2 * offset * slope * tx +
      slope * slope * txx -
      2 * mean * (heldY - ty) +
      (rowsHeld - m) * mean * mean;
  }
  return explained(heldOut, error, base);
}

function explained(heldOut: number, error: number, base: number): Telling {
  return { heldOut, explained: base > 0 ? Math.max(0, 1 - error / base) : 0 };
}

/** In sd from the mean: squares of plain numbers may overflow, or lose what they differ by. */
function standardised(sql: string, { numeric }: ColumnProfile): string {
  if (numeric === undefined || !(numeric.sd > 0) || !Number.isFinite(numeric.sd)) return sql;
  return `(${sql}) / ${literal(numeric.sd)} - ${literal(numeric.mean / numeric.sd)}`;
}
