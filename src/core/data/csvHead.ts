// Owns the first look at a file of rows, from its head alone: dialect, columns and first rows, within a second whatever
// its size.
import type { FeatureType } from '../../shared/schema/experiment';
import { readingSchema, type ReadingInput } from '../../shared/schema/reading';
import type { DataIssue, Dialect, Preview } from '../../shared/schema/profile';
import { cellColumn, type NumberFormat } from './cells';
import {
  emptyFile,
  openDelimited,
  ownMissing,
  readFileHead,
  type DelimitedFile,
  type FileHead,
  type OpenOptions,
} from './csvFile';
import { parseRecords } from './csvText';
import { openDatabase, type Database } from './database';
import { jsonCells, jsonColumns, linesOfTexts } from './jsonLines';
import { headTypes } from './headTypes';
import { nameColumns } from './header';
import { fits } from './layout';
import { isMissing } from './missing';
import { openParquet } from './parquetFile';
import { leadingLines } from './sniff';

export interface HeadOptions {
  readonly reading?: ReadingInput | undefined;
  /** VS Code's `files.encoding`: taken when the bytes do not say. */
  readonly defaultEncoding?: string | undefined;
  /** Read where a shorter head has too few rows. */
  readonly maxBytes?: number | undefined;
  /** Cells that say "no value" keep their text (NA, ?) instead of being null. */
  readonly keepTexts?: boolean | undefined;
}

export interface CsvHead {
  readonly dialect: Dialect;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** `totalRows` only where the format says it. JSON lines may have more columns further down. */
  readonly preview: Preview;
  /** Of the columns, as the first rows have them. */
  readonly types: FeatureType[];
  readonly issues: DataIssue[];
}

const MAX_BYTES = 4 << 20;

/**
 * @param limit rows at most; fewer where the head of the file has fewer
 * @throws BenchError of the area data
 */
export async function readHead(path: string, limit: number, options: HeadOptions = {}): Promise<CsvHead> {
  const open: OpenOptions = {
    reading: readingSchema.parse(options.reading ?? {}),
    defaultEncoding: options.defaultEncoding,
  };
  const head = await readFileHead(path, open);
  switch (head.format) {
    case 'csv':
      return delimitedHead(head, limit, open, options);
    case 'jsonl':
      return withDatabase((database) => jsonHead(head, limit, open, database));
    case 'parquet':
      return withDatabase((database) => parquetHead(head, limit, open, database));
  }
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await work(database);
  } finally {
    database.dispose();
  }
}

async function delimitedHead(
  head: FileHead,
  limit: number,
  open: OpenOptions,
  { maxBytes = MAX_BYTES, keepTexts }: HeadOptions,
): Promise<CsvHead> {
  const file = openDelimited(head, open);
  let rows = firstRows(head, file, limit);
  if (rows.length < limit && !head.isWhole) {
    const perRow = head.text.length / Math.max(1, rows.length);
    const length = Math.min(maxBytes, Math.max(MAX_BYTES, Math.ceil(perRow * limit * 1.5)));
    rows = firstRows(await readFileHead(head.path, open, length), file, limit);
  }
  return {
    ...factsOf(head),
    dialect: file.dialect,
    issues: [...file.issues],
    ...withTypes(
      { columns: [...file.columns], rows: shown(rows, file.cells.missing, keepTexts) },
      file.cells.numbers,
    ),
  };
}

/** As DuckDB would read them: records of another width are no rows, but for empty cells too many. */
function firstRows(head: FileHead, file: DelimitedFile, limit: number): string[][] {
  const { columns, skip, syntax } = file;
  const { rest, lines } = leadingLines(head.text);
  const parsed = parseRecords(rest, syntax, limit + skip + 20, columns.length === 1);
  const isCut = !parsed.complete && !head.isWhole;
  const rows = parsed.records.filter((record, index) => {
    const isBelow = lines + (parsed.starts[index]?.ends ?? 0) >= skip;
    const isWhole = !parsed.malformed.has(index) && !(isCut && index === parsed.records.length - 1);
    return isBelow && isWhole && fits(record, columns.length);
  });
  return rows.slice(0, limit).map((record) => record.slice(0, columns.length));
}

/** @param keepTexts cells that say "no value" stay texts */
export function shown(
  rows: readonly (readonly unknown[])[],
  own: readonly string[],
  keepTexts = false,
): (string | null)[][] {
  return rows.map((row) =>
    row.map((cell) =>
      typeof cell === 'string' && (keepTexts || !isMissing(cell.trim(), own)) ? cell : null,
    ),
  );
}

async function jsonHead(
  head: FileHead,
  limit: number,
  open: OpenOptions,
  database: Database,
): Promise<CsvHead> {
  const texts = head.text.split(/\r\n|\n|\r/);
  // The last line of the head may be cut.
  if (!head.isWhole && texts.length > 1) texts.pop();
  const lines = linesOfTexts(texts);
  const found = await jsonColumns(lines, database);
  if (found.keys.length === 0) throw emptyFile(head.path);
  const { columns, issues } = nameColumns(found.keys, undefined);
  const rows = await firstCells(jsonCells(lines, found), columns.length, limit, database);
  return {
    ...factsOf(head),
    dialect: jsonDialect(head),
    issues: [...issues, ...found.issues],
    ...withTypes({ columns, rows: shown(rows, ownMissing(open.reading)) }),
  };
}

async function parquetHead(
  head: FileHead,
  limit: number,
  open: OpenOptions,
  database: Database,
): Promise<CsvHead> {
  const { names, cells, rows: totalRows } = await openParquet(head.path, database);
  const { columns, issues } = nameColumns(names, undefined);
  const rows = await firstCells(cells, columns.length, limit, database);
  return {
    ...factsOf(head),
    dialect: PARQUET_DIALECT,
    issues,
    ...withTypes({ columns, rows: shown(rows, ownMissing(open.reading)), totalRows }),
  };
}

function firstCells(
  select: string,
  columns: number,
  limit: number,
  database: Database,
): Promise<unknown[][]> {
  const cells = Array.from({ length: columns }, (_, index) => cellColumn(index)).join(', ');
  return database.rows(`SELECT ${cells} FROM (${select}) LIMIT ${Math.floor(limit)}`);
}

function withTypes(preview: Preview, format?: NumberFormat): Pick<CsvHead, 'preview' | 'types'> {
  return { preview, types: headTypes(preview, format) };
}

function factsOf({ sizeBytes, modifiedMs }: FileHead): { sizeBytes: number; modifiedMs: number } {
  return { sizeBytes, modifiedMs };
}

export function jsonDialect({ encoding, compression }: Pick<FileHead, 'encoding' | 'compression'>): Dialect {
  return {
    delimiter: '',
    quote: '"',
    hasHeader: true,
    encoding: encoding.encoding,
    reason: encoding.reason,
    format: 'jsonl',
    compression,
    decimal: '.',
    thousands: '',
  };
}

export const PARQUET_DIALECT: Dialect = {
  delimiter: '',
  quote: '',
  hasHeader: true,
  encoding: 'utf-8',
  reason: '',
  format: 'parquet',
  compression: 'none',
  decimal: '.',
  thousands: '',
};
