// Starts real runs through the real training process, in a folder of their own.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { experimentSchema, type Experiment } from '../../src/shared/schema/experiment';
import type { TrainerProgram } from '../../src/core/process/launchTrainer';
import { RunStore } from '../../src/core/runs/runStore';
import { startRun, type StartedRun } from '../../src/core/runs/startRun';
import { REPO } from './cli';

export const clock = { now: (): number => Date.now() };

export const program: TrainerProgram = {
  node: process.execPath,
  script: path.join(REPO, 'dist', 'trainer.js'),
  wasmFolder: path.join(REPO, 'dist', 'wasm'),
  l10nBundle: {},
};

export interface Bench {
  readonly folder: string;
  readonly store: RunStore;
  start(experiment: Experiment): Promise<StartedRun>;
  dispose(): void;
}

/** 120 rows whose label follows from two numbers. */
const DATA = [
  'a,b,kind,y',
  ...Array.from({ length: 120 }, (_, i) => {
    const a = (i * 37) % 101;
    const b = (i * 53) % 89;
    return `${a},${b},${['red', 'green', 'blue'][i % 3]},${a > b ? 'yes' : 'no'}`;
  }),
].join('\n');

export function openBench(): Bench {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-runs-'));
  const dataPath = path.join(folder, 'data.csv');
  fs.writeFileSync(dataPath, DATA);
  const store = new RunStore(path.join(folder, '.modelbench', 'runs'), clock);
  return {
    folder,
    store,
    start: (experiment) => startRun({ store, program, clock, experiment, dataPath }),
    dispose: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** @param training what differs from one epoch without early stopping */
export function smallExperiment(training: Record<string, unknown> = {}): Experiment {
  return experimentSchema.parse({
    name: 'small',
    data: { path: 'data.csv', target: { column: 'y', task: 'binary' } },
    features: [
      { column: 'a', type: 'number' },
      { column: 'b', type: 'number' },
      { column: 'kind', type: 'category' },
    ],
    split: { method: 'stratified' },
    model: { layers: [{ type: 'dense', units: 8 }] },
    training: { epochs: 1, earlyStopping: false, backend: 'cpu', ...training },
  });
}
