// Tests that start the built command line and training process. Part of `npm test`, apart from the unit tests so that
// those stay quick.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/cli/**/*.test.ts', 'test/trainer/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
  },
});
