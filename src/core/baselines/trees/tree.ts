// Owns one regression tree as it is applied. Knows nothing of how it was grown.

export interface Tree {
  /** Per node; -1 for a leaf. */
  readonly features: Int32Array;
  /** A value that is not larger goes left. */
  readonly thresholds: Float64Array;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Of a leaf, learning rate included. */
  readonly values: Float64Array;
}

/** @param x [rows, width], row-major @returns the value of the leaf that the row comes to */
export function leafValue(tree: Tree, x: Float32Array, rowStart: number): number {
  const { features, thresholds, left, right, values } = tree;
  let node = 0;
  let feature = features[0] ?? -1;
  while (feature >= 0) {
    const isLeft = (x[rowStart + feature] ?? 0) <= (thresholds[node] ?? 0);
    node = (isLeft ? left[node] : right[node]) ?? 0;
    feature = features[node] ?? -1;
  }
  return values[node] ?? 0;
}

/** scores[row * width + output] += the tree's value, for all rows. */
export function addTree(
  tree: Tree,
  x: Float32Array,
  features: number,
  scores: Float64Array,
  { width, output }: { readonly width: number; readonly output: number },
): void {
  const rows = scores.length / width;
  for (let row = 0; row < rows; row++) {
    const at = row * width + output;
    scores[at] = (scores[at] ?? 0) + leafValue(tree, x, row * features);
  }
}
