// Owns how a run's summary follows from its events: a pure fold, so that run.json can always be rebuilt from the log.
import type { Experiment } from '../../shared/schema/experiment';
import type { RunSummary, TrainEvent } from '../../shared/schema/run';
import { assertNever } from '../../shared/errors';

export function newSummary(options: {
  runId: string;
  experiment: Experiment;
  experimentPath: string | undefined;
  dataPath: string;
  nowMs: number;
}): RunSummary {
  const { experiment } = options;
  return {
    version: 1,
    runId: options.runId,
    name: experiment.name,
    state: 'running',
    phase: 'starting',
    createdMs: options.nowMs,
    updatedMs: options.nowMs,
    ...(options.experimentPath === undefined ? {} : { experimentPath: options.experimentPath }),
    dataPath: options.dataPath,
    target: experiment.data.target.column,
    task: experiment.data.target.task,
    seed: experiment.training.seed,
    epochs: experiment.training.epochs,
    epoch: 0,
    step: 0,
    warnings: [],
  };
}

/** The summary after one more event. */
export function applyEvent(summary: RunSummary, event: TrainEvent): RunSummary {
  const next: RunSummary = { ...summary, updatedMs: event.timeMs };
  switch (event.type) {
    case 'started':
      return next;
    case 'resumed': {
      // What the last ending said, and scores of weights that will be others.
      const { endedMs: _m, endReason: _r, error: _e, stderrTail: _t, scoredEpoch: _s, ...ended } = next;
      const { primary: _p, verdict: _v, baselines: _b, ...going } = ended;
      const { test: _test, baseline: _baseline, findings: _findings, ...rest } = going;
      return {
        ...rest,
        state: 'running',
        phase: 'starting',
        epoch: event.epoch,
        step: event.step,
        epochs: event.epochs,
      };
    }
    case 'phase':
      return { ...next, phase: event.phase };
    case 'backend':
      return { ...next, backend: { requested: event.requested, chosen: event.chosen, rungs: event.rungs } };
    case 'data':
      return {
        ...next,
        rows: event.rows,
        ...(event.fingerprint === undefined ? {} : { fingerprint: event.fingerprint }),
        warnings: [
          ...summary.warnings,
          ...event.issues
            .filter((issue) => issue.severity !== 'info')
            .map(({ code, message }) => ({ code, message })),
        ],
      };
    case 'model':
      return {
        ...next,
        parameters: event.parameters,
        loss: event.loss,
        stepsPerEpoch: event.stepsPerEpoch,
        epochs: event.epochs,
      };
    case 'steps':
      return { ...next, step: event.step.at(-1) ?? summary.step };
    case 'epoch':
      return {
        ...next,
        epoch: event.epoch,
        // Steps of the next epoch may have been told before this one's end.
        step: Math.max(summary.step, event.step),
        train: event.train,
        validation: event.validation,
        learningRate: event.learningRate,
        samplesPerSecond: event.samplesPerSecond,
        ...(event.best ? { bestEpoch: event.epoch } : {}),
      };
    case 'checkpoint':
      return next;
    case 'warning':
      return { ...next, warnings: [...summary.warnings, { code: event.code, message: event.message }] };
    case 'evaluation':
      return {
        ...next,
        scoredEpoch: event.epoch,
        train: event.train,
        validation: event.validation,
        ...(event.test === undefined ? {} : { test: event.test }),
        ...(event.baseline === undefined ? {} : { baseline: event.baseline }),
        ...(event.primary === undefined ? {} : { primary: event.primary }),
        ...(event.verdict === undefined ? {} : { verdict: event.verdict }),
        ...(event.baselines === undefined ? {} : { baselines: event.baselines }),
      };
    case 'diagnosis':
      return { ...next, findings: event.findings };
    case 'finished':
      return {
        ...next,
        state: event.reason === 'stopped' || event.reason === 'paused' ? 'stopped' : 'completed',
        endReason: event.reason,
        epoch: event.epoch,
        bestEpoch: event.bestEpoch,
        endedMs: event.timeMs,
      };
    case 'failed':
      return { ...next, state: 'failed', error: event.error, endedMs: event.timeMs };
    default:
      return assertNever(event);
  }
}

/** What a summary says before any event: folding all events over it gives the summary again. */
export function initialOf(summary: RunSummary): RunSummary {
  return {
    version: summary.version,
    runId: summary.runId,
    name: summary.name,
    state: 'running',
    phase: 'starting',
    createdMs: summary.createdMs,
    updatedMs: summary.createdMs,
    ...(summary.experimentPath === undefined ? {} : { experimentPath: summary.experimentPath }),
    dataPath: summary.dataPath,
    target: summary.target,
    task: summary.task,
    seed: summary.seed,
    epochs: summary.epochs,
    epoch: 0,
    step: 0,
    warnings: [],
  };
}
