// Owns the first guess what columns are, from the first rows alone: shown within the second in which a file opens, until
// the profile of all rows says it. By the same rules as the profile, over counts made here. Pure.
import type { FeatureType } from '../../shared/schema/experiment';
import type { Preview } from '../../shared/schema/profile';
import type { NumberFormat } from './cells';
import { guessType, type ColumnFacts } from './columnType';
import { DATETIME_PATTERN } from './datetime';
import { isMissing, isMissingNumber } from './missing';

/** Of a very wide file, fewer rows are looked at. */
const MAX_CELLS = 2_000_000;
const MIN_ROWS = 5;
const FEW_VALUES = 4;

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const DATE = new RegExp(`^(?:${DATETIME_PATTERN})$`);
const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** In the order of the columns. @param format how the file writes numbers, when not plainly */
export function headTypes({ columns, rows }: Preview, format?: NumberFormat): FeatureType[] {
  const count = Math.max(MIN_ROWS, Math.floor(MAX_CELLS / Math.max(1, columns.length)));
  const seen = rows.slice(0, count);
  return columns.map((name, index) => {
    const cells = seen.map((row) => row[index] ?? '');
    return guessType(factsOf(name, cells, format)).type;
  });
}

function factsOf(name: string, cells: readonly string[], format: NumberFormat | undefined): ColumnFacts {
  const texts = cells.map((cell) => cell.trim()).filter((text) => !isMissing(text));
  const numbers = texts.map((text) => numberOfText(text, format));
  const present = numbers.filter((number) => !Number.isNaN(number));
  const isWhole = (_: string, i: number): boolean => Number.isInteger(numbers[i]);
  const whole = texts.filter(isWhole);
  const distinct = new Set(texts);
  const lengths = texts.map((text) => Array.from(text).length);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    name,
    rows: cells.length,
    missing: cells.length - texts.length,
    missingIfNumber: texts.filter((text) => isMissingNumber(text)).length,
    distinct: distinct.size,
    numbers: present.length,
    integers: whole.length,
    leadingZeros: whole.filter((text) => /^0\d/.test(text)).length,
    longDigits: whole.filter((text) => /^[-+]?\d{16,}$/.test(text)).length,
    min: Math.min(...present),
    max: Math.max(...present),
    dates: texts.filter((text, i) => Number.isNaN(numbers[i]) && DATE.test(text)).length,
    meanLength: mean(lengths),
    maxLength: Math.max(0, ...lengths),
    meanWords: mean(texts.map((text) => text.split(' ').length)),
    cjk: texts.filter((text) => HAN_OR_KANA.test(text)).length,
    fewValues: distinct.size <= FEW_VALUES ? [...distinct].sort() : [],
  };
}

function numberOfText(text: string, format: NumberFormat | undefined): number {
  let plain = text;
  if (format !== undefined) {
    if (format.thousands !== '') plain = plain.replaceAll(format.thousands, '');
    plain = plain.replace(format.decimal, '.');
  }
  const number = NUMBER.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(number) ? number : NaN;
}
