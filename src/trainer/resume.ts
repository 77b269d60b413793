// Owns how a run goes on in a new process: the config with what the user changed, and the checkpoints.
import type { Experiment } from '../shared/schema/experiment';
import type { Resume } from '../shared/schema/run';
import { exists } from '../core/files';
import { readCheckpoint, type Checkpoint } from '../core/runs/checkpointFiles';
import type { RunPaths } from '../core/runs/runFolder';
import { withNewPatience } from '../core/train/checkpointState';
import type { TrainingOptions } from '../core/train/trainLoop';

export function resumedExperiment(experiment: Experiment, resume: Resume | undefined): Experiment {
  if (resume === undefined) return experiment;
  const { training } = experiment;
  const learningRate = resume.learningRate ?? training.optimizer.learningRate;
  return {
    ...experiment,
    training: { ...training, epochs: resume.epochs, optimizer: { ...training.optimizer, learningRate } },
  };
}

/** @returns undefined when there is no checkpoint and it starts anew */
export async function readResume(
  paths: RunPaths,
  { kind, newPatience }: Resume,
): Promise<TrainingOptions['resume']> {
  if (kind === 'none') return undefined;
  const best = (await exists(paths.bestCheckpoint)) ? await readCheckpoint(paths.bestCheckpoint) : undefined;
  const newest = kind === 'best' && best !== undefined ? best : await readCheckpoint(paths.lastCheckpoint);
  const last: Checkpoint = newPatience ? withNewPatience(newest) : newest;
  // A best one from behind the point that it goes on from belongs to steps that count no more.
  return { last, best: best !== undefined && best.step <= last.step ? best : undefined };
}
