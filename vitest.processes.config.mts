// Tests that start the built command line, training and data processes, that build bundles, or that compare whole tables
// for seconds. Part of `npm test`, apart from the unit tests so that those stay quick.
import { defineConfig } from 'vitest/config';

export const PROCESS_TESTS = [
  'test/architecture.test.ts',
  'test/cli/**/*.test.ts',
  'test/trainer/**/*.test.ts',
  'test/dataWorker/**/*.test.ts',
  'test/core/data/corpus.test.ts',
  'test/core/diagnosis/diagnose.test.ts',
  'test/core/quality/remedies.test.ts',
  'test/core/recipe/script/sqlScript.test.ts',
  'test/core/recipe/session/exportProcess.test.ts',
  'test/core/recipe/steps/augmentSteps.test.ts',
  'test/core/recipe/steps/sklearn.test.ts',
  'test/core/train/network/gradients.test.ts',
  'test/core/train/resume.test.ts',
  'test/extension/process/dataClient.test.ts',
  'test/extension/views/preprocess/dataTabProcess.test.ts',
];

export default defineConfig({
  test: {
    include: PROCESS_TESTS,
    setupFiles: ['test/support/properties.ts'],
    testTimeout: 60_000,
    pool: 'forks',
  },
});
