// Owns opening a file of rows: is it there, what format, packing and encoding it has, its dialect, its header. Reads
// only the head of the file; what the whole file says more, `PlainText` finds.
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { DataIssue, Dialect } from '../../shared/schema/profile';
import type { Reading } from '../../shared/schema/reading';
import type { CellSyntax } from './cells';
import { parseRecords, type CsvSyntax, type ParsedRecords, type RecordStart } from './csvText';
import {
  canonicalEncoding,
  createTextStream,
  detectEncoding,
  encodingByFirstBytes,
  isUtf8Text,
  NonAsciiSample,
  withoutUtf8Mark,
  type EncodingChoice,
} from './encoding';
import { bytesOf, compressionOf, firstBytes, type Compression } from './fileBytes';
import { guessHeader, nameColumns, numberedColumns } from './header';
import { mixesLineEndsIn } from './lineEnds';
import { detectNumberFormat } from './numberFormat';
import { layoutOf, type Layout } from './layout';
import { guessSyntax, leadingLines } from './sniff';

const HEAD_BYTES = 256 * 1024;
/** A header longer than this is no header. */
const MAX_HEAD_BYTES = 16 * 1024 * 1024;
/** Of text that is not ASCII, enough to tell an encoding. */
const SAMPLE_BYTES = 64 * 1024;
/** How far the head goes where it has little that is not ASCII. */
const MAX_SAMPLED_BYTES = 8 * 1024 * 1024;
const SAMPLE_RECORDS = 1000;

export interface OpenOptions {
  readonly reading: Reading;
  /** VS Code's `files.encoding`: taken when the bytes do not say. */
  readonly defaultEncoding?: string | undefined;
}

export interface FileFacts {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The head of a file, unpacked and as text; `text` is empty for Parquet. */
export interface FileHead extends FileFacts {
  readonly format: Dialect['format'];
  readonly compression: Compression;
  readonly encoding: EncodingChoice;
  /** NUL characters are left out. */
  readonly text: string;
  /** Whether that is all of the file. */
  readonly isWhole: boolean;
  readonly hasNul: boolean;
}

export interface CsvFile extends FileFacts {
  readonly dialect: Dialect;
  /** Unique, never empty. */
  readonly columns: readonly string[];
  readonly issues: readonly DataIssue[];
  readonly cells: CellSyntax;
  /** What `dialect.reason` says beyond the encoding. */
  readonly layoutReason?: string;
}

/** Delimited text. */
export interface DelimitedFile extends CsvFile {
  readonly syntax: CsvSyntax;
  /** Records before the first row, blank lines among them: titles, the header. */
  readonly skip: number;
  /** The same as lines. */
  readonly skipLines: number;
  /** DuckDB would not skip these: line ends of several kinds, or quotes that do not close. */
  readonly needsRepair: boolean;
}

/**
 * @throws BenchError data.fileMissing, data.isDirectory, data.notFile, data.unreadable, data.empty, data.notText,
 *   data.damagedArchive
 */
export async function readFileHead(
  path: string,
  options: OpenOptions,
  length = HEAD_BYTES,
): Promise<FileHead> {
  const facts = { path, ...(await statCsv(path)) };
  const magic = await rawStart(path, 8);
  const format = formatOf(path, magic, options.reading.format);
  if (format === 'parquet') {
    const encoding = { encoding: 'utf-8', reason: '' };
    return { ...facts, format, compression: 'none', encoding, text: '', isWhole: false, hasNul: false };
  }
  const compression = compressionOf(magic);
  for (let bytes = length; ; bytes *= 4) {
    const buffer = await firstBytes(path, bytes, compression);
    const isWhole = compression === 'none' ? buffer.length >= facts.sizeBytes : buffer.length < bytes;
    const encoding = await encodingOf({ path, compression, head: buffer, isWhole }, options);
    const decoded = decodeHead(buffer, encoding.encoding, isWhole);
    const text = decoded.replaceAll('\0', '');
    if (!isWhole && bytes < MAX_HEAD_BYTES && !/[\n\r]/.test(text.trimStart())) continue;
    refuseBinary(path, magic, decoded);
    if (text.trim() === '') throw emptyFile(path);
    if (format === undefined) refuseJsonArray(path, text);
    const found = { compression, encoding, text, isWhole, hasNul: text.length < decoded.length };
    return { ...facts, format: format ?? formatOfText(text), ...found };
  }
}

/** Size and time of a file that can be read. */
export async function statCsv(path: string): Promise<{ sizeBytes: number; modifiedMs: number }> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BenchError('data.fileMissing', l10n.t('No file "{0}". Check the path of the CSV.', path), {
      details: { path },
      cause,
    });
  });
  if (found.isDirectory()) {
    throw new BenchError(
      'data.isDirectory',
      l10n.t('"{0}" is a folder; expected a CSV file. Name the file in it.', path),
      { details: { path } },
    );
  }
  if (!found.isFile()) {
    throw new BenchError(
      'data.notFile',
      l10n.t(
        '"{0}" is a device or a pipe; expected a file, which is read more than once. Save it first.',
        path,
      ),
      { details: { path } },
    );
  }
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new BenchError(
      'data.unreadable',
      l10n.t('"{0}" cannot be read; expected a readable CSV file. Check its permissions.', path),
      { details: { path }, cause },
    );
  });
  if (found.size === 0) throw emptyFile(path);
  return { sizeBytes: found.size, modifiedMs: found.mtimeMs };
}

