// Unit tests of the headless rooms. Those that start the real processes, and the suites inside and outside a real
// VS Code, have configs of their own; test/run.mjs runs all.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/cli/**', 'test/trainer/**', 'node_modules/**'],
    setupFiles: ['test/support/properties.ts'],
    testTimeout: 20_000,
    pool: 'forks',
  },
});
