// Owns the weights, slots and learning rate as they were before any step of a run: its first weights, a checkpoint, or the
// training done again up to there, which gives the same bits on the same backend. Knows no files; checkpoints come in.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../shared/abort';
import type { Clock } from '../../shared/clock';
import { BenchError } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { ExplainedStep } from '../../shared/schema/explainedStep';
import type { TrainEvent, TrainEventOf } from '../../shared/schema/run';
import type { BackendName } from '../../shared/schema/training';
import { initializeParameters } from '../model/initializers';
import { parameterLayout } from '../model/plan';
import type { EncodedDataset, EncodedSplit } from '../recipe/dataset';
import type { Checkpoint } from '../runs/checkpointFiles';
import { callbackStatesOf, engineStateOf } from './checkpointState';
import { createEngine, planDataset } from './createEngine';
import { LearningRate } from './learningRate';
import { runTraining } from './trainLoop';
import type { OptimizerState } from './update/optimizer';

export interface ReplayOptions {
  /** As the run was started. */
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  /** 1-based: the weights before it are wanted. */
  readonly step: number;
  /** The run's own, whichever there are. */
  readonly checkpoints: readonly Checkpoint[];
  /** The run's log. */
  readonly events: readonly TrainEvent[];
  /** Asked only when steps are trained again. */
  readonly backend: () => Promise<BackendName>;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** @param fraction of the steps that are trained again */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface StateBeforeStep {
  /** With what was changed when the run went on. */
  readonly experiment: Experiment;
  readonly parameters: Float32Array;
  /** Absent before the first update. */
  readonly optimizer: OptimizerState | undefined;
  readonly learningRate: number;
  readonly origin: ExplainedStep['origin'];
}

/** @throws BenchError 'train.nonFinite' when the training ends before the step; CancelledError */
export async function stateBeforeStep(options: ReplayOptions): Promise<StateBeforeStep> {
  const { step, checkpoints } = options;
  const done = step - 1;
  const segments = segmentsOf(options.experiment, options.events);
  const experiment = segments.filter(({ from }) => from <= done).at(-1)?.experiment ?? options.experiment;
  const start = checkpoints
    .filter((checkpoint) => checkpoint.step <= done)
    .reduce<Checkpoint | undefined>((a, b) => (a === undefined || b.step > a.step ? b : a), undefined);
  if (start?.step === done) {
    return stateOf(options, experiment, {
      checkpoint: start,
      origin: { kind: 'checkpoint', checkpoint: start.kind },
    });
  }
  if (done === 0) return initialState(options, experiment);
  const { checkpoint, origin } = await replay(options, { segments, start, done });
  return stateOf(options, experiment, { checkpoint, origin });
}

/** A stretch of the run's steps with the config that it had in them. */
interface Segment {
  /** Steps done before it. */
  readonly from: number;
  readonly experiment: Experiment;
}

/** A run that went on may have been given another learning rate or more epochs; steps behind that point count no more. */
function segmentsOf(experiment: Experiment, events: readonly TrainEvent[]): Segment[] {
  let segments: Segment[] = [{ from: 0, experiment }];
  for (const event of events) {
    if (event.type !== 'resumed') continue;
    const { training } = experiment;
    const learningRate = event.learningRate ?? training.optimizer.learningRate;
    const changed = { epochs: event.epochs, optimizer: { ...training.optimizer, learningRate } };
    segments = [
      ...segments.filter(({ from }) => from < event.step),
      { from: event.step, experiment: { ...experiment, training: { ...training, ...changed } } },
    ];
  }
  return segments;
}

function initialState(options: ReplayOptions, experiment: Experiment): StateBeforeStep {
  const slices = parameterLayout(planDataset(experiment, options.dataset));
  const length = slices.reduce((sum, { size }) => sum + size, 0);
  return {
    experiment,
    parameters: initializeParameters(slices, length, experiment.training.seed),
    optimizer: undefined,
    learningRate: rateOf(options, experiment, undefined),
    origin: { kind: 'initial' },
  };
}

function stateOf(
  options: ReplayOptions,
  experiment: Experiment,
  { checkpoint, origin }: { readonly checkpoint: Checkpoint; readonly origin: ExplainedStep['origin'] },
): StateBeforeStep {
  const { parameters, optimizer } = engineStateOf(checkpoint);
  const learningRate = rateOf(options, experiment, checkpoint);
  return { experiment, parameters, optimizer, learningRate, origin };
}

function rateOf(
  { dataset }: ReplayOptions,
  { training }: Experiment,
  checkpoint: Checkpoint | undefined,
): number {
  const { rows } = dataset.train;
  const batchSize = training.batchSize === 'full' ? rows : Math.min(training.batchSize, rows);
  const plateau = checkpoint === undefined ? undefined : callbackStatesOf(checkpoint).plateau;
  const rate = new LearningRate({ training, stepsPerEpoch: Math.ceil(rows / batchSize), plateau });
  return rate.at(checkpoint?.optimizer.step ?? 0);
}

async function replay(
  options: ReplayOptions,
  {
    segments,
    start,
    done,
  }: { readonly segments: readonly Segment[]; readonly start: Checkpoint | undefined; readonly done: number },
): Promise<{ checkpoint: Checkpoint; origin: ExplainedStep['origin'] }> {
  const backend = await options.backend();
  const fromStep = start?.step ?? 0;
  const losses = new Map<number, number>();
  let checkpoint = start;
  for (const [i, { experiment, from }] of segments.entries()) {
    const until = Math.min(segments[i + 1]?.from ?? Infinity, done);
    if (until <= (checkpoint?.step ?? 0) || from >= done) continue;
    checkpoint = await trainUntil(options, {
      experiment,
      backend,
      from: checkpoint,
      until,
      onStep: (step, loss) => {
        losses.set(step, loss);
        options.onProgress?.((step - fromStep) / (done - fromStep));
      },
    });
  }
  if (checkpoint?.step !== done) throw endedBefore(checkpoint?.step ?? 0, done + 1);
  const loggedLoss = loggedLossOf(options.events, done);
  const loss = losses.get(done);
  return {
    checkpoint,
    origin: {
      kind: 'replay',
      backend,
      fromStep,
      steps: done - fromStep,
      ...(loss === undefined ? {} : { loss }),
      ...(loggedLoss === undefined ? {} : { loggedLoss }),
    },
  };
}

const NO_ROWS: EncodedSplit = {
  rows: 0,
  x: new Float32Array(0),
  y: new Float32Array(0),
  sourceRows: new Int32Array(0),
};

/** The ordinary loop without what only watches: validation is needed where it rules the learning rate. */
async function trainUntil(
  { dataset, clock, signal }: ReplayOptions,
  {
    experiment,
    backend,
    from,
    until,
    onStep,
  }: {
    readonly experiment: Experiment;
    readonly backend: BackendName;
    readonly from: Checkpoint | undefined;
    readonly until: number;
    readonly onStep: (step: number, loss: number) => void;
  },
): Promise<Checkpoint | undefined> {
  const { training } = experiment;
  const watched = training.schedule.type === 'plateau' ? dataset.validation : NO_ROWS;
  const rows = { ...dataset, validation: watched, test: NO_ROWS };
  const engine = createEngine({ experiment, dataset: rows, backend });
  let last: Checkpoint | undefined;
  try {
    await runTraining({
      experiment: {
        ...experiment,
        training: {
          ...training,
          maxSteps: until,
          maxMinutes: undefined,
          earlyStopping: false,
          spikes: false,
        },
      },
      dataset: rows,
      engine,
      clock,
      emit: (event) => {
        if (event.type !== 'steps') return;
        event.step.forEach((step, i) => onStep(step, event.loss[i] ?? NaN));
      },
      signal: { stopRequested: () => signal?.aborted === true },
      checkpoints: {
        save: (checkpoint) => {
          if (checkpoint.kind === 'last') last = checkpoint;
          return Promise.resolve();
        },
      },
      ...(from === undefined ? {} : { resume: { last: from, best: undefined } }),
    });
  } finally {
    engine.dispose();
  }
  throwIfAborted(signal);
  return last;
}

/** As the run told it; of a step that was done twice, the later one. */
function loggedLossOf(events: readonly TrainEvent[], step: number): number | undefined {
  const reports = events.filter((event): event is TrainEventOf<'steps'> => event.type === 'steps');
  for (const { step: steps, loss } of reports.reverse()) {
    const at = steps.indexOf(step);
    if (at >= 0) return loss[at];
  }
  return undefined;
}

function endedBefore(steps: number, step: number): BenchError {
  return new BenchError(
    'run.replayEnded',
    l10n.t('The training ended after {0} steps; there is no step {1}. Ask for an earlier one.', steps, step),
    { details: { steps, step } },
  );
}
