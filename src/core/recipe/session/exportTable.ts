// Owns writing a table to a file: CSV, Parquet or Arrow, under its final name only when it is whole, and never over its
// source. Rows stream from the database to the disk.
import { createReadStream } from 'node:fs';
import { open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isCancelled, throwIfAborted } from '../../../shared/abort';
import { BenchError, toErrorData } from '../../../shared/errors';
import type { DataIssue } from '../../../shared/schema/profile';
import type { ExportOptions } from '../../../shared/schema/recipeResult';
import { writeArrowFile, type ArrowColumn, type ArrowType } from '../../data/arrowFile';
import { sqlName, sqlText, type Database, type QueryOptions } from '../../data/database';
import { part } from '../../data/plainText';
import {
  isNotNumberSql,
  numberOf,
  PART_CODES,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { isSameFile } from '../../files';
import { produceFileAtomic } from '../../runs/atomicFile';
import { columnGroups, shownSql } from './shownCells';

export interface ExportJob {
  readonly relation: Relation;
  readonly database: Database;
  readonly output: string;
  /** The file the table came from. */
  readonly source: string;
  readonly options: ExportOptions;
}

export interface Exported {
  readonly rows: number;
  readonly columns: number;
  readonly sizeBytes: number;
  readonly issues: readonly DataIssue[];
}

/**
 * @throws BenchError 'recipe.outputIsSource', 'recipe.output' where the place is at fault, 'io.write' where the disk is:
 * what had the name before is untouched
 */
export async function exportTable(job: ExportJob, query: QueryOptions = {}): Promise<Exported> {
  await requireOutput(job.output, job.source);
  const relation = job.options.splitColumn ? withSplitColumn(job.relation) : job.relation;
  const work = { ...job, relation };
  try {
    const { rows, issues } = await produceFileAtomic(job.output, (partial) => write(work, partial, query));
    const { size } = await stat(job.output);
    return { rows, columns: relation.columns.length, sizeBytes: size, issues };
  } catch (error) {
    if (isCancelled(error) || error instanceof BenchError || !isDiskError(error)) throw error;
    throw new BenchError(
      'io.write',
      l10n.t(
        'Cannot write "{0}": {1}. Make room or choose another place.',
        job.output,
        toErrorData(error).message.split('\n', 1)[0] ?? '',
      ),
      { cause: error },
    );
  }
}

/** Before anything is computed, so that nobody waits for a refusal. */
export async function requireOutput(output: string, source: string): Promise<void> {
  const folder = dirname(output);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new BenchError(
      'recipe.output',
      l10n.t('There is no folder "{0}" to write into. Choose another place.', folder),
    );
  }
  const there = await stat(output).catch(() => undefined);
  if (there?.isDirectory() === true) {
    throw new BenchError(
      'recipe.output',
      l10n.t('"{0}" is a folder; expected the name of a file. Choose another name.', output),
    );
  }
  // A link to the source is the source, whether its name or its folder is the link.
  const isSame = (await isSameFile(output, source)) || (await realName(output)) === (await realName(source));
  if (!isSame) return;
  throw new BenchError(
    'recipe.outputIsSource',
    l10n.t('"{0}" is the file that is read; it is never written. Choose another name.', output),
  );
}

/** Links in its folders resolved, also for a file that is not there yet. */
async function realName(file: string): Promise<string> {
  return realpath(file).catch(async () => join(await realpath(dirname(file)), basename(file)));
}

function isDiskError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined || (error instanceof Error && error.message.startsWith('IO Error'));
}

function withSplitColumn(relation: Relation): Relation {
  if (!relation.isSplit) return relation;
  const taken = new Set(relation.columns.map(({ name }) => name));
  const id = `c${relation.nextId}`;
  const names = Object.entries(PART_CODES).map(([name, code]) => `WHEN ${code} THEN ${sqlText(name)}`);
  return {
    ...relation,
    from: `(SELECT *, CASE part ${names.join(' ')} END AS ${id} FROM ${relation.from})`,
    columns: [...relation.columns, { name: freeName('split', (name) => taken.has(name)), id, kind: 'text' }],
    nextId: relation.nextId + 1,
  };
}

