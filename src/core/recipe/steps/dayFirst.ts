// Owns how a step decides whether 03/04/2020 is in April or in March: from all values, once, for new rows too.
import { dateTimeSql, showsDayFirstSql } from '../../data/datetimeSql';
import { columnsOf, numberOf, textOf, type Relation, type RelationColumn } from '../../data/relation';
import { timestampOfMsSql } from '../../data/scalarSql';
import { forManyQueries, slicesOf } from './changeColumns';
import type { StepContext } from './step';

export type DayFirst = 'auto' | 'yes' | 'no';

/** yes when some value of them can only have the day first. */
export async function decideDayFirst(
  names: readonly string[],
  input: Relation,
  context: StepContext,
): Promise<'yes' | 'no'> {
  const texts = columnsOf(input, names).filter(({ kind }) => kind === 'text');
  const rows = await forManyQueries(input, texts, context);
  for (const slice of slicesOf(texts)) {
    const shown = slice.map((column) => `bool_or(${showsDayFirstSql(`(${textOf(column)})`)})`);
    const [row = []] = await context.database.rows(`SELECT ${shown.join(', ')} FROM ${rows.from}`, {
      signal: context.signal,
    });
    if (row.includes(true)) return 'yes';
  }
  return 'no';
}

/** A TIMESTAMP or NULL. A number is milliseconds since 1970, as numberOf writes a date. */
export function dateOf(column: RelationColumn, dayFirst: DayFirst): string {
  switch (column.kind) {
    case 'datetime':
      return column.id;
    case 'number':
      return timestampOfMsSql(numberOf(column));
    case 'text':
      return dateTimeSql(`(${textOf(column)})`, dayFirst === 'yes');
  }
}
