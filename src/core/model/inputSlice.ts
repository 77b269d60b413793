// Owns what the columns of the encoded matrix are: plain numbers, the id of a category, or the ids of a text's words.
// Ids are whole numbers in float32 (exact to 2^24), so that every input is one row-major matrix.
import type { FittedRecipe } from '../../shared/schema/recipe';

export type InputSlice =
  | { readonly kind: 'numbers'; readonly start: number; readonly width: number }
  /** One column of ids 0 .. size - 1; 0 is what train rows do not have. */
  | { readonly kind: 'ids'; readonly column: string; readonly start: number; readonly size: number }
  /** `width` columns of ids; 0 is padding behind the text, 1 a word outside the vocabulary. */
  | {
      readonly kind: 'tokens';
      readonly column: string;
      readonly start: number;
      readonly width: number;
      readonly size: number;
    };

export function numbersOnly(width: number): InputSlice[] {
  return [{ kind: 'numbers', start: 0, width }];
}

/** In the order of the columns; neighbouring numbers are one slice. */
export function inputSlices({
  encoders,
  featureNames,
}: Pick<FittedRecipe, 'encoders' | 'featureNames'>): InputSlice[] {
  if (encoders.length === 0) return numbersOnly(featureNames.length);
  const slices: InputSlice[] = [];
  let start = 0;
  for (const encoder of encoders) {
    const width = encoder.names.length;
    const last = slices.at(-1);
    if (encoder.type === 'categoryIds') {
      const size = encoder.vocabulary.length + (encoder.missing ? 2 : 1);
      slices.push({ kind: 'ids', column: encoder.column, start, size });
    } else if (encoder.type === 'tokens') {
      slices.push({ kind: 'tokens', column: encoder.column, start, width, size: encoder.terms.length + 2 });
    } else if (last?.kind === 'numbers') {
      slices[slices.length - 1] = { ...last, width: last.width + width };
    } else {
      slices.push({ kind: 'numbers', start, width });
    }
    start += width;
  }
  return slices;
}
