// Owns the checks on columns that cannot tell rows apart, or tell every row apart.
import * as l10n from '@vscode/l10n';
import type { ColumnProfile } from '../../shared/schema/profile';
import {
  cellsOf,
  count,
  featureColumns,
  firstCells,
  leaveOut,
  numberAt,
  percent,
  shortText,
  targetColumn,
  type CheckContext,
  type Found,
  type QualityCheck,
} from './check';
import { literal } from './numberCells';
import { sqlText } from '../data/database';

/**
 * One value in so many of the rows. caret's nearZeroVar takes 95 to 5, which calls every rare event useless; below one
 * in a hundred a batch of 64 rows seldom shows the other value at all.
 */
const NEARLY_ALL = 0.99;
/** Fewer rows say nothing of how rare the rest is. */
const MIN_ROWS = 100;
const MIN_COUNTED_ROWS = 50;

export const constant: QualityCheck = {
  title: () => l10n.t('Columns with one value'),
  run(context) {
    const target = targetColumn(context);
    const columns = target === undefined ? featureColumns(context) : [target, ...featureColumns(context)];
    return Promise.resolve(
      columns.filter(isConstant).map(({ name, examples, rows }): Found => {
        const isTarget = name === target?.name;
        const value = shortText(examples[0] ?? '');
        return {
          status: isTarget ? 'fail' : 'warn',
          message: isTarget
            ? l10n.t('Target "{0}" is "{1}" in every row: there is nothing to learn.', name, value)
            : l10n.t('Column "{0}" is "{1}" in all of {2} rows.', name, value, count(rows)),
          columns: [name],
          rows: [],
          remedies: isTarget ? [] : leaveOut(name),
        };
      }),
    );
  },
};

export const nearlyConstant: QualityCheck = {
  title: () => l10n.t('Columns with nearly one value'),
  async run(context) {
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      if (column.rows < MIN_ROWS || isConstant(column)) continue;
      const most = await mostFrequent(context, column);
      if (most === undefined || most.count < NEARLY_ALL * column.rows) continue;
      const others = column.rows - most.count;
      found.push({
        status: 'note',
        message: l10n.t(
          'Column "{0}" is "{1}" in {2} of {3} rows ({4}); rows with something else: {5}.',
          column.name,
          shortText(most.text),
          count(most.count),
          count(column.rows),
          percent(most.count / column.rows),
          count(others),
        ),
        columns: [column.name],
        count: others,
        rows: await firstCells(context, column.name, `t IS DISTINCT FROM ${sqlText(most.text)}`),
        remedies: leaveOut(column.name),
      });
    }
    return found;
  },
};

export const idLike: QualityCheck = {
  title: () => l10n.t('Columns that name the rows'),
  run(context) {
    const found: Found[] = [];
    for (const column of featureColumns(context)) {
      const reason = column.type === 'id' ? column.reason : countsUp(column);
      if (reason === undefined) continue;
      found.push({
        status: 'note',
        message: l10n.t(
          'Column "{0}" names the rows, and a model would learn them by heart. {1}',
          column.name,
          reason,
        ),
        columns: [column.name],
        rows: [],
        remedies: leaveOut(column.name),
      });
    }
    return Promise.resolve(found);
  },
};

function isConstant({ distinct, missing }: ColumnProfile): boolean {
  return distinct === 1 && missing === 0;
}

/** A value with such a share is the first, second and third quartile too: only then is it worth counting. */
async function mostFrequent(
  context: CheckContext,
  { name, topValues, numeric, type }: ColumnProfile,
): Promise<{ text: string; count: number } | undefined> {
  const [top] = topValues ?? [];
  if (top !== undefined) return { text: top.value, count: top.count };
  if (numeric === undefined || numeric.quartiles[0] !== numeric.quartiles[2]) return undefined;
  const only = type === 'number' ? `WHERE n = ${literal(numeric.quartiles[1])}` : 'WHERE t IS NOT NULL';
  const [row] = await context.query(
    `SELECT t, count(*) AS c FROM ${await cellsOf(context, name)} ${only} GROUP BY t ORDER BY c DESC, t LIMIT 1`,
  );
  return row === undefined ? undefined : { text: String(row[0]), count: numberAt(row, 1) };
}

/** Whole numbers without a gap and without a repetition, from anywhere but where years are. */
function countsUp({
  type,
  distinct,
  distinctIsExact,
  missing,
  rows,
  numeric,
}: ColumnProfile): string | undefined {
  if (type !== 'number' || numeric === undefined || !distinctIsExact) return undefined;
  const { min, max } = numeric;
  const isEach = missing === 0 && distinct === rows && rows >= MIN_COUNTED_ROWS;
  if (!isEach || !Number.isInteger(min) || max - min + 1 !== rows) return undefined;
  const areYears = min >= 1000 && max < 2200;
  return areYears ? undefined : l10n.t('Every whole number from {0} to {1}, once.', min, max);
}
