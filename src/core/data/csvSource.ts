// Owns an open file of rows: its columns, head, profile, first rows and the relation that recipes start from. The file
// is read, never written. Rows that are broken are kept apart and told, never dropped in silence.
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../shared/disposable';
import { BenchError } from '../../shared/errors';
import type { DataIssue, DatasetProfile, Preview } from '../../shared/schema/profile';
import { readingSchema } from '../../shared/schema/reading';
import { cellColumn, isMissingCellSql, type CellSyntax } from './cells';
import { headerOnly, openDelimited, ownMissing, readFileHead, type CsvFile, type FileHead } from './csvFile';
import type { OpenOptions } from './csvFile';
import { jsonDialect, PARQUET_DIALECT, readHead, shown, type CsvHead, type HeadOptions } from './csvHead';
import { openDatabase, type Database, type QueryOptions } from './database';
import { delimitedLoader, hasMixedLineEnds, noUsableRows } from './delimitedLoader';
import { jsonColumns, LINE_SYNTAX, linesOfFile, type JsonColumns } from './jsonLines';
import { isMissing } from './missing';
import { openParquet } from './parquetFile';
import { part, plainTextOf, type PlainText } from './plainText';
import { profileTable } from './profile';
import type { Relation, RelationColumn } from './relation';
import {
  isLineTooLong,
  jsonLoader,
  parquetLoader,
  withRoomForLines,
  type LoadedRows,
  type RowLoader,
  type Scan,
  type ValueRows,
} from './rowLoader';
import { nameColumns } from './header';
import { relateToTarget } from './targetRelation';

export interface OpenCsvOptions extends HeadOptions, QueryOptions {
  /** Bytes read at a time; nothing of the result depends on it. */
  readonly chunkBytes?: number | undefined;
  /** Files from this size on are kept on disk while they are open; nothing of the rows depends on it. */
  readonly largeBytes?: number | undefined;
}

export interface PreviewOptions extends QueryOptions {
  /** Cells that say "no value" keep their text (NA, ?) instead of being null. */
  readonly keepTexts?: boolean;
}

export interface ProfileSourceOptions extends QueryOptions {
  /** Name of a column; one that is not there is passed over. */
  readonly target?: string | undefined;
}

export interface SourceRelation {
  readonly database: Database;
  readonly relation: Relation;
  /** What was found while reading: the header and rows kept apart. */
  readonly issues: readonly DataIssue[];
}

export interface RelationOptions extends QueryOptions {
  /** Only these, with the identifiers they have among all: DuckDB plans a wide table slowly. */
  readonly columns?: readonly string[] | undefined;
  /**
   * Columns that are used as numbers and never as texts: in a large file they are read as numbers where each cell is one.
   * Nothing that is computed from numbers depends on it. Undefined: rows as texts.
   */
  readonly numbers?: readonly string[] | undefined;
}

export interface CsvSource extends Disposable {
  readonly path: string;
  /** Its encoding is certain only when the file has been read. */
  readonly file: CsvFile;
  /** Unique names in file order. */
  columns(): readonly string[];
  /** From the head of the file alone. */
  head(limit: number): Promise<CsvHead>;
  /** With a target, each column says how much it tells of it. */
  profile(options?: ProfileSourceOptions): Promise<DatasetProfile>;
  /** A profile of this file with how much each column tells of a target. */
  relate(profile: DatasetProfile, target: string, options?: QueryOptions): Promise<DatasetProfile>;
  /** @param limit rows at most; `totalRows` is not counted where a table is very wide */
  preview(limit: number, options?: PreviewOptions): Promise<Preview>;
  /** The whole table as a recipe starts from it, and the database it lies in: loaded once, dropped on close. */
  relation(options?: RelationOptions): Promise<SourceRelation>;
  /** 1-based line of the file on which a source row starts; undefined for Parquet. Reads the file up to there. */
  lineOf(row: number, options?: QueryOptions): Promise<number | undefined>;
  /** The lines of several rows in one pass; empty for Parquet. @param rows ascending, each once */
  linesOf(rows: readonly number[], options?: QueryOptions): Promise<readonly number[]>;
  /** How the rows are read, once they are. */
  scan(options?: QueryOptions): Promise<Scan>;
  close(): void;
}

/** DuckDB needs 30 s and 3 GB for a table of 100,000 columns: wider ones than this are previewed without it. */
const WIDE_COLUMNS = 3000;
const MAX_WIDE_ROWS = 10_000;
const WIDE_BYTES = 64 << 20;