function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let n = 2; isTaken(name); n++) name = `${wanted}_${n}`;
  return name;
}

interface Written {
  readonly rows: number;
  readonly issues: readonly DataIssue[];
}

async function write(job: ExportJob, partial: string, query: QueryOptions): Promise<Written> {
  switch (job.options.format) {
    case 'csv':
      return { rows: await writeCsv(job, partial, query), issues: [] };
    case 'parquet':
      return writeParquet(job, partial, query);
    case 'arrow':
      return { rows: await writeArrow(job, partial, query), issues: [] };
  }
}

// CSV: DuckDB writes UTF-8 from all its threads; the rarer encodings are made of that.

async function writeCsv(job: ExportJob, partial: string, query: QueryOptions): Promise<number> {
  const { encoding } = job.options;
  if (encoding === 'utf-8' || encoding === 'utf-8-bom') return copyCsv(job, partial, query);
  const utf8 = `${partial}.utf8`;
  try {
    const rows = await copyCsv(job, utf8, query);
    await recode(utf8, partial, encoding, query);
    return rows;
  } finally {
    await rm(utf8, { force: true });
  }
}

async function copyCsv(job: ExportJob, file: string, query: QueryOptions): Promise<number> {
  const { relation, database, options } = job;
  const cells = relation.columns.map((column) => csvCell(column, options.quoteFormulas));
  // A record of one empty cell would be a blank line, which readers skip: it is written "".
  if (cells.length === 1) cells[0] = `coalesce(${cells[0] ?? ''}, '')`;
  const bom = options.encoding === 'utf-8-bom' ? '\uFEFF' : '';
  const header = `${bom}${headerRecord(relation.columns, options)}\n`;
  const rows = await copy(
    `SELECT ${cells.length === 0 ? `''` : cells.join(', ')} FROM ${relation.from}`,
    file,
    `FORMAT csv, HEADER false, DELIMITER ${sqlText(options.delimiter)}, QUOTE '"', ESCAPE '"', NULLSTR '',
     PREFIX ${sqlText(header)}, SUFFIX '\n'`,
    database,
    query,
  );
  // Without a row there would be a line end too many.
  if (rows === 0) await replaceText(file, header);
  return rows;
}

