// Owns giving the rows of a relation their parts: rows without target leave, then the split of the config decides. Comes
// by with a small number a row, however wide the table is.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Split, Target } from '../../shared/schema/experiment';
import { dateTimeSql, showsDayFirstSql } from '../data/datetimeSql';
import {
  columnOf,
  filterRows,
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
  const rows = await workbench.materialise(withTarget(input, target), options);
  const isClassification = target !== undefined && target.task !== 'regression';
  const classes = isClassification
    ? await readCodes(rows, columnOf(rows, target.column), context)
    : undefined;
  const sourceRows = await workbench.readNumbers(rows, expression('rid::DOUBLE'), options);
  if (sourceRows.length === 0) {
    throw new BenchError(
      'split.noRows',
      l10n.t('No row is left to split. Change the steps before the split.'),
    );
  }
  const lineOf = (row: number): Promise<number | undefined> => context.lineOf(sourceRows[row] ?? 0);
  const column = splitColumnOf(split);
  const { parts, issues } = await splitRows(split, {
    rows: sourceRows.length,
    classes,
    ...(column === undefined ? {} : await readColumn(rows, column, { ...context, lineOf })),
    lineOf,
  });
  for (const issue of issues) context.note(issue);
  const codes = new Uint8Array(sourceRows.length).fill(UNUSED_CODE);
  for (const name of ['train', 'validation', 'test'] as const) {
    for (const row of parts[name]) codes[row] = PART_CODES[name];
  }
  const parted = await workbench.withParts(rows, codes, options);
  return parts.unused.length === 0 ? parted : filterRows(parted, `part <> ${UNUSED_CODE}`);
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

function withTarget(input: Relation, target: Target | undefined): Relation {
  if (target === undefined) return input;
  const column = columnOf(input, target.column);
  const value = target.task === 'regression' ? numberOf(column) : textOf(column);
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
 * Numbers as they are, dates as milliseconds: a text column holds numbers where most of its cells are some, else dates,
 * with the day first where some date can only be read so.
 * @throws BenchError split.missingTime, split.unreadableTime, each with the line
 */
async function readTimes(
  relation: Relation,
  column: RelationColumn,
  context: SplitContext,
): Promise<Float64Array> {
  const { database, workbench, signal } = context;
  const options = { signal };
  const numbers = await workbench.readNumbers(relation, column, options);
  if (!numbers.some(Number.isNaN)) return numbers;
  const text = textOf(column);
  const [row = []] = await database.rows(
    `SELECT count(t), coalesce(bool_or(${showsDayFirstSql('t')}), false) FROM (SELECT ${text} AS t FROM ${relation.from})`,
    options,
  );
  const isNumber =
    column.kind !== 'text' || 2 * numbers.filter((value) => !Number.isNaN(value)).length >= Number(row[0]);
  const times = isNumber
    ? numbers
    : await workbench.readNumbers(
        relation,
        expression(`epoch_us(${dateTimeSql(text, row[1] === true)}) / 1000.0`),
        options,
      );
  const bad = times.findIndex(Number.isNaN);
  if (bad < 0) return times;
  const [cell] = await database.rows(`SELECT ${text} FROM ${relation.from} LIMIT 1 OFFSET ${bad}`, options);
  throw await badTime(column.name, typeof cell?.[0] === 'string' ? cell[0] : undefined, bad, context);
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
