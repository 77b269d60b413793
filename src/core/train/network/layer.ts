// Owns the contract of a layer: a node and its inputs in, an output and the way back out. Knows no plan, epoch or loss.
import type { RandomStream } from '../../../shared/random';
import type { FloatArray } from '../../model/parameterSlice';
import type { Numeric } from './numeric';

/** What a layer may ask for while a batch goes through. Tensors have the batch as their first axis. */
export interface LayerContext<T> {
  readonly m: Numeric<T>;
  readonly rows: number;
  /** true: batch normalisation takes the batch's own moments and learns the moving ones. */
  readonly training: boolean;
  /** true: dropout drops. */
  readonly drops: boolean;
  /** A parameter of the node as a tensor of its shape. */
  readonly parameter: (name: string) => T;
  /** The same as numbers, in place. Only moving statistics may be written. */
  values(name: string): FloatArray;
  /** Adds to the gradient of a parameter. */
  readonly addGradient: (name: string, gradient: T) => void;
  /** The gradient itself, to be added to in place: for what touches few of its numbers. */
  gradient(name: string): FloatArray;
  /** One column of the encoded batch, all rows; ids of `steps` columns, row-major. */
  ids(start: number, steps: number): Uint32Array;
  /** Ranges of columns of the encoded batch side by side, row-major. */
  columns(ranges: readonly (readonly [number, number])[]): FloatArray;
  /** [rows, steps]: 1 where a step is real, 0 where it is padding; undefined when all are real. */
  mask(): T | undefined;
  /** [rows]: looked-up vectors are taken times this; undefined: 1. */
  readonly embeddingShare: FloatArray | undefined;
  /** The node's own stream, for dropout. */
  random(): RandomStream;
  /** false: nothing before this node learns, so the gradient of its inputs is not asked for. */
  readonly needsInputGradients: boolean;
}

export interface LayerResult<T> {
  readonly output: T;
  /**
   * Adds to the gradients of its parameters.
   * @param dOutput d loss / d output
   * @returns d loss / d input, one for each input; empty when none is needed
   */
  readonly backward: (dOutput: T) => readonly T[];
}

export type Layer<N> = <T>(node: N, inputs: readonly T[], context: LayerContext<T>) => LayerResult<T>;

/** The only input of a layer that takes one. */
export function only<T>(inputs: readonly T[]): T {
  const [input] = inputs;
  if (input === undefined) throw new RangeError('Expected one input, found none.');
  return input;
}
