// Owns one run from its folder to its score: choose the backend, read, fit, train, score. Reads top to bottom.
import * as fs from 'node:fs/promises';
import * as l10n from '@vscode/l10n';
import type { Clock } from '../shared/clock';
import { stringifyJson } from '../shared/numbers';
import type { DataIssue } from '../shared/schema/profile';
import type { Launch, TrainEventOf } from '../shared/schema/run';
import type { BackendName } from '../shared/schema/training';
import { chooseBackend } from '../core/backend/ladder';
import { openCsv } from '../core/data/csvSource';
import { diagnose } from '../core/diagnosis/diagnose';
import { fingerprintOf, requireSameRows } from '../core/recipe/fingerprint';
import { prepareDataset } from '../core/recipe/prepare';
import type { EncodedDataset } from '../core/recipe/dataset';
import type { Experiment } from '../shared/schema/experiment';
import { writeFileAtomic } from '../core/runs/atomicFile';
import { writeCheckpoint } from '../core/runs/checkpointFiles';
import type { RunPaths } from '../core/runs/runFolder';
import { readExperimentOf } from '../core/runs/runStore';
import { createEngine } from '../core/train/createEngine';
import { runTraining } from '../core/train/trainLoop';
import { reportRun } from './reportRun';
import { readResume, resumedExperiment } from './resume';
import type { RunRecorder } from './runRecorder';

export interface TrainRunOptions {
  readonly paths: RunPaths;
  readonly launch: Launch;
  readonly clock: Clock;
  readonly recorder: RunRecorder;
  /** Before training it cancels; in training it ends after the current batch, with scores. */
  readonly stopSignal: AbortSignal;
  /** Whether the stop is a pause: no scores, to go on another time. */
  readonly isPaused: () => boolean;
}

/** @throws CancelledError when stopped before training; BenchError of any area. What was recorded stays recorded. */
export async function trainRun(options: TrainRunOptions): Promise<void> {
  const { paths, launch, clock, recorder, stopSignal, isPaused } = options;
  const before = recorder.known;
  const experiment = resumedExperiment(await readExperimentOf(paths.folder), launch.resume);
  const requested = experiment.training.backend;
  const { chosen, rungs } = await chooseBackend({ requested, wasmDir: launch.wasmFolder, clock });
  recorder.record({ type: 'backend', timeMs: clock.now(), requested, chosen, rungs });

  const dataset = await readDataset(experiment, launch, { recorder, clock, stopSignal });
  const resume = launch.resume === undefined ? undefined : await readResume(paths, launch.resume);
  if (resume !== undefined) {
    requireSameRows(before, fingerprintOf(dataset));
    const backend = before.backend?.chosen;
    if (backend !== undefined && backend !== chosen) {
      recorder.record(otherBackend(clock.now(), backend, chosen));
    }
  }
  await writeFileAtomic(paths.recipe, stringifyJson(dataset.recipe, 2));
  // Of weights that will be others.
  await fs.rm(paths.report, { force: true });
  const engine = createEngine({ experiment, dataset, backend: chosen });
  try {
    await runTraining({
      experiment,
      dataset,
      engine,
      clock,
      emit: (event) => recorder.record(event),
      signal: { stopRequested: () => stopSignal.aborted, pauseRequested: isPaused },
      report: reportRun({ paths, launch, clock, recorder, experiment, dataset, engine, stopSignal }),
      resume,
      diagnose,
      checkpoints: {
        save: (checkpoint) =>
          writeCheckpoint(
            checkpoint.kind === 'best' ? paths.bestCheckpoint : paths.lastCheckpoint,
            checkpoint,
          ),
      },
    });
  } finally {
    engine.dispose();
  }
}

async function readDataset(
  experiment: Experiment,
  launch: Launch,
  { recorder, clock, stopSignal }: Pick<TrainRunOptions, 'recorder' | 'clock' | 'stopSignal'>,
): Promise<EncodedDataset> {
  recorder.record({ type: 'phase', timeMs: clock.now(), phase: 'reading' });
  const source = await openCsv(launch.dataPath, { reading: experiment.data.reading });
  try {
    const dataset = await prepareDataset(experiment, source, { signal: stopSignal });
    const { train, validation, test, features, outputs, droppedRows, issues } = dataset;
    recorder.record({
      type: 'data',
      timeMs: clock.now(),
      rows: { train: train.rows, validation: validation.rows, test: test.rows },
      droppedRows,
      features,
      outputs,
      fingerprint: fingerprintOf(dataset),
      issues: [...issues, ...(await changedSince(launch))],
    });
    return dataset;
  } finally {
    source.close();
  }
}

function otherBackend(timeMs: number, before: BackendName, chosen: BackendName): TrainEventOf<'warning'> {
  return {
    type: 'warning',
    timeMs,
    code: 'train.otherBackend',
    message: l10n.t(
      'The run began on "{0}" and goes on with "{1}": the last digits may differ from a run that never stopped.',
      before,
      chosen,
    ),
  };
}

/** A file that was written while it was read may have been read half old, half new. */
async function changedSince({ dataPath, dataSizeBytes, dataModifiedMs }: Launch): Promise<DataIssue[]> {
  const now = await fs.stat(dataPath).catch(() => undefined);
  if (now?.size === dataSizeBytes && now.mtimeMs === dataModifiedMs) return [];
  const message = l10n.t(
    '{0} changed while the run was starting. Train again to be sure of its rows.',
    dataPath,
  );
  return [{ severity: 'warning', code: 'data.changed', message }];
}
