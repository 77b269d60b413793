// Owns the kinds of nodes a planned network is made of: what each takes and gives, with all shapes known. A shape has no
// batch dimension: [width], or [steps, width] of a sequence. Knows no numbers and no tf.
import type { Activation } from '../../shared/schema/model';
import type { ParameterSlice } from './parameterSlice';

/** [width] or [steps, width]. */
export type Shape = readonly [number] | readonly [number, number];

/** What is asked of a parameter before its place in the flat vector is known. */
export type ParameterWish = Omit<ParameterSlice, 'offset' | 'size' | 'stream'> & {
  /** Absent: that of the node. */
  readonly stream?: string;
};

interface NodeBase {
  /** `layer<index in the config>`, `layer2.norm1`, `output`, ...; unique in a plan, stable under edits elsewhere. */
  readonly id: string;
  /** Nodes whose outputs it takes, in order. */
  readonly inputs: readonly string[];
  readonly shape: Shape;
  /** In the order of the flat vector. */
  readonly parameters: readonly ParameterWish[];
  /** Where it stands in the config, e.g. ['model', 'layers', 2]; absent for what follows from data and task. */
  readonly path?: readonly (string | number)[];
  /** The embedding whose padding says which steps of its input are real. */
  readonly mask?: string;
}

export interface ColumnsNode extends NodeBase {
  readonly kind: 'columns';
  /** Ranges [first column, how many] of the encoded matrix, put side by side. */
  readonly ranges: readonly (readonly [number, number])[];
}
/** Looks up a vector for each id; an id is a column of the encoded matrix. */
export interface EmbeddingNode extends NodeBase {
  readonly kind: 'embedding';
  /** Name of the table's column. */
  readonly column: string;
  readonly start: number;
  /** 1 for a category, the length of the sequence for text. */
  readonly steps: number;
  /** Ids 0 .. size - 1; of text, 0 is padding. */
  readonly size: number;
  readonly dimensions: number;
  readonly padded: boolean;
}
/** [n] -> [n, d]: each number times a vector of its own, plus one. */
export interface NumberTokensNode extends NodeBase {
  readonly kind: 'numberTokens';
}
/** [1, d]: a learned vector, the same for each row; attention gathers into it. */
export interface SummaryTokenNode extends NodeBase {
  readonly kind: 'summaryToken';
}
export interface DenseNode extends NodeBase {
  readonly kind: 'dense';
  readonly inputWidth: number;
  readonly units: number;
  /** Of the output layer always linear: its activation belongs to the loss. */
  readonly activation: Activation;
  readonly useBias: boolean;
}
export interface ActivationNode extends NodeBase {
  readonly kind: 'activation';
  readonly activation: Activation;
}
export interface DropoutNode extends NodeBase {
  readonly kind: 'dropout';
  readonly rate: number;
}
export interface BatchNormNode extends NodeBase {
  readonly kind: 'batchNorm';
  readonly momentum: number;
  readonly epsilon: number;
}
export interface LayerNormNode extends NodeBase {
  readonly kind: 'layerNorm';
  readonly epsilon: number;
}
export interface Conv1dNode extends NodeBase {
  readonly kind: 'conv1d';
  readonly kernelSize: number;
  readonly dilation: number;
  /** Zeros put before the first step and after the last. */
  readonly padBefore: number;
  readonly padAfter: number;
  readonly activation: Activation;
}
export interface RecurrentNode extends NodeBase {
  readonly kind: 'lstm' | 'gru';
  /** Of the sequence it reads. */
  readonly steps: number;
  readonly units: number;
  readonly reverse: boolean;
  readonly sequence: boolean;
}
export interface AttentionNode extends NodeBase {
  readonly kind: 'attention';
  readonly heads: number;
}
export interface PositionsNode extends NodeBase {
  readonly kind: 'positions';
  readonly learned: boolean;
}
export interface PoolNode extends NodeBase {
  readonly kind: 'pool';
  readonly method: 'mean' | 'max' | 'first' | 'last';
}
export interface FlattenNode extends NodeBase {
  readonly kind: 'flatten';
}
/** [d] -> [1, d]: one step of a sequence. */
export interface StepNode extends NodeBase {
  readonly kind: 'step';
}
export interface ConcatNode extends NodeBase {
  readonly kind: 'concat';
  readonly axis: 'features' | 'steps';
}
export interface AddNode extends NodeBase {
  readonly kind: 'add';
}

export type PlanNode =
  | ColumnsNode
  | EmbeddingNode
  | NumberTokensNode
  | SummaryTokenNode
  | DenseNode
  | ActivationNode
  | DropoutNode
  | BatchNormNode
  | LayerNormNode
  | Conv1dNode
  | RecurrentNode
  | AttentionNode
  | PositionsNode
  | PoolNode
  | FlattenNode
  | StepNode
  | ConcatNode
  | AddNode;
export type NodeKind = PlanNode['kind'];
export type NodeOf<K extends NodeKind> = Extract<PlanNode, { kind: K }>;

/** Neurons a step, or of the whole when there are no steps. */
export function widthOf(shape: Shape): number {
  return shape[shape.length - 1] ?? 0;
}

/** Numbers a row. */
export function sizeOf(shape: Shape): number {
  return shape[0] * (shape[1] ?? 1);
}
