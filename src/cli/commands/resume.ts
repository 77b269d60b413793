// Owns `resume`: a run that ended goes on from its newest checkpoint, followed to its end.
import { readExperimentOf } from '../../core/runs/runStore';
import { resumeRun } from '../../core/runs/resumeRun';
import { clock, runStore, trainerProgram } from '../context';
import { runFolderOf } from './runs';
import { followToEnd } from './train';

export interface ResumeOptions {
  /** In all. */
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly runsDir?: string;
  readonly json: boolean;
}

export async function resume(id: string, options: ResumeOptions): Promise<number> {
  const store = runStore(options.runsDir);
  const folder = runFolderOf(store, id);
  const { epochs, learningRate } = options;
  const experiment = await readExperimentOf(folder);
  return followToEnd(store, experiment, options, () =>
    resumeRun({ store, program: trainerProgram, clock, folder, epochs, learningRate }),
  );
}
