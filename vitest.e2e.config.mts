// Journeys: a person's way through the extension in a real VS Code, with mouse and keyboard. One at a time: each takes
// about 1.2 GB, and timing must not depend on a neighbour. Never retried: a flaky journey is a bug.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/journeys/**/*.journey.ts'],
    globalSetup: ['test/e2e/packExtension.mjs'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    retry: 0,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
