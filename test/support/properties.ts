// The same cases in every run, so that a red is the change's doing. MODEL_BENCH_SEED and MODEL_BENCH_RUNS look further.
import fc from 'fast-check';

const runs = process.env['MODEL_BENCH_RUNS'];
fc.configureGlobal({
  seed: Number(process.env['MODEL_BENCH_SEED'] ?? 20261124),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});
