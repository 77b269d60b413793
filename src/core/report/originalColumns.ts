// Owns the way back from encoded columns to those of the table: which encoded ones belong to one, and what a row's value
// in it was. The file is not read again.
import * as l10n from '@vscode/l10n';
import type { FittedEncoder, FittedRecipe } from '../../shared/schema/recipe';

export interface OriginalColumn {
  readonly name: string;
  /** Its encoded columns: `start` to `start + width - 1`. */
  readonly start: number;
  readonly width: number;
  /** Undefined where the table holds plain numbers. */
  readonly encoder: FittedEncoder | undefined;
}

/** In the order of the encoded columns. */
export function originalColumns({
  encoders,
  featureNames,
}: Pick<FittedRecipe, 'encoders' | 'featureNames'>): OriginalColumn[] {
  if (encoders.length === 0) {
    return featureNames.map((name, start) => ({ name, start, width: 1, encoder: undefined }));
  }
  let start = 0;
  return encoders.map((encoder) => {
    const column = { name: encoder.column, start, width: encoder.names.length, encoder };
    start += encoder.names.length;
    return column;
  });
}

/** An encoded matrix: [rows, width], row-major. */
export interface EncodedRows {
  readonly x: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** Numbers of a number column as they were, NaN where missing; undefined for a column of another kind. */
export function numbersOf(
  { start, encoder }: OriginalColumn,
  { x, rows, width }: EncodedRows,
): Float64Array | undefined {
  if (encoder !== undefined && encoder.type !== 'number') return undefined;
  const { offset, divisor, indicator } = encoder ?? { offset: 0, divisor: 1, indicator: false };
  return Float64Array.from({ length: rows }, (_, row) => {
    const at = row * width + start;
    return indicator && x[at + 1] === 1 ? NaN : tidy((x[at] ?? 0) * divisor + offset, divisor);
  });
}

/** Digits that float32 has lost on the way are noise: 39.1 comes back as 39.0999985. */
function tidy(value: number, divisor: number): number {
  const digits = 6 - Math.floor(Math.log10(Math.abs(divisor)));
  return digits >= 0 && digits <= 15 ? Number(value.toFixed(digits)) : value;
}

/** Texts of a category or a boolean; undefined for a column of another kind. */
export function labelsOf(
  { start, encoder }: OriginalColumn,
  { x, rows, width }: EncodedRows,
): string[] | undefined {
  const labels = encoder === undefined ? undefined : labelReader(encoder);
  if (labels === undefined) return undefined;
  return Array.from({ length: rows }, (_, row) => labels(x, row * width + start));
}

type LabelReader = (x: Float32Array, at: number) => string;

function labelReader(encoder: FittedEncoder): LabelReader | undefined {
  switch (encoder.type) {
    case 'category': {
      const { vocabulary, other, missing } = encoder;
      const texts = [...vocabulary, ...(other ? [otherText()] : []), ...(missing ? [missingText()] : [])];
      return (x, at) => texts.find((_, i) => x[at + i] === 1) ?? unseenText();
    }
    case 'categoryIds': {
      const { vocabulary, missing } = encoder;
      const texts = [unseenText(), ...vocabulary, ...(missing ? [missingText()] : [])];
      return (x, at) => texts[x[at] ?? 0] ?? unseenText();
    }
    case 'boolean': {
      const { trueTexts, falseTexts, indicator } = encoder;
      const [no = l10n.t('false'), yes = l10n.t('true')] = [falseTexts[0], trueTexts[0]];
      return (x, at) => (indicator && x[at + 1] === 1 ? missingText() : x[at] === 1 ? yes : no);
    }
    default:
      return undefined;
  }
}

function otherText(): string {
  return l10n.t('(other)');
}
function missingText(): string {
  return l10n.t('(missing)');
}
function unseenText(): string {
  return l10n.t('(not in train rows)');
}
