// Owns what every command needs: where things are on this machine, and the one real clock.
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as z from 'zod';
import type { Clock } from '../shared/clock';
import type { TrainerProgram } from '../core/process/launchTrainer';
import { RUNS_FOLDER } from '../core/runs/runFolder';
import { RunStore } from '../core/runs/runStore';

export const clock: Clock = { now: () => Date.now() };

/** dist/, where this bundle lies. */
const DIST = __dirname;

export const wasmFolder = path.join(DIST, 'wasm');

export const trainerProgram: TrainerProgram = {
  node: process.execPath,
  script: path.join(DIST, 'trainer.js'),
  wasmFolder,
  l10nBundle: {},
};

/** @param runsDir `--runs-dir`; by default `.modelbench/runs` in the current folder */
export function runStore(runsDir: string | undefined): RunStore {
  return new RunStore(path.resolve(runsDir ?? RUNS_FOLDER), clock);
}

/** Of the package this bundle belongs to. */
export function version(): string {
  const text = fs.readFileSync(path.join(DIST, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
