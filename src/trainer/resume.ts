// Owns how a run goes on in a new process: the config with what the user changed, the checkpoints, and that the rows are
// still the same ones.
import { crc32 } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../shared/errors';
import type { Experiment } from '../shared/schema/experiment';
import type { Resume, RunSummary } from '../shared/schema/run';
import { exists } from '../core/files';
import type { EncodedDataset } from '../core/recipe/dataset';
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

/** Of the rows that a training depends on, as they were encoded. */
export function fingerprintOf({ train, validation }: EncodedDataset): string {
  let sum = 0;
  for (const values of [train.x, train.y, validation.x, validation.y]) {
    sum = crc32(Buffer.from(values.buffer, values.byteOffset, values.byteLength), sum);
  }
  return sum.toString(16).padStart(8, '0');
}

/** @throws BenchError 'run.dataChanged' */
export function requireSameRows(before: RunSummary, now: RunSummary): void {
  if (before.fingerprint === undefined || before.fingerprint === now.fingerprint) return;
  throw new BenchError(
    'run.dataChanged',
    l10n.t(
      'The rows of {0} are not those that run {1} was trained on, so it cannot go on. Bring the file back, or train anew.',
      before.dataPath,
      before.runId,
    ),
  );
}