/**
 * Opens a file of rows: CSV and other delimited text, JSON lines, Parquet; packed or not, in any encoding. Reads its
 * head only; JSON lines are read whole, since any line may have a column of its own.
 * @throws BenchError data.fileMissing, data.isDirectory, data.unreadable, data.empty, data.headerOnly, data.notText,
 *   data.notParquet, data.damagedArchive
 */
export async function openCsv(path: string, options: OpenCsvOptions = {}): Promise<CsvSource> {
  const open: OpenOptions = {
    reading: readingSchema.parse(options.reading ?? {}),
    defaultEncoding: options.defaultEncoding,
  };
  const head = await readFileHead(path, open);
  const database = await openDatabase();
  try {
    const { file, loader } = await openFormat(head, open, database, options);
    return createSource({ file, loader, database, options });
  } catch (error) {
    database.dispose();
    throw error;
  }
}

interface OpenFormat {
  readonly file: CsvFile;
  readonly loader: RowLoader;
}

async function openFormat(
  head: FileHead,
  open: OpenOptions,
  database: Database,
  { signal, chunkBytes, largeBytes }: OpenCsvOptions,
): Promise<OpenFormat> {
  switch (head.format) {
    case 'csv': {
      const file = openDelimited(head, open);
      const text = plainTextOf(head, open, chunkBytes);
      return { file, loader: delimitedLoader(file, text, database, { chunkBytes, largeBytes }) };
    }
    case 'jsonl':
      return openJson(head, open, database, { signal, chunkBytes });
    case 'parquet': {
      const found = await openParquet(head.path, database, { signal });
      const { columns, issues } = nameColumns(found.names, undefined);
      const file = { ...factsOf(head), dialect: PARQUET_DIALECT, columns, issues, cells: cellsOf(open) };
      return { file, loader: parquetLoader(found, database) };
    }
  }
}

async function openJson(
  head: FileHead,
  open: OpenOptions,
  database: Database,
  { signal, chunkBytes }: OpenCsvOptions,
): Promise<OpenFormat> {
  const text = plainTextOf(head, open, chunkBytes);
  const find = ({ path }: PlainText): Promise<JsonColumns> =>
    withRoomForLines(
      head.path,
      (bytes) => jsonColumns(linesOfFile(path, bytes), database, { signal }),
      isLineTooLong,
    );
  try {
    let plain = await text.get({ signal });
    const found = await find(plain).catch(async (error: unknown) => {
      if (!hasMixedLineEnds(error)) throw error;
      plain = await text.get({ signal, repair: { syntax: LINE_SYNTAX, blankLines: 0 } });
      return find(plain);
    });
    const { columns, issues } = nameColumns(found.keys, undefined);
    if (columns.length === 0) throw noJsonKeys(head.path, found.issues);
    const dialect = jsonDialect({ encoding: plain.encoding, compression: head.compression });
    const file = {
      ...factsOf(head),
      dialect,
      columns,
      issues: [...issues, ...plain.issues],
      cells: cellsOf(open),
    };
    const texts = { path: head.path, plainPath: plain.path, encoding: plain.encoding };
    const loader = jsonLoader(texts, found, database);
    return { file, loader: { ...loader, dispose: () => text.dispose() } };
  } catch (error) {
    text.dispose();
    throw error;
  }
}

function factsOf({
  path,
  sizeBytes,
  modifiedMs,
}: FileHead): Pick<FileHead, 'path' | 'sizeBytes' | 'modifiedMs'> {
  return { path, sizeBytes, modifiedMs };
}

/** Only what was chosen: numbers of these formats are written in one way. */
function cellsOf({ reading }: OpenOptions): CellSyntax {
  const decimal = reading.decimal === ',' ? ',' : '.';
  const chosen = reading.thousands === 'auto' || reading.thousands === decimal ? '' : reading.thousands;
  const missing = ownMissing(reading);
  return decimal === '.' && chosen === ''
    ? { missing }
    : { missing, numbers: { decimal, thousands: chosen } };
}

/** Ways to read a large file that are kept at a time. */
const MAX_VALUES = 3;

const ROWS_KEPT_APART = ['data.raggedRows', 'data.malformedRows', 'data.badJsonLines'];

function noJsonKeys(path: string, issues: readonly DataIssue[]): Error {
  const isBad = issues.some(({ code }) => ROWS_KEPT_APART.includes(code));
  if (isBad) return noRows(path, issues);
  return new BenchError(
    'data.empty',
    l10n.t(
      '"{0}" has no keys in its lines; expected JSON objects with a value for each column.',
      basename(path),
    ),
    { details: { path } },
  );
}

function noRows(path: string, issues: readonly DataIssue[]): Error {
  const worst = issues.find(({ code }) => ROWS_KEPT_APART.includes(code));
  return worst === undefined ? headerOnly(path) : noUsableRows(path, worst);
}

