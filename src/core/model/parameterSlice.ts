// Owns what is known of one named tensor in the flat vector of parameters: where it lies, how it starts, what rules its
// updates. Plans make them; engines, optimizers and checkpoints read them.
import type { Initializer } from '../../shared/schema/model';

/** Parameters, gradients, slots: float32 in training, float64 where a step is explained or checked. */
export type FloatArray = Float32Array | Float64Array;

export interface ParameterSlice {
  /** `<layer>/kernel`, `<layer>/bias`, ...; unique. */
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat vector, and how many. */
  readonly offset: number;
  readonly size: number;
  readonly initializer: Initializer;
  /** What an initializer scales by; for a kernel [inputs, units] these two. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** Purpose of the random stream of its first values: one a layer, so that adding a layer never changes another's. */
  readonly stream: string;
  /** false: a moving statistic, which no optimizer touches. */
  readonly trainable: boolean;
  /** Weight decay takes from it: kernels and embeddings, not biases and normalisations. */
  readonly decays: boolean;
  /** Penalties l1 * sum(|w|) + l2 * sum(w^2) in the training loss. */
  readonly l1: number;
  readonly l2: number;
  /** After an update each column (all but the last axis) is shrunk to at most this length. */
  readonly maxNorm?: number | undefined;
}
