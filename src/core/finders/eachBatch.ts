// Owns a bare training for the finders: batch after batch in shuffled order, epoch after epoch, until it is told to end.
import { throwIfAborted } from '../../shared/abort';
import type { RandomStream } from '../../shared/random';
import type { StepDone, TrainingEngine } from '../train/engine';

export interface BatchesOptions {
  readonly engine: TrainingEngine;
  readonly rows: number;
  readonly outputWidth: number;
  readonly batchSize: number;
  readonly shuffle: RandomStream;
  readonly learningRate: (step: number) => number;
  /** @param step 0-based @returns false to end */
  readonly afterStep: (done: StepDone, step: number) => boolean;
  readonly signal?: AbortSignal | undefined;
  readonly breathe: () => Promise<void>;
}

export async function eachBatch(options: BatchesOptions): Promise<void> {
  const { engine, rows, outputWidth, batchSize, shuffle, signal, breathe } = options;
  const outputs = new Float32Array(rows * outputWidth);
  const state = { step: 0, isOver: false };
  const goesOn = (): boolean => !state.isOver;
  while (goesOn()) {
    const order = shuffle.shuffle(Uint32Array.from({ length: rows }, (_, i) => i));
    for (let from = 0; goesOn() && from < rows;) {
      throwIfAborted(signal);
      from = await engine.trainSteps({
        order,
        from,
        batchSize,
        outputs,
        learningRate: () => options.learningRate(state.step),
        afterStep: (done) => {
          state.isOver = !options.afterStep(done, state.step);
          state.step++;
          return false;
        },
      });
      await breathe();
    }
  }
}
