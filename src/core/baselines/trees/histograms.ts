// Owns the histograms of a node: per bin the sums of gradients and hessians and the number of rows. A column most of
// whose rows are in one bin (one-hot, TF-IDF) costs only its other rows: that bin is what is left of the node's sums.
import type { Pacer } from '../../pacer';
import type { BinnedRows } from './bins';

/** Per bin: gradients, hessians, rows. */
export const BIN_FIELDS = 3;
/** A column is sparse when its most frequent bin has at least this share of the rows. */
const SPARSE_FROM = 0.7;

/** Sums over the rows of a node. */
export interface NodeSums {
  readonly gradients: number;
  readonly hessians: number;
  readonly rows: number;
}

export interface HistogramPlan {
  readonly binned: BinnedRows;
  /** Features whose every row is added. */
  readonly dense: Uint32Array;
  readonly sparse: Uint32Array;
  /** Per sparse feature: the place of its most frequent bin among all bins. */
  readonly usualBins: Uint32Array;
  /** Where the entries of row i begin; `rows + 1` of them. */
  readonly starts: Uint32Array;
  /** Places among all bins of the rows' bins that are not the usual one. */
  readonly entries: Uint32Array;
  /** All bins. */
  readonly size: number;
}

export async function planHistograms(binned: BinnedRows, pacer: Pacer): Promise<HistogramPlan> {
  const { rows, features, bins, binStarts } = binned;
  const dense: number[] = [];
  const sparse: number[] = [];
  const usualBins: number[] = [];
  const starts = new Uint32Array(rows + 1);
  const counts = new Uint32Array(256);
  for (let j = 0; j < features; j++) {
    counts.fill(0);
    if (pacer.spend(3 * rows)) await pacer.rest();
    for (let at = j * rows; at < (j + 1) * rows; at++) {
      const bin = bins[at] ?? 0;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const usual = counts.indexOf(Math.max(...counts));
    if ((counts[usual] ?? 0) < SPARSE_FROM * rows) {
      dense.push(j);
      continue;
    }
    sparse.push(j);
    usualBins.push((binStarts[j] ?? 0) + usual);
    for (let row = 0, at = j * rows; row < rows; row++, at++) {
      if (bins[at] !== usual) starts[row + 1] = (starts[row + 1] ?? 0) + 1;
    }
  }
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  const plan = {
    binned,
    dense: Uint32Array.from(dense),
    sparse: Uint32Array.from(sparse),
    usualBins: Uint32Array.from(usualBins),
    starts,
    entries: new Uint32Array(starts[rows] ?? 0),
    size: binStarts[features] ?? 0,
  };
  await fillEntries(plan, pacer);
  return plan;
}

async function fillEntries(
  { binned, sparse, usualBins, starts, entries }: HistogramPlan,
  pacer: Pacer,
): Promise<void> {
  const { rows, bins, binStarts } = binned;
  const next = starts.slice();
  for (let i = 0; i < sparse.length; i++) {
    const j = sparse[i] ?? 0;
    const start = binStarts[j] ?? 0;
    const usual = usualBins[i] ?? 0;
    for (let row = 0, at = j * rows; row < rows; row++, at++) {
      const place = start + (bins[at] ?? 0);
      if (place === usual) continue;
      const entry = next[row] ?? 0;
      entries[entry] = place;
      next[row] = entry + 1;
    }
    if (pacer.spend(2 * rows)) await pacer.rest();
  }
}

export interface Gradients {
  /** [rows], float32 as in scikit-learn. */
  readonly gradients: Float32Array;
  /** [rows]; absent: 1 for every row. */
  readonly hessians?: Float32Array | undefined;
}

/** Room for the gradients of a node's rows, side by side. */
export interface Scratch {
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
}

/** Gathers what every dense column of the node reads. @returns the node's sums */
export function gatherNode(
  { gradients, hessians }: Gradients,
  rows: Uint32Array,
  scratch: Scratch,
): NodeSums {
  let gradientSum = 0;
  let hessianSum = 0;
  for (let i = 0; i < rows.length; i++) {
    const gradient = gradients[rows[i] ?? 0] ?? 0;
    scratch.gradients[i] = gradient;
    gradientSum += gradient;
  }
  if (hessians === undefined) return { gradients: gradientSum, hessians: rows.length, rows: rows.length };
  for (let i = 0; i < rows.length; i++) {
    const hessian = hessians[rows[i] ?? 0] ?? 0;
    scratch.hessians[i] = hessian;
    hessianSum += hessian;
  }
  return { gradients: gradientSum, hessians: hessianSum, rows: rows.length };
}

/** @param histogram [bins, 3], any content, filled; hessians stay 0 where they are 1 for every row */
export function fillHistogram(
  plan: HistogramPlan,
  source: Gradients,
  rows: Uint32Array,
  scratch: Scratch,
  histogram: Float64Array,
): NodeSums {
  const sums = gatherNode(source, rows, scratch);
  histogram.fill(0);
  const { binned, dense } = plan;
  for (const j of dense) {
    const start = (binned.binStarts[j] ?? 0) * BIN_FIELDS;
    const column = binned.bins.subarray(j * binned.rows, (j + 1) * binned.rows);
    if (source.hessians === undefined) addColumn(column, rows, scratch.gradients, histogram, start);
    else addWeightedColumn(column, rows, scratch, histogram, start);
  }
  if (plan.sparse.length > 0) {
    addEntries(plan, rows, scratch, histogram, source.hessians !== undefined);
    fillUsualBins(plan, sums, histogram, source.hessians !== undefined);
  }
  return sums;
}

function addColumn(
  column: Uint8Array,
  rows: Uint32Array,
  gradients: Float32Array,
  histogram: Float64Array,
  start: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const at = start + (column[rows[i] ?? 0] ?? 0) * BIN_FIELDS;
    histogram[at] = (histogram[at] ?? 0) + (gradients[i] ?? 0);
    histogram[at + 2] = (histogram[at + 2] ?? 0) + 1;
  }
}

