// Owns evening out classes with the train rows there are: repeating rows of rare ones, leaving out rows of frequent ones.
import { PART_CODES, selectLive, textOf, type Relation } from '../../data/relation';
import type { StepOf } from '../../../shared/schema/recipeSteps';
import { besideRows, writtenDown } from './besideRows';
import { appendMade, checkMadeRows } from './madeRows';
import { seededKey } from './rowOrder';
import type { StepContext } from './step';
import { countClasses, lackingRows, requireClasses } from './trainClasses';

/** Every row of a class is repeated equally often, but for one time, which goes by the seed. */
export async function oversample(
  step: StepOf<'oversample'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const { database, workbench, signal } = context;
  const rows = await writtenDown(input, context);
  const column = requireClasses(rows, context);
  const classes = await countClasses(rows, column, context);
  const lacking = lackingRows(classes, step.ratio);
  const total = lacking.reduce((sum, count) => sum + count, 0);
  checkMadeRows(total);
  if (total === 0) return rows;
  const [wanted, plan] = [workbench.tableName(), workbench.tableName()];
  await database.createTable(
    wanted,
    [
      { id: 'name', type: 'VARCHAR', values: classes.map(({ name }) => name) },
      { id: 'times', type: 'BIGINT', values: classes.map((c, i) => Math.floor((lacking[i] ?? 0) / c.rows)) },
      { id: 'more', type: 'BIGINT', values: classes.map((c, i) => (lacking[i] ?? 0) % c.rows) },
    ],
    { signal },
  );
  const ranked = `SELECT ord, t, row_number() OVER (PARTITION BY t ORDER BY key, ord) AS place
    FROM (SELECT ord, ${textOf(column)} AS t, ${seededKey(step.seed, 'oversample')} AS key
          FROM ${rows.from} WHERE part = ${PART_CODES.train})`;
  await database.rows(
    `CREATE TABLE ${plan} AS SELECT ord AS base FROM (
       SELECT ord, unnest(range(times + CASE WHEN place <= more THEN 1 ELSE 0 END)) AS time
       FROM (${ranked}) JOIN ${wanted} ON t = name)
     ORDER BY time, ord`,
    { signal },
  );
  return appendMade(plan, rows, [], context);
}

/** The rarest class keeps all its rows; each other one keeps rows drawn by the seed, in their order. */
export async function undersample(
  step: StepOf<'undersample'>,
  input: Relation,
  context: StepContext,
): Promise<Relation> {
  const rows = await writtenDown(input, context);
  const column = requireClasses(rows, context);
  const counts = (await countClasses(rows, column, context)).map((found) => found.rows);
  if (counts.length === 0) return rows;
  const most = Math.round(Math.min(...counts) / step.ratio);
  const text = textOf(column);
  const key = seededKey(step.seed, 'undersample');
  const place = `row_number() OVER (PARTITION BY part, ${text} ORDER BY ${key}, ord)`;
  const condition = `part <> ${PART_CODES.train} OR (${text}) IS NULL OR ${place} <= ${most}`;
  const { from } = await besideRows(rows, [{ id: 'kept', sql: condition }], context);
  return context.workbench.fromSelect(`SELECT ${selectLive(rows)} FROM ${from} WHERE kept`, rows, {
    signal: context.signal,
  });
}
