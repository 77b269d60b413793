// Owns giving the rows of a relation their parts: rows without target leave, then the split of the config decides. Comes
// by with a small number a row, however wide the table is.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Split, Target } from '../../shared/schema/experiment';
import { countRows } from '../data/countRows';
import { dateTimeSql, showsDayFirstSql } from '../data/datetimeSql';
import {
  columnOf,
  filterRows,
  isSourceView,
  numberOf,
  PART_CODES,
  textOf,
  type Relation,
  type RelationColumn,
} from '../data/relation';
import { TextCoder, type CodedTexts } from './codedTexts';
import { splitColumnOf, splitRows, type SplitInput } from './split';
import type { StepContext } from './steps/step';

interface SplitContext extends StepContext {
  /** Line of the file of a source row, for messages. */
  readonly lineOf: (sourceRow: number) => Promise<number | undefined>;
}

/** Leaves the relation again: rows in no part. */
const UNUSED_CODE = 3;

/**
 * @returns the rows that have a part, in their order
 * @throws BenchError of the areas target and split
 */
export async function splitRelation(
  input: Relation,
  split: Split,
  target: Target | undefined,
  context: SplitContext,
): Promise<Relation> {
  const { workbench, signal } = context;
  const options = { signal };
  const rows = await workbench.materialise(await withTarget(input, target, context), options);
  const count = await countRows(rows, context);
  if (count === 0) {
    throw new BenchError(
      'split.noRows',
      l10n.t('No row is left to split. Change the steps before the split.'),
    );
  }
  const lineOf = async (row: number): Promise<number | undefined> => {
    const [cell] = await context.database.rows(`SELECT rid FROM ${rows.from} LIMIT 1 OFFSET ${row}`, options);
    return context.lineOf(Number(cell?.[0] ?? -1));
  };
  const column = splitColumnOf(split);
  const { parts, issues } = await splitRows(split, {
    rows: count,
    classes: needsClasses(split) ? await readClasses(rows, target, context) : undefined,
    ...(column === undefined ? {} : await readColumn(rows, column, { ...context, lineOf })),
    lineOf,
  });
  for (const issue of issues) context.note(issue);
  const codes = new Uint8Array(count).fill(UNUSED_CODE);
  for (const name of ['train', 'validation', 'test'] as const) {
    for (const row of parts[name]) codes[row] = PART_CODES[name];
  }
  const parted = await workbench.withParts(rows, codes, options);
  return parts.unused.length === 0 ? parted : filterRows(parted, `part <> ${UNUSED_CODE}`);
}

/** Only where they count: reading them takes longer than drawing the rows. */
function needsClasses(split: Split): boolean {
  return (
    split.method === 'stratified' ||
    split.method === 'column' ||
    (split.method === 'kFold' && split.kind === 'stratified')
  );
}

async function readClasses(
  rows: Relation,
  target: Target | undefined,
  context: StepContext,
): Promise<CodedTexts | undefined> {
  if (target === undefined || target.task === 'regression') return undefined;
  return readCodes(rows, columnOf(rows, target.column), context);
}

async function readColumn(
  rows: Relation,
  { name, says }: NonNullable<ReturnType<typeof splitColumnOf>>,
  context: SplitContext,
): Promise<Pick<SplitInput, 'values' | 'times'>> {
  const column = columnOf(rows, name);
  return says === 'time'
    ? { times: await readTimes(rows, column, context) }
    : { values: await readCodes(rows, column, context) };
}

async function withTarget(
  input: Relation,
  target: Target | undefined,
  context: SplitContext,
): Promise<Relation> {
  if (target === undefined) return input;
  const column = columnOf(input, target.column);
  const value = target.task === 'regression' ? numberOf(column) : textOf(column);
  // Rows of a large file need not be written down again when all of them stay.
  if (isSourceView(input) && (await countRows(filterRows(input, `(${value}) IS NULL`), context)) === 0)
    return input;
  return filterRows(input, `(${value}) IS NOT NULL`);
}

/** An expression in the place of a number column. */
function expression(sql: string): RelationColumn {
  return { name: sql, id: sql, kind: 'number' };
}

/** Trimmed texts of a column, coded, in the order of the rows. */
export async function readCodes(
  relation: Relation,
  column: RelationColumn,
  { database, signal }: Pick<StepContext, 'database' | 'signal'>,
): Promise<CodedTexts> {
  const coder = new TextCoder();
  await database.stream(
    `SELECT ${textOf(column)} FROM ${relation.from}`,
    (chunk) => coder.append(chunk.getColumnValues(0)),
    { signal },
  );
  return coder.coded();
}

/**
 * Numbers as they are, dates as milliseconds: a text column holds numbers where most of its first cells are some, else
 * dates, with the day first where some date can only be read so.
 * @throws BenchError split.missingTime, split.unreadableTime, each with the line
 */
async function readTimes(
  relation: Relation,
  column: RelationColumn,
  context: SplitContext,
): Promise<Float64Array> {
  const { database, workbench, signal } = context;
  const options = { signal };
  const times = (await holdsDates(relation, column, context))
    ? await readDates(relation, column, context)
    : await workbench.readNumbers(relation, column, options);
  const bad = times.findIndex(Number.isNaN);
  if (bad < 0) return times;
  const [cell] = await database.rows(
    `SELECT ${textOf(column)} FROM ${relation.from} LIMIT 1 OFFSET ${bad}`,
    options,
  );
  throw await badTime(column.name, typeof cell?.[0] === 'string' ? cell[0] : undefined, bad, context);
}

/** As the first rows say, before all are read one way or the other. */
const LOOKED_AT_ROWS = 1000;

async function holdsDates(
  relation: Relation,
  column: RelationColumn,
  { database, signal }: StepContext,
): Promise<boolean> {
  if (column.kind !== 'text') return false;
  const [row = []] = await database.rows(
    `SELECT count(t), count(n) FROM (SELECT ${textOf(column)} AS t, ${numberOf(column)} AS n FROM ${relation.from} LIMIT ${LOOKED_AT_ROWS})`,
    { signal },
  );
  return 2 * Number(row[1]) < Number(row[0]);
}

async function readDates(
  relation: Relation,
  column: RelationColumn,
  { database, workbench, signal }: StepContext,
): Promise<Float64Array> {
  const text = textOf(column);
  // Only what starts with one or two digits can: the others are not looked at, which saves a third of the time.
  const [row = []] = await database.rows(
    `SELECT coalesce(bool_or(${showsDayFirstSql('t')}), false) FROM (SELECT ${text} AS t FROM ${relation.from})
      WHERE t[2] IN ('/', '-') OR t[3] IN ('/', '-')`,
    { signal },
  );
  const time = expression(`epoch_us(${dateTimeSql(text, row[0] === true)}) / 1000.0`);
  return workbench.readNumbers(relation, time, { signal });
}

async function badTime(
  column: string,
  text: string | undefined,
  row: number,
  { lineOf }: SplitContext,
): Promise<BenchError> {
  const line = await lineOf(row);
  const details = { column, ...(line === undefined ? {} : { line }) };
  return text === undefined
    ? new BenchError(
        'split.missingTime',
        l10n.t(
          'Split column "{0}": line {1} has no time. Leave such rows out with the step dropMissing, or take another split.',
          column,
          line ?? '?',
        ),
        { details },
      )
    : new BenchError(
        'split.unreadableTime',
        l10n.t(
          'Split column "{0}": line {1} has "{2}"; expected a number or a date such as 2020-12-31. Read it with the step parseDate first, or correct it.',
          column,
          line ?? '?',
          text,
        ),
        { details },
      );
}
