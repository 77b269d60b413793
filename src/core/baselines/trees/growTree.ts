// Owns the growth of one tree, best leaf first, by a Newton step in each leaf; as scikit-learn's TreeGrower and Splitter
// without missing values, categories or constraints. Room is taken once and used for every tree.
import type { BinnedRows } from './bins';
import {
  BIN_FIELDS,
  fillHistogram,
  subtractHistogram,
  type Gradients,
  type HistogramPlan,
  type NodeSums,
  type Scratch,
} from './histograms';
import type { Pacer } from '../../pacer';
import type { Tree } from './tree';

export interface TreeOptions {
  readonly maxLeaves: number;
  readonly minRowsInLeaf: number;
  readonly learningRate: number;
}

const MIN_HESSIAN = 1e-3;

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly left: NodeSums;
}

interface Node {
  readonly start: number;
  readonly end: number;
  readonly sums: NodeSums;
  /** Of the Newton step, learning rate not included. */
  readonly value: number;
  split?: Split | undefined;
  histogram?: Float64Array | undefined;
  children?: { readonly left: Node; readonly right: Node };
}

/** scikit-learn's smoothing of a step where there is no hessian. */
function stepOf(gradients: number, hessians: number): number {
  return -gradients / (hessians + 1e-15);
}

export class TreeGrower {
  private readonly partition: Uint32Array;
  private readonly buffer: Uint32Array;
  private readonly scratch: Scratch;
  private readonly pool: Float64Array[] = [];

  constructor(
    private readonly plan: HistogramPlan,
    private readonly options: TreeOptions,
    private readonly pacer: Pacer,
  ) {
    const { rows } = plan.binned;
    this.partition = new Uint32Array(rows);
    this.buffer = new Uint32Array(rows);
    this.scratch = { gradients: new Float32Array(rows), hessians: new Float32Array(rows) };
  }

  /** @param scores [rows, width], to which the tree's values of the train rows are added at `output` */
  async grow(
    gradients: Gradients,
    scores: Float64Array,
    place: { readonly width: number; readonly output: number },
  ): Promise<Tree> {
    const { partition } = this;
    for (let i = 0; i < partition.length; i++) partition[i] = i;
    const root = this.rootOf(gradients);
    if (this.pacer.spend(this.costOf(root))) await this.pacer.rest();
    const splittable: Node[] = root.split === undefined ? [] : [root];
    let leaves = 1;
    while (splittable.length > 0 && leaves < this.options.maxLeaves) {
      const node = takeBest(splittable);
      leaves++;
      const children = this.divide(node, gradients, leaves === this.options.maxLeaves);
      for (const child of children) if (child.split !== undefined) splittable.push(child);
      if (this.pacer.spend(this.costOf(node))) await this.pacer.rest();
    }
    for (const node of splittable) this.release(node);
    return this.finish(root, scores, place);
  }

  /** About, in operations: columns that are added for each row, and its own way; bins that are looked at. */
  private costOf({ start, end }: Node): number {
    const { dense, entries, binned, size } = this.plan;
    return (end - start) * (5 + dense.length + entries.length / binned.rows) + 5 * size;
  }

  private rootOf(gradients: Gradients): Node {
    const { plan, partition, scratch } = this;
    const histogram = this.room();
    const sums = fillHistogram(plan, gradients, partition, scratch, histogram);
    const root: Node = { start: 0, end: partition.length, sums, value: 0, histogram };
    this.seekSplit(root, gradients);
    return root;
  }

  /** Parts the rows of a node and looks for the splits of both halves. */
  private divide(node: Node, gradients: Gradients, areLeaves: boolean): readonly Node[] {
    const { split } = node;
    if (split === undefined) return [];
    const middle = this.part(node, split);
    const { sums } = node;
    const right: NodeSums = {
      gradients: sums.gradients - split.left.gradients,
      hessians: sums.hessians - split.left.hessians,
      rows: sums.rows - split.left.rows,
    };
    const children = {
      left: nodeOf(node.start, middle, split.left),
      right: nodeOf(middle, node.end, right),
    };
    node.children = children;
    const both = [children.left, children.right];
    const least = 2 * this.options.minRowsInLeaf;
    if (areLeaves || both.every((child) => child.sums.rows < least)) {
      this.release(node);
      return both;
    }
    this.shareHistogram(node, children, gradients);
    for (const child of both) this.seekSplit(child, gradients);
    return both;
  }

  /** Counts the smaller half; the larger one is the rest of the parent. */
  private shareHistogram(
    node: Node,
    { left, right }: { readonly left: Node; readonly right: Node },
    gradients: Gradients,
  ): void {
    const [smaller, larger] = left.sums.rows < right.sums.rows ? [left, right] : [right, left];
    const counted = this.room();
    const rows = this.partition.subarray(smaller.start, smaller.end);
    fillHistogram(this.plan, gradients, rows, this.scratch, counted);
    const rest = node.histogram ?? this.room();
    subtractHistogram(rest, counted);
    node.histogram = undefined;
    smaller.histogram = counted;
    larger.histogram = rest;
  }

  /** Keeps the histogram only where the node can be split. */
  private seekSplit(node: Node, gradients: Gradients): void {
    const { minRowsInLeaf } = this.options;
    if (
      node.histogram !== undefined &&
      node.sums.rows >= 2 * minRowsInLeaf &&
      node.sums.hessians >= MIN_HESSIAN
    ) {
      node.split = bestSplit({
        binned: this.plan.binned,
        histogram: node.histogram,
        sums: node.sums,
        loss: node.value * node.sums.gradients,
        minRowsInLeaf,
        weighted: gradients.hessians !== undefined,
      });
    }
    if (node.split === undefined) this.release(node);
  }