/** A table takes some 50 KB a column however few its rows are; the head is read of any number. */
const MAX_COLUMNS = 20_000;

function tooWide(path: string, columns: number): BenchError {
  return new BenchError(
    'data.tooWide',
    l10n.t(
      '{0}: expected at most {1} columns, found {2}. Its first rows can be seen. To work on it, write the columns that you need, or rows for columns, to a file of their own.',
      path,
      MAX_COLUMNS,
      columns,
    ),
    { details: { path, columns } },
  );
}

interface SourceParts extends OpenFormat {
  readonly database: Database;
  readonly options: OpenCsvOptions;
}

function createSource({ file: opened, loader, database, options: opening }: SourceParts): CsvSource {
  const { columns, path, cells: syntax } = opened;
  let file = opened;
  let loaded: LoadedRows | undefined;
  /** By the columns that were wanted as numbers, oldest first. */
  const values = new Map<string, ValueRows>();
  let turn: Promise<unknown> = Promise.resolve();
  let profiling: Promise<unknown> = Promise.resolve();

  const loadNow = async (options: QueryOptions): Promise<LoadedRows> => {
    if (loaded !== undefined) return loaded;
    if (columns.length > MAX_COLUMNS) throw tooWide(path, columns.length);
    const found = await loader.load(options);
    if (found.rows === 0) throw noRows(path, found.issues);
    if (found.encoding !== undefined) file = withEncoding(opened, found.encoding);
    loaded = found;
    return found;
  };
  // One at a time: the second one finds the table made, or makes it when the first was cancelled.
  const load = (options: QueryOptions): Promise<LoadedRows> => {
    const result = turn.then(() => loadNow(options));
    turn = result.catch(() => undefined);
    return result;
  };
  const loadValuesNow = async (
    wanted: readonly number[],
    options: QueryOptions,
  ): Promise<ValueRows | undefined> => {
    const key = wanted.join(' ');
    const known = values.get(key);
    if (known !== undefined) return known;
    if (columns.length > MAX_COLUMNS) throw tooWide(path, columns.length);
    const found = await loader.loadValues?.(wanted, options);
    if (found === undefined) return undefined;
    if (found.rows === 0) throw noRows(path, found.issues);
    if (found.encoding !== undefined) file = withEncoding(opened, found.encoding);
    values.set(key, found);
    // Who asked for the one before may still be at work on it.
    for (const [old, rows] of values) {
      if (values.size <= MAX_VALUES) break;
      values.delete(old);
      rows.dispose();
    }
    return found;
  };
  /** Undefined where the file is not large. */
  const loadValues = (wanted: readonly number[], options: QueryOptions): Promise<ValueRows | undefined> => {
    const result = turn.then(() => loadValuesNow(wanted, options));
    turn = result.catch(() => undefined);
    return result;
  };
  const linesOf = async (rows: readonly number[], options: QueryOptions = {}): Promise<number[]> => {
    if (rows.length === 0) return [];
    if (values.size === 0) await load(options);
    return loader.linesOf(rows, options);
  };
  const lineOf = async (row: number, options: QueryOptions = {}): Promise<number | undefined> =>
    (await linesOf([row], options))[0];
  const close = (): void => {
    for (const rows of values.values()) rows.dispose();
    database.dispose();
    loader.dispose();
  };

  const valueRelation = (
    { view, numbers: read, trimmed, issues }: ValueRows,
    wanted: ReadonlySet<string> | undefined,
  ): SourceRelation => {
    const { numbers } = syntax;
    const all = columns.map((name, index): RelationColumn => {
      const id = cellColumn(index);
      return read.has(index)
        ? { name, id, kind: 'number' }
        : { name, id, kind: 'text', numbers, isTrimmed: trimmed.has(index) };
    });
    return {
      database,
      relation: {
        from: view,
        columns: all.filter(({ name }) => wanted?.has(name) ?? true),
        isSplit: false,
        nextId: columns.length,
      },
      issues: [...file.issues, ...issues],
    };
  };

  const textRelation = (wanted: ReadonlySet<string> | undefined): Relation => {
    const { numbers } = syntax;
    const cells = columns
      .map((name, index) => ({ name, id: cellColumn(index), kind: 'text' as const, numbers }))
      .filter(({ name }) => wanted?.has(name) ?? true);
    const present = cells.map(
      ({ id }) => `CASE WHEN NOT ${isMissingCellSql(id, syntax)} THEN ${id} END AS ${id}`,
    );
    const from = `(SELECT ${['rowid AS rid', 'rowid AS ord', ...present].join(', ')} FROM cells)`;
    return { from, columns: cells, isSplit: false, nextId: columns.length };
  };
  const profiled = async (options: QueryOptions): Promise<ValueRows | undefined> =>
    loader.loadValues && (await loadValues(await writtenAsFractions(path, opening, syntax), options));
  const relate = async (
    profile: DatasetProfile,
    target: string,
    options: QueryOptions = {},
  ): Promise<DatasetProfile> => {
    const { signal } = options;
    const large = await profiled({ signal });
    if (large === undefined) await load({ signal });
    const related = await relateToTarget(profile.columns, {
      ...options,
      database,
      target,
      relation: (names) =>
        Promise.resolve(
          large === undefined ? textRelation(new Set(names)) : valueRelation(large, new Set(names)).relation,
        ),
    });
    return { ...profile, columns: related };
  };

  const profileNow = async ({ target, ...options }: ProfileSourceOptions): Promise<DatasetProfile> => {
    const { onProgress, signal } = options;
    // Reading the file is about half of the work.
    const reading = { signal, onProgress: part(onProgress, 0, 0.5) };
    const large = await profiled(reading);
    const { issues } = large ?? (await load(reading));
    const end = target === undefined ? 1 : 0.8;
    const found = await profileTable(file, database, lineOf, {
      signal,
      values: large,
      onProgress: part(onProgress, 0.5, end),
    });
    const profile = { ...found, issues: [...file.issues, ...issues, ...found.issues] };
    return target === undefined
      ? profile
      : relate(profile, target, { signal, onProgress: part(onProgress, end, 1) });
  };
  // One at a time: the table in which it parses a column has one name.
  const profile = (options: ProfileSourceOptions = {}): Promise<DatasetProfile> => {
    const made = profiling.then(() => profileNow(options));
    profiling = made.catch(() => undefined);
    return made;
  };

  return {
    path,
    get file() {
      return file;
    },
    columns: () => columns,
    head: (limit) => readHead(path, limit, opening),
    lineOf,
    linesOf,
    profile,
    relate,
    async preview(limit, options = {}) {
      const isWide = columns.length > WIDE_COLUMNS && file.dialect.format === 'csv';
      if (isWide && loaded === undefined && limit <= MAX_WIDE_ROWS) {
        const { preview } = await readHead(path, limit, { ...opening, ...options, maxBytes: WIDE_BYTES });
        return preview;
      }
      const { rows: totalRows } = await load(options);
      const cells = columns.map((_, index) => cellColumn(index)).join(', ');
      const found = await database.rows(`SELECT ${cells} FROM cells LIMIT ${Math.floor(limit)}`, options);
      return { columns: [...columns], rows: shown(found, syntax.missing, options.keepTexts), totalRows };
    },
    async relation(options = {}) {
      const wanted = options.columns === undefined ? undefined : new Set(options.columns);
      if (options.numbers !== undefined && loader.loadValues !== undefined) {
        const asked = new Set(options.numbers);
        const indexes = [...columns.keys()].filter((index) => asked.has(columns[index] ?? ''));
        const found = await loadValues(indexes, options);
        if (found !== undefined) return valueRelation(found, wanted);
      }
      const { issues } = await load(options);
      return { database, relation: textRelation(wanted), issues: [...file.issues, ...issues] };
    },
    async scan(options = {}) {
      await load(options);
      return loader.scan();
    },
    close,
    dispose: close,
  };
}

const HEAD_ROWS = 1000;
const PLAIN_NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/**
 * Columns whose first cells are numbers, some of them with a fraction: no code is written so, so their texts say no more
 * than the numbers do.
 */
async function writtenAsFractions(
  path: string,
  opening: OpenCsvOptions,
  syntax: CellSyntax,
): Promise<number[]> {
  const { preview } = await readHead(path, HEAD_ROWS, opening);
  return [...preview.columns.keys()].filter((index) => {
    const cells = preview.rows.flatMap((row) => row[index]?.trim() ?? []);
    const present = cells.filter((cell) => !isMissing(cell, syntax.missing));
    return present.every((cell) => PLAIN_NUMBER.test(cell)) && present.some((cell) => /[.e]/i.test(cell));
  });
}

/** The whole file may say another encoding than its head. */
function withEncoding(file: CsvFile, { encoding, reason }: { encoding: string; reason: string }): CsvFile {
  const { dialect } = file;
  if (dialect.encoding === encoding) return file;
  const reasons = [reason, file.layoutReason ?? ''].filter((text) => text !== '');
  return { ...file, dialect: { ...dialect, encoding, reason: reasons.join(' ') } };
}
