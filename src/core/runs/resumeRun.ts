// Owns the way from a run that ended to one that goes on: which checkpoint, how many epochs, what may change, and the
// process. The extension and the command line both take it.
import * as l10n from '@vscode/l10n';
import type { Clock } from '../../shared/clock';
import { BenchError, toErrorData } from '../../shared/errors';
import type { Resume, RunSummary } from '../../shared/schema/run';
import { exists } from '../files';
import { launchTrainer, type TrainerProgram } from '../process/launchTrainer';
import { readCheckpoint, type Checkpoint } from './checkpointFiles';
import { runPaths, type RunPaths } from './runFolder';
import { readExperimentOf, type RunStore } from './runStore';
import type { StartedRun } from './startRun';

export interface ResumeRunOptions {
  readonly store: RunStore;
  readonly program: TrainerProgram;
  readonly clock: Clock;
  readonly folder: string;
  /** Epochs in all; absent: as many as it was going to. */
  readonly epochs?: number | undefined;
  /** In place of the config's. */
  readonly learningRate?: number | undefined;
}

/**
 * @throws BenchError 'run.alive'; 'run.nothingLeft' when it has done all its epochs; 'run.checkpointDamaged';
 * 'run.spawn' with the run kept as crashed
 */
export async function resumeRun(options: ResumeRunOptions): Promise<StartedRun> {
  const { store, folder, clock } = options;
  const paths = runPaths(folder);
  const summary = await store.read(folder);
  if (summary.state === 'running') {
    throw new BenchError('run.alive', l10n.t('Run {0} is still training.', summary.runId));
  }
  const experiment = await readExperimentOf(folder);
  const epochs = options.epochs ?? Math.max(experiment.training.epochs, summary.epochs);
  const newest = await newestCheckpoint(paths);
  requireWork(summary, newest, epochs);
  const resume: Resume = {
    kind: newest?.kind ?? 'none',
    epochs,
    newPatience: summary.endReason === 'earlyStopping',
    ...(options.learningRate === undefined ? {} : { learningRate: options.learningRate }),
  };
  await store.markResumed(folder, {
    type: 'resumed',
    timeMs: clock.now(),
    epoch: newest?.epoch ?? 0,
    step: newest?.step ?? 0,
    epochs,
    ...(options.learningRate === undefined ? {} : { learningRate: options.learningRate }),
  });
  try {
    const process = await launchTrainer(options.program, paths, summary.dataPath, resume);
    return { runId: summary.runId, folder, process };
  } catch (error) {
    await store.markUnstarted(folder, toErrorData(error)).catch(() => undefined);
    throw error;
  }
}

/** Of best and last the one that is further: each holds all that training needs to go on. */
export async function newestCheckpoint(paths: RunPaths): Promise<Checkpoint | undefined> {
  const found: Checkpoint[] = [];
  for (const file of [paths.bestCheckpoint, paths.lastCheckpoint]) {
    if (await exists(file)) found.push(await readCheckpoint(file));
  }
  return found.reduce<Checkpoint | undefined>(
    (newest, one) => (newest === undefined || one.step >= newest.step ? one : newest),
    undefined,
  );
}

function requireWork(summary: RunSummary, newest: Checkpoint | undefined, epochs: number): void {
  // All epochs are done, but it died before its scores.
  if ((newest?.epoch ?? 0) < epochs || summary.endReason === undefined) return;
  throw new BenchError(
    'run.nothingLeft',
    l10n.t(
      'Run {0} has done {1} of {2} epochs; there is nothing to go on with. Give more epochs.',
      summary.runId,
      newest?.epoch ?? 0,
      epochs,
    ),
    { details: { epochs } },
  );
}
