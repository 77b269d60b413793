// Owns opening a CSV: is it there, is it text, its dialect, its header. Reads only the head of the file.
import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { DataIssue, Dialect } from '../../shared/schema/profile';
import { parseRecords, type CsvSyntax } from './csvText';
import { sqlPath, type Database } from './database';

const HEAD_BYTES = 256 * 1024;
/** A header longer than this is no header. */
const MAX_HEAD_BYTES = 16 * 1024 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];

export interface CsvFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly dialect: Dialect;
  readonly syntax: CsvSyntax;
  /** Blank lines before the first record. */
  readonly leadingBlankLines: number;
  /** Unique, never empty. */
  readonly columns: readonly string[];
  readonly issues: readonly DataIssue[];
}

/**
 * @throws BenchError data.fileMissing, data.isDirectory, data.unreadable, data.empty, data.headerOnly, data.notUtf8
 */
export async function openCsvFile(path: string, database: Database): Promise<CsvFile> {
  const { sizeBytes, modifiedMs } = await statCsv(path);
  const head = await readHead(path, sizeBytes);
  const leading = /^[^\S\n\r]*(?:\r\n|\n|\r)/;
  let text = head.text;
  let leadingBlankLines = 0;
  for (let match = leading.exec(text); match !== null; match = leading.exec(text)) {
    text = text.slice(match[0].length);
    leadingBlankLines++;
  }
  if (text.trim() === '') throw emptyFile(path);
  const syntax = await detectSyntax(path, text, database);
  const { records, complete } = parseRecords(text, syntax, 2);
  const first = records[0];
  if (first === undefined) throw emptyFile(path);
  const hasHeader = !first.every((cell) => cell.trim() !== '' && Number.isFinite(Number(cell.trim())));
  const second = records[1];
  if (hasHeader && second === undefined && head.isWhole && (complete || records.length === 1)) {
    throw headerOnly(path);
  }
  const { columns, issues } = nameColumns(first, hasHeader, path);
  return {
    path,
    sizeBytes,
    modifiedMs,
    dialect: {
      delimiter: syntax.delimiter,
      quote: syntax.quote,
      hasHeader,
      encoding: head.hasBom ? 'utf-8 (BOM)' : 'utf-8',
      reason: '',
      format: 'csv',
      compression: 'none',
      decimal: '.',
      thousands: '',
    },
    syntax,
    leadingBlankLines,
    columns,
    issues,
  };
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

function emptyFile(path: string): BenchError {
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

export function notUtf8(path: string, line: number): BenchError {
  return new BenchError(
    'data.notUtf8',
    l10n.t('"{0}" is not UTF-8 text (first seen on line {1}). Save it as UTF-8.', basename(path), line),
    { details: { path, line } },
  );
}

interface Head {
  readonly text: string;
  readonly isWhole: boolean;
  readonly hasBom: boolean;
}

/** The first 256 KB as text; more when one record is longer than that. */
async function readHead(path: string, sizeBytes: number): Promise<Head> {
  const file = await open(path, 'r');
  try {
    for (let length = HEAD_BYTES; ; length *= 4) {
      const buffer = Buffer.alloc(Math.min(length, sizeBytes));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      const bytes = buffer.subarray(0, bytesRead);
      const isWhole = length >= sizeBytes;
      const text = decodeHead(path, bytes, isWhole);
      if (isWhole || /[\n\r]/.test(text.trimStart()) || length >= MAX_HEAD_BYTES) {
        const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
        return { text, isWhole, hasBom };
      }
    }
  } finally {
    await file.close();
  }
}

/** Drops the BOM; a character cut at the end of the head is left out. */
function decodeHead(path: string, bytes: Buffer, isWhole: boolean): string {
  const nul = bytes.indexOf(0);
  const text = nul < 0 ? bytes : bytes.subarray(0, nul);
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(text, { stream: !isWhole && nul < 0 });
    if (nul < 0) return decoded;
    throw notUtf8(path, decoded.split('\n').length);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    const good = new TextDecoder('utf-8').decode(bytes);
    const bad = good.indexOf('\uFFFD');
    throw notUtf8(path, good.slice(0, Math.max(0, bad)).split('\n').length);
  }
}

/**
 * DuckDB's sniffer first, then ours: it calls a file with one ragged row a file of one column. The candidate
 * that splits most records as it splits the header wins.
 */
async function detectSyntax(path: string, head: string, database: Database): Promise<CsvSyntax> {
  const sniffed = await sniff(path, database);
  const quotes = sniffed?.quote === "'" ? ['"', "'"] : ['"'];
  const delimiters = sniffed === undefined ? DELIMITERS : [sniffed.delimiter, ...DELIMITERS];
  const escapes = (quote: string): string =>
    head.includes(`\\${quote}`) && !head.includes(quote + quote) ? '\\' : quote;
  let best: CsvSyntax = { delimiter: ',', quote: '"', escape: escapes('"') };
  let bestScore = 0;
  for (const quote of quotes) {
    for (const delimiter of delimiters) {
      const syntax = { delimiter, quote, escape: escapes(quote) };
      const score = consistency(head, syntax);
      if (score > bestScore) {
        best = syntax;
        bestScore = score;
      }
    }
  }
  return best;
}

/** Share of the first 200 records with as many cells as the first; 0 when the first is not split at all. */
function consistency(head: string, syntax: CsvSyntax): number {
  const { records, complete } = parseRecords(head, syntax, 200);
  const width = records[0]?.length ?? 0;
  if (width < 2) return 0;
  // The last record of the head may be cut.
  const whole = complete || records.length < 3 ? records : records.slice(0, -1);
  // A header alone says little: a little more cells break the tie.
  return (
    whole.filter((record) => record.length === width).length / whole.length + Math.min(width, 1000) * 1e-9
  );
}

async function sniff(
  path: string,
  database: Database,
): Promise<{ delimiter: string; quote: string } | undefined> {
  try {
    const [row] = await database.rows(
      `SELECT Delimiter, Quote FROM sniff_csv(${sqlPath(path)}, all_varchar = true, compression = 'none')`,
    );
    const [delimiter, quote] = row ?? [];
    // One byte, as the readers here expect; a letter or digit is never a delimiter.
    if (typeof delimiter !== 'string' || typeof quote !== 'string' || !/^[!-/:-@[-`{-~\t]$/.test(delimiter)) {
      return undefined;
    }
    return { delimiter, quote };
  } catch {
    // What it cannot read, ours reads, or says why not.
    return undefined;
  }
}

/** Unique, non-empty names in file order; what had to be changed is told. */
function nameColumns(
  first: readonly string[],
  hasHeader: boolean,
  path: string,
): { columns: string[]; issues: DataIssue[] } {
  if (!hasHeader) {
    const columns = first.map((_, index) => `column${index + 1}`);
    const message = l10n.t(
      '"{0}" has no header: its first line holds only numbers. The columns are named column1 to column{1}.',
      basename(path),
      columns.length,
    );
    return { columns, issues: [{ severity: 'warning', code: 'data.noHeader', message, line: 1 }] };
  }
  const issues: DataIssue[] = [];
  const given = new Set(first.map((cell) => cell.trim()));
  const taken = new Set<string>();
  const columns = first.map((cell, index) => {
    const wanted = cell.trim();
    const base = wanted === '' ? `column${index + 1}` : wanted;
    let name = base;
    for (let n = 2; taken.has(name) || (name !== wanted && given.has(name)); n++) name = `${base}_${n}`;
    taken.add(name);
    if (wanted === '') {
      const message = l10n.t('Column {0} has no name in the header; it is called "{1}".', index + 1, name);
      issues.push({ severity: 'info', code: 'data.unnamedColumn', message, column: name, line: 1 });
    } else if (name !== wanted) {
      const message = l10n.t(
        'The header names "{0}" more than once; column {1} is called "{2}".',
        wanted,
        index + 1,
        name,
      );
      issues.push({ severity: 'warning', code: 'data.duplicateColumn', message, column: name, line: 1 });
    }
    return name;
  });
  return { columns, issues };
}
