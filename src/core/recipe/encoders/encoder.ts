// Owns the contract of an encoder. `fit` is given the train values of one column and nothing else: it cannot
// see another row. `apply` writes its columns of the row-major matrix.
import type { Feature } from '../../../shared/schema/experiment';
import type { FittedEncoder } from '../../../shared/schema/recipe';

export type EncoderType = FittedEncoder['type'];
/** The feature's type an encoder is for. */
type FeatureTypeOf<T extends EncoderType> = T extends 'categoryIds'
  ? 'category'
  : T extends 'tokens'
    ? 'text'
    : T;
export type FeatureOf<T extends EncoderType> = Extract<Feature, { type: FeatureTypeOf<T> }>;
export type FittedOf<T extends EncoderType> = Extract<FittedEncoder, { type: T }>;
/** Numbers with NaN for missing, or texts with null for missing. */
export type ValuesOf<T extends EncoderType> = T extends 'number' ? Float64Array : readonly (string | null)[];

/** Why a column cannot be a feature: nothing to learn from, or nothing that differs, in the train rows. */
export type DropReason = 'allMissing' | 'constant' | 'noTerms';

export type FitResult<T extends EncoderType> =
  | { readonly kind: 'fitted'; readonly encoder: FittedOf<T> }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

export interface Encoder<T extends EncoderType> {
  /** @param values of the train rows only @throws BenchError when the column cannot be of this type */
  fit(feature: FeatureOf<T>, values: ValuesOf<T>): FitResult<T>;
  /**
   * @param x [rows, stride] row-major; columns offset .. offset + names.length - 1 are written
   */
  apply(encoder: FittedOf<T>, values: ValuesOf<T>, x: Float32Array, stride: number, offset: number): void;
}

/** Name of the 0/1 column that says a value was missing. */
export function missingName(column: string): string {
  return `${column} (missing)`;
}

const MAX_FLOAT32 = 3.4028234663852886e38;

/** Beyond float32, e.g. 1e300 unscaled, would become infinite and every loss NaN. */
export function toFloat32(value: number): number {
  return Math.max(-MAX_FLOAT32, Math.min(MAX_FLOAT32, value));
}
