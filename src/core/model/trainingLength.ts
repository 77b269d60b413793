// Owns how many rows a step takes, how many epochs there may be and how long early stopping waits, by the number of rows.

export interface TrainingLength {
  readonly batchSize: number;
  /** At most. */
  readonly epochs: number;
  /** Epochs without a better validation loss. */
  readonly patience: number;
}

/** Steps per epoch stay in the hundreds, epochs fall as rows rise; early stopping ends sooner. */
export function trainingLength(rows: number): TrainingLength {
  if (rows < 2_000) return { batchSize: 32, epochs: 200, patience: 20 };
  if (rows < 20_000) return { batchSize: 64, epochs: 120, patience: 15 };
  if (rows < 200_000) return { batchSize: 256, epochs: 80, patience: 10 };
  return { batchSize: 1024, epochs: 40, patience: 6 };
}