function addWeightedColumn(
  column: Uint8Array,
  rows: Uint32Array,
  { gradients, hessians }: Scratch,
  histogram: Float64Array,
  start: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const at = start + (column[rows[i] ?? 0] ?? 0) * BIN_FIELDS;
    histogram[at] = (histogram[at] ?? 0) + (gradients[i] ?? 0);
    histogram[at + 1] = (histogram[at + 1] ?? 0) + (hessians[i] ?? 0);
    histogram[at + 2] = (histogram[at + 2] ?? 0) + 1;
  }
}

function addEntries(
  { starts, entries }: HistogramPlan,
  rows: Uint32Array,
  { gradients, hessians }: Scratch,
  histogram: Float64Array,
  weighted: boolean,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    const end = starts[row + 1] ?? 0;
    const gradient = gradients[i] ?? 0;
    const hessian = weighted ? (hessians[i] ?? 0) : 0;
    for (let entry = starts[row] ?? 0; entry < end; entry++) {
      const at = (entries[entry] ?? 0) * BIN_FIELDS;
      histogram[at] = (histogram[at] ?? 0) + gradient;
      histogram[at + 1] = (histogram[at + 1] ?? 0) + hessian;
      histogram[at + 2] = (histogram[at + 2] ?? 0) + 1;
    }
  }
}

function fillUsualBins(
  { binned, sparse, usualBins }: HistogramPlan,
  sums: NodeSums,
  histogram: Float64Array,
  weighted: boolean,
): void {
  for (let i = 0; i < sparse.length; i++) {
    const j = sparse[i] ?? 0;
    let gradients = sums.gradients;
    let hessians = weighted ? sums.hessians : 0;
    let rows = sums.rows;
    const end = (binned.binStarts[j + 1] ?? 0) * BIN_FIELDS;
    for (let at = (binned.binStarts[j] ?? 0) * BIN_FIELDS; at < end; at += BIN_FIELDS) {
      gradients -= histogram[at] ?? 0;
      hessians -= histogram[at + 1] ?? 0;
      rows -= histogram[at + 2] ?? 0;
    }
    const usual = (usualBins[i] ?? 0) * BIN_FIELDS;
    // No row there: what is left of the sums is rounding.
    histogram[usual] = rows === 0 ? 0 : gradients;
    histogram[usual + 1] = rows === 0 ? 0 : hessians;
    histogram[usual + 2] = rows;
  }
}

/** parent -= child: what is left is the histogram of the other child. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i] = (parent[i] ?? 0) - (child[i] ?? 0);
}