export function emptyFile(path: string): BenchError {
  return new BenchError(
    'data.empty',
    l10n.t('"{0}" is empty; expected a CSV with a header line and rows.', basename(path)),
    { details: { path } },
  );
}

export function headerOnly(path: string): BenchError {
  return new BenchError(
    'data.headerOnly',
    l10n.t(
      '"{0}" has a header but no rows; expected at least one row below the header line.',
      basename(path),
    ),
    { details: { path } },
  );
}

async function rawStart(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** By the first bytes where they are Parquet's, else by name; undefined: the text decides. */
function formatOf(path: string, magic: Buffer, wanted: Reading['format']): Dialect['format'] | undefined {
  if (wanted !== 'auto') return wanted;
  if (magic.toString('latin1', 0, 4) === 'PAR1') return 'parquet';
  const name = basename(path)
    .toLowerCase()
    .replace(/\.(gz|gzip|zst|zstd)$/, '');
  if (/\.(parquet|pq)$/.test(name)) return 'parquet';
  if (/\.(jsonl|ndjson|jsonlines)$/.test(name)) return 'jsonl';
  return /\.(csv|tsv|tab|psv)$/.test(name) ? 'csv' : undefined;
}

/** JSON lines where the first line is a JSON object. */
function formatOfText(text: string): 'csv' | 'jsonl' {
  const [line = ''] = text.trimStart().split(/[\n\r]/, 1);
  if (!line.startsWith('{')) return 'csv';
  try {
    JSON.parse(line);
    return 'jsonl';
  } catch {
    return 'csv';
  }
}

interface Bytes {
  readonly path: string;
  readonly compression: Compression;
  readonly head: Buffer;
  readonly isWhole: boolean;
}

/** Strict UTF-8 first, as far as the head goes; then what the bytes look like. */
async function encodingOf(bytes: Bytes, { reading, defaultEncoding }: OpenOptions): Promise<EncodingChoice> {
  const { path, compression, head, isWhole } = bytes;
  if (reading.encoding !== 'auto') {
    const encoding = canonicalEncoding(reading.encoding) ?? reading.encoding;
    return { encoding, reason: l10n.t('{0}, as chosen.', encoding) };
  }
  const marked = encodingByFirstBytes(head, isWhole);
  const isUtf8 = isUtf8Text(head, !isWhole);
  // A mark of UTF-8 before what is no UTF-8: some program put it before a text of another encoding.
  if (marked !== undefined && (marked.encoding !== 'utf-8' || isUtf8)) return marked;
  if (isUtf8) return { encoding: 'utf-8', reason: l10n.t('utf-8: every byte is valid.') };
  const sample = await sampleNonAscii(path, compression, isWhole ? head.length : MAX_SAMPLED_BYTES);
  return detectEncoding(sample, defaultEncoding);
}

/** What is not ASCII, from the start of the file on; the same for the same file. */
export async function sampleNonAscii(
  path: string,
  compression: Compression,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const sample = new NonAsciiSample(SAMPLE_BYTES);
  let total = 0;
  for await (const chunk of bytesOf(path, { compression, signal })) {
    sample.add(total === 0 ? withoutUtf8Mark(chunk) : chunk);
    total += chunk.length;
    if (sample.isFull || total >= maxBytes) break;
  }
  return sample.bytes();
}

/** Drops the mark; a character cut at the end of the head is left out. */
function decodeHead(bytes: Buffer, encoding: string, isWhole: boolean): string {
  const stream = createTextStream(encoding);
  const text = stream.write(bytes);
  return isWhole ? text + stream.end() : text;
}

/** @throws BenchError 'data.notText' for what has too many control characters for a text */
function refuseBinary(path: string, magic: Buffer, text: string): void {
  const isZip = magic.toString('latin1', 0, 4) === 'PK\u0003\u0004';
  const start = text.slice(0, 64 * 1024);
  const control = start.match(/(?!\s)\p{Cc}/gu)?.length ?? 0;
  // A few NULs in a small file are damage.
  if (!isZip && (control < 8 || control <= start.length * 0.1)) return;
  throw new BenchError(
    'data.notText',
    l10n.t(
      '"{0}" is no text: expected delimited text, JSON lines or Parquet, found {1}. Export it as CSV.',
      basename(path),
      isZip ? l10n.t('a zip archive or a workbook') : l10n.t('binary data'),
    ),
    { details: { path } },
  );
}

/** @throws BenchError 'data.notLines' for JSON as a whole, which would be read as cells parted by commas */
function refuseJsonArray(path: string, text: string): void {
  if (!/^\s*\[\s*\{/.test(text) || !/\.json(\.\w+)?$/i.test(path)) return;
  throw new BenchError(
    'data.notLines',
    l10n.t(
      '"{0}" is one JSON list; expected JSON lines: an object in each line, with no brackets or commas around. Write it so: jq -c .[].',
      basename(path),
    ),
    { details: { path } },
  );
}

/**
 * @throws BenchError data.empty, data.headerOnly
 */
export function openDelimited(head: FileHead, { reading }: OpenOptions): DelimitedFile {
  const { path } = head;
  const { lines, rest, delimiter } = leadingLines(head.text);
  if (rest.trim() === '') throw emptyFile(path);
  const usual = /\.(tsv|tab)(\.\w+)?$/i.test(path) ? '\t' : ',';
  const { value: syntax, reason: syntaxReason } = guessSyntax(rest, reading, {
    named: delimiter,
    usual,
    isCut: !head.isWhole,
  });
  const table = tableOf(parseRecords(rest, syntax, SAMPLE_RECORDS), head);
  if (table === undefined) throw emptyFile(path);
  const { records, layout, start, isClosed } = table;
  const { value: hasHeader, reason: headerReason } = guessHeader(records, reading.header);
  if (hasHeader && records.length < 2 && head.isWhole) throw headerOnly(path);
  const { columns, issues } = hasHeader
    ? nameColumns(records[0] ?? [], lines + start.line)
    : { columns: numberedColumns(layout.width), issues: [] };
  if (layout.first > 0) issues.unshift(preamble(rest, lines + start.line));
  if (!hasHeader && reading.header === 'auto') {
    issues.push(noHeader(path, headerReason, columns.length, lines + start.line));
  }
  const rows = records.slice(hasHeader ? 1 : 0).filter((record) => record.length === columns.length);
  const { format, evidence } = detectNumberFormat(rows, reading, syntax.delimiter);
  if (evidence !== undefined) issues.push(numberIssue(format, columns, evidence));
  const isPlain = format.decimal === '.' && format.thousands === '';
  const layoutReason = joined(syntaxReason, headerReason);
  return {
    path,
    sizeBytes: head.sizeBytes,
    modifiedMs: head.modifiedMs,
    dialect: {
      delimiter: syntax.delimiter,
      quote: syntax.quote,
      hasHeader,
      encoding: head.encoding.encoding,
      reason: joined(head.encoding.reason, layoutReason),
      format: 'csv',
      compression: head.compression,
      ...format,
    },
    layoutReason,
    syntax,
    skip: lines + start.ends + (hasHeader ? 1 : 0),
    skipLines: lines + (hasHeader ? start.next : start.line) - 1,
    needsRepair: !isClosed || mixesLineEndsIn(head.text.slice(0, 64 * 1024), syntax),
    columns,
    issues,
    cells: { missing: ownMissing(reading), ...(isPlain ? {} : { numbers: format }) },
  };
}

interface HeadTable {
  /** From the first one of the table on, which has a cell for each column. */
  readonly records: readonly (readonly string[])[];
  readonly layout: Layout;
  /** Where the first one is. */
  readonly start: RecordStart;
  /** The quotes up to there close. */
  readonly isClosed: boolean;
}

function tableOf(
  { records, complete, starts, malformed }: ParsedRecords,
  head: FileHead,
): HeadTable | undefined {
  // The last record of the head may be cut.
  const whole = complete || head.isWhole || records.length < 3 ? records : records.slice(0, -1);
  if (whole.length === 0) return undefined;
  const layout = layoutOf(whole);
  const start = starts[layout.first];
  if (start === undefined) return undefined;
  const [first = [], ...below] = whole.slice(layout.first);
  const header = layout.hasRowNames ? ['', ...first] : first.slice(0, layout.width);
  const isClosed = ![...malformed].some((index) => index <= layout.first);
  return { records: [header, ...below], layout, start, isClosed };
}

function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ');
}

/** The user's words for "no value", as cells are compared: trimmed. */
export function ownMissing({ missing }: Reading): string[] {
  return [...new Set(missing.map((text) => text.trim()).filter((text) => text !== ''))];
}

function preamble(text: string, line: number): DataIssue {
  const [first = ''] = text.split(/[\n\r]/, 1);
  const message = l10n.t(
    'What stands above line {0} is left out: it is no part of the table ("{1}").',
    line,
    first.slice(0, 80),
  );
  return { severity: 'warning', code: 'data.preamble', message, line: 1 };
}

function noHeader(path: string, reason: string, columns: number, line: number): DataIssue {
  const message = l10n.t(
    '"{0}": {1} The columns are named column1 to column{2}.',
    basename(path),
    reason,
    columns,
  );
  return { severity: 'warning', code: 'data.noHeader', message, line };
}

function numberIssue(
  { decimal, thousands }: Pick<Dialect, 'decimal' | 'thousands'>,
  columns: readonly string[],
  evidence: { readonly column: number; readonly text: string },
): DataIssue {
  const column = columns[evidence.column] ?? '';
  const message =
    thousands === ''
      ? l10n.t(
          'Numbers are read with "{0}" as decimal mark: column "{1}" has "{2}". Choose the decimal mark where that is wrong.',
          decimal,
          column,
          evidence.text,
        )
      : l10n.t(
          'Numbers are read with "{0}" as decimal mark and "{1}" between thousands: column "{2}" has "{3}". Choose both where that is wrong.',
          decimal,
          thousands,
          column,
          evidence.text,
        );
  return { severity: 'info', code: 'data.numberFormat', message, column };
}