  /** Rows of the left half first, each half in the order it had. @returns where the right half begins */
  private part({ start, end }: Node, { feature, bin }: Split): number {
    const { partition, buffer } = this;
    const { bins, rows } = this.plan.binned;
    const column = bins.subarray(feature * rows, (feature + 1) * rows);
    let left = start;
    let held = 0;
    for (let i = start; i < end; i++) {
      const row = partition[i] ?? 0;
      if ((column[row] ?? 0) <= bin) partition[left++] = row;
      else buffer[held++] = row;
    }
    partition.set(buffer.subarray(0, held), left);
    return left;
  }

  private room(): Float64Array {
    return this.pool.pop() ?? new Float64Array(this.plan.size * BIN_FIELDS);
  }

  private release(node: Node): void {
    if (node.histogram !== undefined) this.pool.push(node.histogram);
    node.histogram = undefined;
  }

  private finish(
    root: Node,
    scores: Float64Array,
    { width, output }: { readonly width: number; readonly output: number },
  ): Tree {
    const nodes = preOrder(root);
    const places = new Map(nodes.map((node, i) => [node, i]));
    const tree: Tree = {
      features: Int32Array.from(nodes, ({ children, split }) =>
        children === undefined ? -1 : (split?.feature ?? -1),
      ),
      thresholds: Float64Array.from(nodes, ({ split }) => this.thresholdOf(split)),
      left: Uint32Array.from(nodes, ({ children }) => (children ? (places.get(children.left) ?? 0) : 0)),
      right: Uint32Array.from(nodes, ({ children }) => (children ? (places.get(children.right) ?? 0) : 0)),
      values: Float64Array.from(nodes, ({ value }) => value * this.options.learningRate),
    };
    nodes.forEach((node, i) => {
      if (node.children !== undefined) return;
      const value = tree.values[i] ?? 0;
      for (let at = node.start; at < node.end; at++) {
        const place = (this.partition[at] ?? 0) * width + output;
        scores[place] = (scores[place] ?? 0) + value;
      }
    });
    return tree;
  }

  private thresholdOf(split: Split | undefined): number {
    if (split === undefined) return 0;
    return this.plan.binned.thresholds[split.feature]?.[split.bin] ?? 0;
  }
}

function nodeOf(start: number, end: number, sums: NodeSums): Node {
  return { start, end, sums, value: stepOf(sums.gradients, sums.hessians) };
}

/** Takes the node of the largest gain out, the first of equal ones. */
function takeBest(nodes: Node[]): Node {
  let best = 0;
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i]?.split?.gain ?? 0) > (nodes[best]?.split?.gain ?? 0)) best = i;
  }
  const [taken] = nodes.splice(best, 1);
  if (taken === undefined) throw new RangeError('no node to take');
  return taken;
}

function preOrder(root: Node): Node[] {
  const nodes: Node[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.push(node);
    if (node.children !== undefined) open.push(node.children.right, node.children.left);
  }
  return nodes;
}

interface SplitSearch {
  readonly binned: BinnedRows;
  readonly histogram: Float64Array;
  readonly sums: NodeSums;
  /** Of the node as a leaf: value * gradients. */
  readonly loss: number;
  readonly minRowsInLeaf: number;
  /** Whether the histogram has hessians; else each row's is 1. */
  readonly weighted: boolean;
}

/** The largest gain over all features and bins, the first of equal ones; undefined: none is above 0. */
function bestSplit(search: SplitSearch): Split | undefined {
  const { binned, histogram, sums, loss, minRowsInLeaf, weighted } = search;
  const { binStarts, features } = binned;
  let bestGain = 0;
  let bestFeature = -1;
  let bestBin = 0;
  let bestGradients = 0;
  let bestHessians = 0;
  let bestRows = 0;
  for (let j = 0; j < features; j++) {
    const start = binStarts[j] ?? 0;
    // The last bin never goes left: nothing would be right of it.
    const count = (binStarts[j + 1] ?? 0) - start - 1;
    let gradients = 0;
    let hessians = 0;
    let rows = 0;
    for (let bin = 0, at = start * BIN_FIELDS; bin < count; bin++, at += BIN_FIELDS) {
      const added = histogram[at + 2] ?? 0;
      rows += added;
      gradients += histogram[at] ?? 0;
      hessians += weighted ? (histogram[at + 1] ?? 0) : added;
      if (rows < minRowsInLeaf || hessians < MIN_HESSIAN) continue;
      const hessiansRight = sums.hessians - hessians;
      if (sums.rows - rows < minRowsInLeaf || hessiansRight < MIN_HESSIAN) break;
      const gradientsRight = sums.gradients - gradients;
      const gain =
        loss -
        gradients * (-gradients / (hessians + 1e-15)) -
        gradientsRight * (-gradientsRight / (hessiansRight + 1e-15));
      if (gain > bestGain) {
        bestGain = gain;
        bestFeature = j;
        bestBin = bin;
        bestGradients = gradients;
        bestHessians = hessians;
        bestRows = rows;
      }
    }
  }
  if (bestFeature < 0) return undefined;
  return {
    gain: bestGain,
    feature: bestFeature,
    bin: bestBin,
    left: { gradients: bestGradients, hessians: bestHessians, rows: bestRows },
  };
}
