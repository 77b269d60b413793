// Owns the encoded data as the training loop sees it: row-major float32, features and target in one piece per
// split, so that they cannot be misaligned.
import type { FittedRecipe } from '../../shared/schema/recipe';
import type { DataIssue } from '../../shared/schema/profile';

export interface EncodedSplit {
  readonly rows: number;
  /** [rows, features], row-major, finite. */
  readonly x: Float32Array;
  /** [rows, outputs]: the scaled number, 0/1, or one-hot. */
  readonly y: Float32Array;
  /** [rows], from the weight column of the config; absent: all 1. */
  readonly weights?: Float32Array | undefined;
  /** 0-based data row in the source file; -1 for a row that the recipe made. */
  readonly sourceRows: Int32Array;
}

export interface EncodedDataset {
  readonly features: number;
  readonly outputs: number;
  readonly recipe: FittedRecipe;
  readonly train: EncodedSplit;
  readonly validation: EncodedSplit;
  readonly test: EncodedSplit;
  /** Rows left out because the target is missing. */
  readonly droppedRows: number;
  readonly issues: readonly DataIssue[];
}
