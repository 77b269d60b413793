// Owns the way from a checked config to a training process at work. The extension and the command line both take it.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock';
import { toErrorData } from '../../shared/errors';
import { createRunId } from '../../shared/ids';
import type { Experiment } from '../../shared/schema/experiment';
import { launchTrainer, type TrainerProcess, type TrainerProgram } from '../process/launchTrainer';
import type { RunStore } from './runStore';
import { newSummary } from './summarise';

export interface StartRunOptions {
  readonly store: RunStore;
  readonly program: TrainerProgram;
  readonly clock: Clock;
  readonly experiment: Experiment;
  /** The config's file, when there is one. */
  readonly experimentPath?: string | undefined;
  /** Absolute path of the CSV. */
  readonly dataPath: string;
}

export interface StartedRun {
  readonly runId: string;
  readonly folder: string;
  readonly process: TrainerProcess;
}

/** @throws BenchError 'io.createRun' with nothing left behind, or 'run.spawn' with the run kept as crashed */
export async function startRun(options: StartRunOptions): Promise<StartedRun> {
  const { store, experiment, dataPath } = options;
  const nowMs = options.clock.now();
  const runId = createRunId(nowMs, experiment.name, randomBytes(3).toString('hex'));
  const summary = newSummary({ runId, experiment, experimentPath: options.experimentPath, dataPath, nowMs });
  const paths = await store.create(summary, experiment);
  try {
    const process = await launchTrainer(options.program, paths, dataPath);
    return { runId, folder: paths.folder, process };
  } catch (error) {
    // What kept it from starting is what is told, also when the disk refuses the mark.
    await store.markUnstarted(paths.folder, toErrorData(error)).catch(() => undefined);
    throw error;
  }
}
