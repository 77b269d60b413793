// Owns how numbers are written in a file, from a sample of its cells. Takes a decimal comma or a thousands separator
// only for cells that can be read in no other way: "1,234" alone says nothing.
import type { Reading } from '../../shared/schema/reading';
import { SEPARATOR_CLASSES, type NumberFormat } from './cells';
import { isMostly } from './columnType';
import { isMissingNumber } from './missing';

export interface FormatChoice {
  readonly format: NumberFormat;
  /** The cell that decided; undefined when nothing was found or all was said. */
  readonly evidence?: { readonly column: number; readonly text: string } | undefined;
}

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const COMMA = /^[-+]?(\d+,?\d*|,\d+)(e[-+]?\d+)?$/i;
/** Quoted cells with a comma stand in files parted by commas too, for other reasons: more of them are asked for. */
const MIN_EVIDENCE_AMONG_COMMAS = 3;

type Thousands = Exclude<NumberFormat['thousands'], ''>;

/** Groups of three digits, the first not 0: 0,123 is no thousand. */
function grouped(thousands: Thousands, decimal: '.' | ','): RegExp {
  return new RegExp(
    `^[-+]?[1-9]\\d{0,2}(${SEPARATOR_CLASSES[thousands]}\\d{3})+(${SEPARATOR_CLASSES[decimal]}\\d*)?$`,
  );
}
/** More than one group, or a decimal mark behind: it can be nothing but a separator. */
function surelyGrouped(thousands: Thousands, decimal: '.' | ','): RegExp {
  const separator = SEPARATOR_CLASSES[thousands];
  const mark = SEPARATOR_CLASSES[decimal];
  return new RegExp(
    `^[-+]?[1-9]\\d{0,2}(${separator}\\d{3}(${separator}\\d{3})+(${mark}\\d*)?|${separator}\\d{3}${mark}\\d+)$`,
  );
}

/**
 * @param records of one width; the header is not among them
 * @param delimiter of the file
 */
export function detectNumberFormat(
  records: readonly (readonly string[])[],
  reading: Pick<Reading, 'decimal' | 'thousands' | 'missing'>,
  delimiter: string,
): FormatChoice {
  if (reading.decimal !== 'auto' && reading.thousands !== 'auto') {
    return { format: withoutClash(reading.decimal, reading.thousands) };
  }
  const columns = presentCells(records, reading.missing);
  const comma = reading.decimal === 'auto' ? commaEvidence(columns, delimiter) : undefined;
  const isComma = reading.decimal === ',' || (comma !== undefined && reading.thousands !== ',');
  const decimal = isComma ? ',' : '.';
  if (reading.thousands !== 'auto') {
    return { format: withoutClash(decimal, reading.thousands), evidence: isComma ? comma : undefined };
  }
  const separator = thousandsEvidence(columns, decimal);
  const evidence = reading.decimal === 'auto' && isComma ? comma : separator?.evidence;
  return { format: { decimal, thousands: separator?.thousands ?? '' }, evidence };
}

function withoutClash(decimal: '.' | ',', thousands: NumberFormat['thousands']): NumberFormat {
  return { decimal, thousands: thousands === decimal ? '' : thousands };
}

function presentCells(records: readonly (readonly string[])[], own: readonly string[]): string[][] {
  const columns: string[][] = [];
  for (const record of records) {
    for (const [index, cell] of record.entries()) {
      const text = cell.trim();
      if (!isMissingNumber(text, own)) (columns[index] ??= []).push(text);
    }
  }
  return columns;
}

type Evidence = NonNullable<FormatChoice['evidence']>;

/** A column of numbers with a decimal comma, while no column has a decimal point. */
function commaEvidence(columns: readonly string[][], delimiter: string): Evidence | undefined {
  const separators = [grouped('.', ','), grouped(' ', ','), grouped("'", ',')];
  const asThousands = grouped(',', '.');
  const asPointThousands = grouped('.', ',');
  const needed = delimiter === ',' ? MIN_EVIDENCE_AMONG_COMMAS : 1;
  let evidence: Evidence | undefined;
  for (const [column, cells = []] of columns.entries()) {
    const plain = cells.filter((text) => PLAIN.test(text));
    const hasPoint = plain.some((text) => text.includes('.') && !asPointThousands.test(text));
    if (hasPoint && isMostly(plain.length, cells.length)) return undefined;
    const readable = cells.filter(
      (text) => COMMA.test(text) || separators.some((pattern) => pattern.test(text)),
    );
    const sure = readable.filter((text) => text.includes(',') && !asThousands.test(text));
    const [text] = sure;
    if (text !== undefined && sure.length >= needed && isMostly(readable.length, cells.length)) {
      evidence ??= { column, text };
    }
  }
  return evidence;
}

/** A column of numbers with cells that only a thousands separator explains. */
function thousandsEvidence(
  columns: readonly string[][],
  decimal: '.' | ',',
): { thousands: Thousands; evidence: Evidence } | undefined {
  const plain = decimal === ',' ? COMMA : PLAIN;
  const candidates: readonly Thousands[] = decimal === ',' ? ['.', ' ', "'"] : [',', ' ', "'"];
  for (const thousands of candidates) {
    const groups = grouped(thousands, decimal);
    for (const [column, cells = []] of columns.entries()) {
      const found = cells.filter((text) => groups.test(text));
      const readable = cells.filter((text) => plain.test(text) || groups.test(text));
      const text = decidingText(found, cells, thousands, decimal);
      if (text !== undefined && isMostly(readable.length, cells.length)) {
        return { thousands, evidence: { column, text } };
      }
    }
  }
  return undefined;
}

/** @param found cells of a column that a separator would explain */
function decidingText(
  found: readonly string[],
  cells: readonly string[],
  thousands: Thousands,
  decimal: '.' | ',',
): string | undefined {
  const sure = found.find((text) => surelyGrouped(thousands, decimal).test(text));
  // With a decimal comma a point can be nothing else; nor is there another reading of an apostrophe.
  if (sure !== undefined || thousands === "'" || thousands === '.') return sure ?? found[0];
  // "030 123" may be a code; numbers come with and without a separator.
  const isMixed = found.length >= 2 && found.length < cells.length;
  return thousands === ' ' && isMixed ? found[0] : undefined;
}
