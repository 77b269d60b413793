// The data process built from the sources as they are, so that tests need no dist/.
import { createRequire } from 'node:module';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { REPO } from './cli';

const { bundles } = createRequire(__filename)('../../esbuild.js') as {
  bundles: Record<string, BuildOptions>;
};

export interface BuiltWorker {
  readonly script: string;
  remove(): void;
}

/** @param name tells the builds of tests that run side by side apart */
export async function buildDataWorker(name: string): Promise<BuiltWorker> {
  // Inside the repository, so that it finds the native packages.
  const folder = path.join(REPO, 'out', `data-worker-${name}-${process.pid}`);
  const script = path.join(folder, 'dataWorker.js');
  await build({ ...bundles['dataWorker'], absWorkingDir: REPO, outfile: script, sourcemap: false });
  return { script, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
