// Owns how a matrix whose columns may be ids (of a category, of a token) becomes one that linear models, distances and
// trees can use. What it learns (which ids are frequent, how rare a token is) is of train rows only.
import type { BaselineKind } from './contract';
import {
  idsWriter,
  numbersWriter,
  ordinalWriter,
  sliceWidth,
  tokensWriter,
  type MatrixSlice,
  type SliceWriter,
} from './matrixSlices';
import { Pacer, type Breather } from '../pacer';

export interface BaselineMatrix {
  readonly features: number;
  /** Ids that count as unknown and tokens that are left out, since there are too many for the memory. */
  readonly merged: number;
  /** @param x [rows, width] as the train rows were @returns [rows, features]; `x` itself where all columns are numbers */
  readonly of: (x: Float32Array, rows: number, options: Breather) => Promise<Float32Array>;
}

export interface MatrixOptions {
  readonly kind: BaselineKind;
  /** Values that the matrix of the train rows may hold; beyond that the rarest ids and tokens have no column. */
  readonly maxCells?: number | undefined;
}

/** 256 MB. */
const MAX_CELLS = 2 ** 26;
/** Trees: with more categories than this the order of the ids says as much as so many columns. */
const MAX_TREE_CATEGORIES = 255;
/** However many rows there are, an id column may have so many columns. */
const MIN_COLUMNS = 64;

/** @param x [rows, width of all slices], train rows */
export function baselineMatrix(
  x: Float32Array,
  rows: number,
  slices: readonly MatrixSlice[],
  options: MatrixOptions,
): BaselineMatrix {
  const width = rows === 0 ? 0 : x.length / rows;
  if (slices.every(({ kind }) => kind === 'numbers'))
    return { features: width, merged: 0, of: (held) => Promise.resolve(held) };
  const columns = columnsPerId(rows, slices, options);
  const writers = slices.map((slice) => writerOf({ x, rows, width }, slice, columns, options.kind));
  const features = writers.reduce((sum, writer) => sum + writer.features, 0);
  return {
    features,
    merged: writers.reduce((sum, { merged }) => sum + merged, 0),
    of: async (held, count, breather) => {
      const pacer = new Pacer(breather);
      const result = new Float32Array(count * features);
      let at = 0;
      for (const writer of writers) {
        for (let row = 0; row < count; row++) {
          writer.write(held, row * width, result, row * features + at);
          if (pacer.spend(writer.features + 100)) await pacer.rest();
        }
        at += writer.features;
      }
      return result;
    },
  };
}

/** Columns that an id column or a text may take at most, so that the matrix fits. */
function columnsPerId(
  rows: number,
  slices: readonly MatrixSlice[],
  { maxCells = MAX_CELLS }: MatrixOptions,
): number {
  const plain = slices.reduce((sum, slice) => sum + (slice.kind === 'numbers' ? slice.width : 0), 0);
  const wanted = slices.flatMap((slice) =>
    slice.kind === 'numbers' ? [] : Array.from({ length: sliceWidth(slice) }, () => slice.size),
  );
  const room = Math.floor(maxCells / Math.max(1, rows)) - plain;
  // The widest give way first.
  let limit = Math.max(0, ...wanted);
  const total = (most: number): number => wanted.reduce((sum, size) => sum + Math.min(size, most), 0);
  while (limit > MIN_COLUMNS && total(limit) > room) limit = Math.max(MIN_COLUMNS, Math.floor(limit * 0.9));
  return limit;
}

function writerOf(
  train: { readonly x: Float32Array; readonly rows: number; readonly width: number },
  slice: MatrixSlice,
  columns: number,
  kind: BaselineKind,
): SliceWriter {
  switch (slice.kind) {
    case 'numbers':
      return numbersWriter(slice);
    case 'tokens':
      return tokensWriter(train, slice, columns);
    case 'ids':
      return kind === 'boostedTrees' && slice.size > MAX_TREE_CATEGORIES
        ? ordinalWriter(slice)
        : idsWriter(train, slice, columns);
  }
}
