// Unit tests of the headless rooms. Those that start the real processes, and the suites inside and outside a real
// VS Code, have configs of their own; test/run.mjs runs all.
import { defineConfig } from 'vitest/config';
import { PROCESS_TESTS } from './vitest.processes.config.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', ...PROCESS_TESTS, 'node_modules/**'],
    setupFiles: ['test/support/properties.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    // Files share the modules they load: loading DuckDB and the schemas anew for each took a third of the time.
    isolate: false,
    maxWorkers: '100%',
  },
});