async function replaceText(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

/** What spreadsheets take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;
const FORMULA_SQL = '^[=+\\-@\t\r\n]';

function csvCell(column: RelationColumn, quoteFormulas: boolean): string {
  const shown = shownSql(column);
  // Half the time for 0/1 columns, of which one-hot makes many.
  if (column.kind === 'number') return `CASE ${column.id} WHEN 0 THEN '0' WHEN 1 THEN '1' ELSE ${shown} END`;
  if (!quoteFormulas || column.kind !== 'text') return shown;
  // -5 in a text column is a number, not a formula. A CASE in a CASE: AND would look at every cell as a number.
  const quoted = `CASE WHEN (${numberOf(column)}) IS NULL THEN '''' || ${shown} ELSE ${shown} END`;
  return `CASE WHEN regexp_matches(${shown}, ${sqlText(FORMULA_SQL)}) THEN ${quoted} ELSE ${shown} END`;
}

function headerRecord(columns: readonly RelationColumn[], options: ExportOptions): string {
  const cells = columns.map((column) => {
    const name = column.name.replaceAll('\0', '\uFFFD');
    const cell = options.quoteFormulas && FORMULA.test(name) ? `'${name}` : name;
    return cell === '' || /["\r\n]/.test(cell) || cell.includes(options.delimiter)
      ? `"${cell.replaceAll('"', '""')}"`
      : cell;
  });
  return cells.join(options.delimiter);
}

async function recode(
  from: string,
  to: string,
  encoding: 'utf-16le' | 'gb18030',
  { signal }: QueryOptions,
): Promise<void> {
  const iconv = await import('iconv-lite');
  const out = await open(to, 'w');
  try {
    // Without its mark, UTF-16 is taken for anything else.
    if (encoding === 'utf-16le') await out.write(Buffer.from([0xff, 0xfe]));
    for await (const text of createReadStream(from, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
      throwIfAborted(signal);
      const chunk = String(text);
      await out.writeFile(
        encoding === 'utf-16le' ? Buffer.from(chunk, 'utf16le') : iconv.encode(chunk, 'gb18030'),
      );
    }
  } finally {
    await out.close();
  }
}

// Parquet and Arrow: typed.

/** Share of the work that looking for types takes, before the first row is written. */
const TYPES_UNTIL = 0.3;
const before = ({ signal, onProgress }: QueryOptions): QueryOptions => ({
  signal,
  onProgress: part(onProgress, 0, TYPES_UNTIL),
});
const behind = ({ signal, onProgress }: QueryOptions): QueryOptions => ({
  signal,
  onProgress: part(onProgress, TYPES_UNTIL, 1),
});

async function writeParquet(job: ExportJob, partial: string, query: QueryOptions): Promise<Written> {
  const { relation, database } = job;
  const types = await columnTypes(relation, database, before(query));
  const { names, issues } = parquetNames(relation.columns);
  const cells = relation.columns.map((column, index) => {
    const type = types.get(column.id) ?? 'text';
    // The one place where a name becomes an identifier: it is what the file calls the column.
    return `${typedSql(column, type)} AS ${sqlName(names[index] ?? '')}`;
  });
  const rows = await copy(
    `SELECT ${cells.join(', ')} FROM ${relation.from}`,
    partial,
    // Half the usual rows in a group: a group lies in memory for each thread, and threads wait for memory.
    'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440, DICTIONARY_SIZE_LIMIT 2000',
    database,
    behind(query),
  );
  return { rows, issues };
}

/** DuckDB takes names that differ in case alone for the same. */
function parquetNames(columns: readonly RelationColumn[]): { names: string[]; issues: DataIssue[] } {
  const given = new Set(columns.map(({ name }) => name.toLowerCase()));
  const used = new Set<string>();
  const issues: DataIssue[] = [];
  const names = columns.map(({ name }) => {
    const free = freeName(
      name,
      (tried) => used.has(tried.toLowerCase()) || (tried !== name && given.has(tried.toLowerCase())),
    );
    used.add(free.toLowerCase());
    if (free !== name) {
      const message = l10n.t(
        'Another column is called "{0}" but for upper and lower case; in the Parquet file it is "{1}".',
        name,
        free,
      );
      issues.push({ severity: 'warning', code: 'recipe.parquetName', message, column: name });
    }
    return free;
  });
  return { names, issues };
}

async function writeArrow(job: ExportJob, partial: string, query: QueryOptions): Promise<number> {
  const { relation, database } = job;
  const types = await columnTypes(relation, database, before(query));
  const columns = relation.columns.map((column): ArrowColumn => {
    const type = types.get(column.id) ?? 'text';
    return {
      name: column.name,
      type,
      sql: type === 'timestamp' ? `epoch_us(${column.id})` : typedSql(column, type),
    };
  });
  return writeArrowFile(partial, columns, { from: relation.from, database }, behind(query));
}

function typedSql(column: RelationColumn, type: ArrowType): string {
  switch (type) {
    case 'text':
    case 'timestamp':
      return column.id;
    case 'double':
      return numberOf(column);
    case 'integer': {
      const number = `(${numberOf(column)})::BIGINT`;
      // Most cells are digits alone, which are read faster as what they are.
      return column.kind === 'text' && column.numbers === undefined
        ? `coalesce(try_cast(${column.id} AS BIGINT), ${number})`
        : number;
    }
  }
}

/** By column id. A text column whose every value is a number is written as numbers, unless digits would be lost. */
async function columnTypes(
  relation: Relation,
  database: Database,
  query: QueryOptions,
): Promise<ReadonlyMap<string, ArrowType>> {
  const types = new Map<string, ArrowType>();
  for (const { id, kind } of relation.columns) {
    if (kind !== 'text') types.set(id, kind === 'number' ? 'double' : 'timestamp');
  }
  const texts = relation.columns.filter(({ kind }) => kind === 'text');
  for (const { id } of texts) types.set(id, 'text');
  // Most texts show in their first rows that they are no numbers.
  const head = `(SELECT * FROM ${relation.from} LIMIT ${HEAD_ROWS})`;
  const first = await countNumbers(texts, head, database, query);
  const maybe = texts.filter((_, index) => first[index]?.isText === false);
  const all = await countNumbers(maybe, relation.from, database, query);
  for (const [index, { id }] of maybe.entries()) {
    const { isText = true, numbers = 0, fractions = 0 } = all[index] ?? {};
    if (!isText && numbers > 0) types.set(id, fractions === 0 ? 'integer' : 'double');
  }
  return types;
}

const HEAD_ROWS = 10_000;

interface NumberFacts {
  /** A cell is no number, or would not be the same text again. */
  readonly isText: boolean;
  readonly numbers: number;
  readonly fractions: number;
}

async function countNumbers(
  columns: readonly RelationColumn[],
  from: string,
  database: Database,
  query: QueryOptions,
): Promise<NumberFacts[]> {
  const found: NumberFacts[] = [];
  for (const group of columnGroups(columns)) {
    if (group.length === 0) continue;
    const cells = group.flatMap((column, index) => [column.id, `(${numberOf(column)}) AS n${index}`]);
    const [row = []] = await database.rows(
      `SELECT ${group.flatMap(numberFacts).join(', ')} FROM (SELECT ${cells.join(', ')} FROM ${from})`,
      query,
    );
    const facts = group.map((_, index) => row.slice(index * FACTS, (index + 1) * FACTS).map(Number));
    const others = group.filter((_, index) => {
      const [present = 0, numbers = 0] = facts[index] ?? [];
      return present > numbers;
    });
    const texts = await columnsWithText(others, from, database, query);
    for (const [index, column] of group.entries()) {
      const [, numbers = 0, fractions = 0, codes = 0] = facts[index] ?? [];
      found.push({ isText: codes > 0 || texts.has(column), numbers, fractions });
    }
  }
  return found;
}

const FACTS = 4;

/**
 * Cells; numbers; those written with a fraction or exponent; codes such as 007 or 20 digits. Texts are compared before
 * patterns, which take three times as long, are tried.
 */
function numberFacts({ id, numbers }: RelationColumn, index: number): string[] {
  const number = `n${index}`;
  const marks = [numbers?.decimal ?? '.', 'e', 'E'].map((mark) => `contains(${id}, ${sqlText(mark)})`);
  const code = sqlText('^[ \t\r\n\u00a0]*[-+]?(0[0-9]|[0-9]{16})');
  return [
    `count(${id})`,
    `count(${number})`,
    `count(*) FILTER (WHERE ${number} IS NOT NULL AND (${number} <> trunc(${number}) OR ${marks.join(' OR ')}))`,
    `count(*) FILTER (WHERE ${number} IS NOT NULL AND (${id} < '1' OR ${id} > ':' OR strlen(${id}) > 15) AND regexp_matches(${id}, ${code}))`,
  ];
}

/** Those with a cell that is neither a number nor a word for none. */
async function columnsWithText(
  columns: readonly RelationColumn[],
  from: string,
  database: Database,
  query: QueryOptions,
): Promise<ReadonlySet<RelationColumn>> {
  if (columns.length === 0) return new Set();
  const isText = columns.map((column) => `bool_or(${isNotNumberSql(column)})`);
  const [row = []] = await database.rows(`SELECT ${isText.join(', ')} FROM ${from}`, query);
  return new Set(columns.filter((_, index) => row[index] === true));
}

/** @returns rows written */
async function copy(
  select: string,
  file: string,
  options: string,
  database: Database,
  query: QueryOptions,
): Promise<number> {
  const [row] = await database.rows(
    `COPY (${select}) TO ${sqlText(file)} (${options}, USE_TMP_FILE false)`,
    query,
  );
  return Number(row?.[0] ?? 0);
}
