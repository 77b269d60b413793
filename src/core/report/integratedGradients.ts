// Owns what each column of the table adds to a prediction: slopes summed along the straight path from a row that says
// nothing (numbers at their train mean, no category, no word) to the row itself. In float64, so that the sum holds.
// @see Sundararajan, Taly & Yan 2017
import type { Breather } from '../pacer';
import type { FloatArray } from '../model/parameterSlice';
import { countParameters, type ModelPlan } from '../model/plan';
import { float64Numeric, type Float64Tensor } from '../train/network/float64Numeric';
import { Network, type Pass } from '../train/network/network';
import type { PlanNode } from '../model/nodes';
import type { OriginalColumn } from './originalColumns';

/** Points of the path; more of them when the sum is off, where a relu bends. */
const STEPS = [50, 200, 800] as const;
/** Of the difference that is explained. */
const TOLERANCE = 0.01;
/** About 20 ms forward and back in plain JavaScript. */
const PARAMETERS_PER_PASS = 3e6;

export interface GradientOptions {
  readonly plan: ModelPlan;
  readonly parameters: FloatArray;
  /** [inputWidth]: what numbers start from. */
  readonly reference: FloatArray;
  readonly columns: readonly OriginalColumn[];
}

export interface Explained {
  /** One a column, in the order given. */
  readonly contributions: Float64Array;
  /** The explained output of the row, and of the reference. */
  readonly output: number;
  readonly reference: number;
}

export interface Explanation {
  /** [inputWidth] */
  readonly row: FloatArray;
  /** [outputWidth]: what is explained is the sum of the raw outputs times these. */
  readonly weights: Float64Array;
}

export class IntegratedGradients {
  private readonly network: Network<Float64Tensor>;
  private readonly parameters: Float64Array;
  /** Of the parameters; not asked for, but the way back adds to it. */
  private readonly unused: Float64Array;
  private readonly perPass: number;

  constructor(private readonly options: GradientOptions) {
    const { plan, parameters } = options;
    this.parameters = Float64Array.from(parameters);
    this.unused = new Float64Array(parameters.length);
    this.network = new Network({
      plan,
      numeric: float64Numeric,
      parameters: this.parameters,
      streams: new Map(),
    });
    const size = Math.max(1, countParameters(plan)) * sequenceLength(plan);
    this.perPass = Math.max(1, Math.min(STEPS[0], Math.floor(PARAMETERS_PER_PASS / size)));
  }

  /** Contributions sum to output - reference, within a hundredth where the path allows. */
  async explain({ row, weights }: Explanation, breather: Breather): Promise<Explained> {
    const output = this.outputAt(row, weights, 1);
    const reference = this.outputAt(row, weights, 0);
    let contributions: Float64Array = new Float64Array(this.options.columns.length);
    for (const steps of STEPS) {
      contributions = await this.along({ row, weights }, steps, breather);
      const total = contributions.reduce((sum, value) => sum + value, 0);
      if (Math.abs(total - (output - reference)) <= TOLERANCE * Math.abs(output - reference)) break;
    }
    return { contributions, output, reference };
  }

  private outputAt(row: FloatArray, weights: Float64Array, share: number): number {
    const { values } = this.pass(row, Float64Array.of(share)).raw;
    return weights.reduce((sum, weight, j) => sum + weight * (values[j] ?? 0), 0);
  }

  /** At the middles of equal parts of the path. */
  private async along(
    { row, weights }: Explanation,
    steps: number,
    { breathe }: Breather,
  ): Promise<Float64Array> {
    const perColumn = new Float64Array(this.options.plan.inputWidth);
    for (let from = 0; from < steps; from += this.perPass) {
      const count = Math.min(this.perPass, steps - from);
      const shares = Float64Array.from({ length: count }, (_, i) => (from + i + 0.5) / steps);
      const pass = this.pass(row, shares);
      const slopes = Float64Array.from(
        { length: count * weights.length },
        (_, i) => weights[i % weights.length] ?? 0,
      );
      pass.backward(
        float64Numeric.tensor(slopes, [count, weights.length]),
        this.unused,
        (node, { values }) => {
          this.collect({ node, values, row, shares, pass }, perColumn, steps);
        },
      );
      await breathe();
    }
    return Float64Array.from(this.options.columns, ({ start, width }) =>
      perColumn.subarray(start, start + width).reduce((sum, value) => sum + value, 0),
    );
  }

  private pass(row: FloatArray, shares: Float64Array): Pass<Float64Tensor> {
    const { plan } = this.options;
    const x = new Float64Array(shares.length * plan.inputWidth);
    for (const [i, share] of shares.entries()) this.pointInto(x, i * plan.inputWidth, row, share);
    return this.network.run({
      x,
      rows: shares.length,
      training: false,
      inputSlopes: true,
      embeddingShare: shares,
    });
  }

  /** Ids stay as they are: their vectors are taken times the share. */
  private pointInto(x: Float64Array, at: number, row: FloatArray, share: number): void {
    const { plan, reference } = this.options;
    for (let j = 0; j < plan.inputWidth; j++) x[at + j] = row[j] ?? 0;
    for (const [start, count] of numberRanges(plan)) {
      for (let j = start; j < start + count; j++) {
        const from = reference[j] ?? 0;
        x[at + j] = from + share * ((row[j] ?? 0) - from);
      }
    }
  }

  private collect({ node, values, row, shares, pass }: Seen, perColumn: Float64Array, steps: number): void {
    const { reference } = this.options;
    if (node.kind === 'columns') {
      const indices = node.ranges.flatMap(([start, count]) =>
        Array.from({ length: count }, (_, i) => start + i),
      );
      for (let i = 0; i < shares.length; i++) {
        for (const [k, j] of indices.entries()) {
          const way = (row[j] ?? 0) - (reference[j] ?? 0);
          perColumn[j] = (perColumn[j] ?? 0) + ((values[i * indices.length + k] ?? 0) * way) / steps;
        }
      }
    } else if (node.kind === 'embedding') {
      const vectors = pass.outputs.get(node.id)?.values ?? values;
      const perRow = values.length / shares.length;
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        // The output is the share of the vector.
        sum += ((values[i] ?? 0) * (vectors[i] ?? 0)) / (shares[Math.floor(i / perRow)] ?? 1);
      }
      perColumn[node.start] = (perColumn[node.start] ?? 0) + sum / steps;
    }
  }
}

interface Seen {
  readonly node: PlanNode;
  readonly values: Float64Array;
  readonly row: FloatArray;
  readonly shares: Float64Array;
  readonly pass: Pass<Float64Tensor>;
}

function numberRanges({ nodes }: ModelPlan): (readonly [number, number])[] {
  return nodes.flatMap((node) => (node.kind === 'columns' ? [...node.ranges] : []));
}

/** Layers over a sequence work at each of its steps. */
function sequenceLength({ nodes }: ModelPlan): number {
  return nodes.reduce((most, { shape }) => Math.max(most, shape.length === 2 ? shape[0] : 1), 1);
}
