// Longer tests of real processes that die. Part of `npm test`, apart from the unit tests so that those stay quick.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.process.ts'], testTimeout: 60_000, pool: 'forks', fileParallelism: false },
});
