// Owns the names inside a run's folder `.modelbench/runs/<runId>/`. A run never writes outside it.
import * as path from 'node:path';
import { EVENT_LOG_FILE } from './eventLog';

/** Beside the workspace folder of the config, or of the CSV. */
export const RUNS_FOLDER = path.join('.modelbench', 'runs');

export interface RunPaths {
  readonly folder: string;
  /** Summary, replaced atomically; rebuilt from the log. */
  readonly summary: string;
  /** The config exactly as it was run. */
  readonly experiment: string;
  /** Endpoint, token and paths for the trainer; owner-readable only. */
  readonly launch: string;
  /** Exists only while a trainer should be alive; owner-readable only. */
  readonly live: string;
  readonly log: string;
  readonly recipe: string;
  /** What the run ends with, in full. */
  readonly report: string;
  readonly stderr: string;
  readonly bestCheckpoint: string;
  readonly lastCheckpoint: string;
}

export function runPaths(folder: string): RunPaths {
  const at = (name: string): string => path.join(folder, name);
  return {
    folder,
    summary: at('run.json'),
    experiment: at('experiment.json'),
    launch: at('launch.json'),
    live: at('live.json'),
    log: at(EVENT_LOG_FILE),
    recipe: at('recipe.json'),
    report: at('report.json'),
    stderr: at('stderr.log'),
    bestCheckpoint: at('best.checkpoint'),
    lastCheckpoint: at('last.checkpoint'),
  };
}
