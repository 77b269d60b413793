// Owns the outputs of many rows: in blocks small enough that the event loop stays awake between them.
import type { InferenceEngine } from './engine';

// About 20 ms on the plain JavaScript backend at 1 GFLOP/s.
const FLOPS_PER_BLOCK = 2e7;
const MAX_ROWS_PER_BLOCK = 8192;
const MIN_ROWS_PER_BLOCK = 32;

export interface ForwardOptions {
  readonly engine: InferenceEngine;
  /** [rows, inputWidth], row-major. */
  readonly x: Float32Array;
  readonly rows: number;
  readonly inputWidth: number;
  readonly outputWidth: number;
  readonly parameters: number;
  /** Called between blocks. */
  readonly breathe: () => Promise<void>;
}

/** @returns [rows, outputWidth] raw outputs */
export async function forwardAll(options: ForwardOptions): Promise<Float32Array> {
  const { engine, x, rows, inputWidth, outputWidth, parameters, breathe } = options;
  const block = Math.min(
    MAX_ROWS_PER_BLOCK,
    Math.max(MIN_ROWS_PER_BLOCK, Math.floor(FLOPS_PER_BLOCK / (2 * Math.max(parameters, 1)))),
  );
  const outputs = new Float32Array(rows * outputWidth);
  for (let from = 0; from < rows; from += block) {
    const count = Math.min(block, rows - from);
    const part = x.subarray(from * inputWidth, (from + count) * inputWidth);
    outputs.set(await engine.forward(part, count), from * outputWidth);
    await breathe();
  }
  return outputs;
}
