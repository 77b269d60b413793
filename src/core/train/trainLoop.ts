// Owns a training from the first step to the scores: epochs, order, callbacks, reports, checkpoints. Knows no tensor (an
// engine does), no file (a sink does), no process. Everything that happens leaves as an event.
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import type { Clock } from '../../shared/clock';
import { BenchError } from '../../shared/errors';
import { randomStream, RandomStream, type RandomState } from '../../shared/random';
import type { Experiment } from '../../shared/schema/experiment';
import type { Finding } from '../../shared/schema/diagnosis';
import type { TrainEventOf } from '../../shared/schema/run';
import { countParameters, type ModelPlan } from '../model/plan';
import type { EncodedDataset } from '../recipe/dataset';
import type { Checkpoint } from '../runs/checkpointFiles';
import { Budget } from './callbacks/budget';
import { EarlyStopping } from './callbacks/earlyStopping';
import { SpikeDetector } from './callbacks/spikes';
import { CheckpointKeeper, type CheckpointSink } from './checkpointKeeper';
import { callbackStatesOf, engineStateOf, scoredParameters, takeCheckpoint } from './checkpointState';
import { planDataset } from './createEngine';
import type { TrainingEngine } from './engine';
import { BREATH_INTERVAL_MS, EpochPass } from './epochPass';
import { evaluate, validate, type Evaluation } from './evaluation';
import { LearningRate } from './learningRate';
import { constantLoss, LossTrace } from './lossTrace';
import { RateMeter, StepReport, type Emit } from './stepReport';
import type { TrainingTrace } from './trainingTrace';

export interface TrainingOptions {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly engine: TrainingEngine;
  readonly clock: Clock;
  /** Gets the events in order; a promise is awaited before training goes on. */
  readonly emit: Emit;
  /** Asked after every batch. A pause is a stop without scores. */
  readonly signal: { stopRequested(): boolean; pauseRequested?(): boolean };
  readonly checkpoints: CheckpointSink;
  /** What is wrong with the training, from what it left. */
  readonly diagnose?: ((trace: TrainingTrace) => Finding[]) | undefined;
  /** Looks closer at the scored weights; awaited before the evaluation is told. Absent: their scores are all. */
  readonly report?: ((scored: ScoredWeights) => Promise<Reported>) | undefined;
  /** Goes on from there, exactly as if it had never stopped; `best` is the best one so far. */
  readonly resume?: { readonly last: Checkpoint; readonly best: Checkpoint | undefined } | undefined;
}

/** The engine has them. */
export interface ScoredWeights {
  readonly plan: ModelPlan;
  /** Flat, in the layout of `parameterLayout`. */
  readonly parameters: Float32Array;
  readonly reason: TrainEventOf<'finished'>['reason'];
  readonly breathe: () => Promise<void>;
}

export type Reported = Pick<TrainEventOf<'evaluation'>, 'primary' | 'verdict' | 'baselines'>;

export interface TrainingResult extends Evaluation {
  readonly reason: TrainEventOf<'finished'>['reason'];
  /** Whole epochs done. */
  readonly epoch: number;
  readonly bestEpoch: number;
}

/** Enough to tell a dead unit from a rare one. */
const INSPECTED_ROWS = 256;

/**
 * Emits phase, model, then steps, epoch and checkpoint as they come, then phase, evaluation, diagnosis, finished. The caller
 * emits what comes before and, when this throws, failed.
 * @throws BenchError 'train.nonFinite' when the loss or a weight is no longer finite; 'data.noTrainRows'
 */
export async function runTraining(options: TrainingOptions): Promise<TrainingResult> {
  const { experiment, dataset, engine, clock, emit, signal, resume } = options;
  const { training } = experiment;
  const plan = planDataset(experiment, dataset);
  const rows = dataset.train.rows;
  if (rows === 0) throw new BenchError('data.noTrainRows', l10n.t('Expected train rows, found none.'));
  const batchSize = training.batchSize === 'full' ? rows : Math.min(training.batchSize, rows);
  const stepsPerEpoch = Math.ceil(rows / batchSize);
  const hasValidation = dataset.validation.rows > 0;
  await announce(options, { plan, batchSize, stepsPerEpoch, hasValidation });

  const saved = resume?.last;
  const states = saved === undefined ? undefined : callbackStatesOf(saved);
  if (saved !== undefined) engine.restore(engineStateOf(saved));
  const report = new StepReport(clock, emit);
  const keeper = new CheckpointKeeper(clock, options.checkpoints, emit, {
    lastEverySeconds: training.checkpointSeconds,
    best: resume?.best,
  });
  const breathe = createBreath(clock);
  const stopping = new EarlyStopping(training.earlyStopping, states?.earlyStopping);
  const rate = new LearningRate({ training, stepsPerEpoch, plateau: states?.plateau });
  const spikes = training.spikes === false ? undefined : new SpikeDetector(training.spikes, states?.spikes);
  const budget = new Budget(training, clock, states?.budget);
  const losses = new LossTrace(states?.losses);
  const meter = new RateMeter();
  const shuffle =
    saved === undefined ? randomStream(training.seed, 'shuffle') : new RandomStream(saved.shuffle);
  const pass = new EpochPass({
    ...options,
    plan,
    batchSize,
    report,
    breathe,
    rate,
    spikes,
    budget,
    losses,
    resume: saved,
    keep: () => keeper.writeIfDue(() => take('last')),
  });
  let epoch = saved?.epoch ?? 0;
  let reason: TrainingResult['reason'] = 'allEpochs';
  let shuffled: RandomState = shuffle.save();
  const take = (kind: Checkpoint['kind']): Checkpoint =>
    takeCheckpoint({
      kind,
      experiment,
      plan,
      engine,
      epoch,
      step: pass.step,
      position: pass.position,
      lossSum: pass.lossSum,
      seen: pass.seen,
      shuffle: shuffled,
      callbacks: {
        earlyStopping: stopping.save(),
        budget: budget.save(),
        plateau: rate.save(),
        spikes: spikes?.save(),
        losses: losses.save(),
      },
    });

  // Rows in an order of their own: the first of a file may be of one kind.
  const inspected = randomStream(training.seed, 'inspect')
    .shuffle(Uint32Array.from({ length: rows }, (_, i) => i))
    .subarray(0, INSPECTED_ROWS);
  const before = await engine.inspect(inspected);

  // Killed between its last epoch and its scores: those are all that is left to do.
  if (stopping.isOver(epoch)) reason = 'earlyStopping';
  try {
    while (epoch < training.epochs && reason === 'allEpochs') {
      shuffled = shuffle.save();
      const order = Uint32Array.from({ length: rows }, (_, i) => i);
      if (batchSize < rows) shuffle.shuffle(order);
      const startMs = clock.now();
      const isWhole = await pass.run(order, epoch);
      if (!isWhole) {
        reason = whyStopped();
        break;
      }
      meter.add(rows, clock.now() - startMs);
      epoch++;
      const train = pass.takeScores(order);
      shuffled = shuffle.save();
      const validation = hasValidation ? await validate({ ...options, plan, breathe }, stopping.monitor) : {};
      if (hasValidation && !Number.isFinite(validation.loss)) throw badValidation(epoch, pass.step);
      const verdict = stopping.afterEpoch(epoch, hasValidation ? validation[stopping.monitor] : undefined);
      losses.afterEpoch(train.loss, validation.loss);
      rate.afterEpoch(validation.loss);
      if (verdict.improved) keeper.keepBest(take('best'));
      report.addEpoch({
        type: 'epoch',
        timeMs: clock.now(),
        epoch,
        step: pass.step,
        train,
        validation,
        learningRate: pass.lastLearningRate,
        samplesPerSecond: meter.perSecond,
        best: verdict.improved,
      });
      if (await report.flushIfDue()) await keeper.writeIfDue(() => take('last'));
      await breathe();
      if (verdict.stop) {
        reason = 'earlyStopping';
        break;
      }
      if (epoch < training.epochs && (signal.stopRequested() || budget.exceeded(pass.step) !== undefined)) {
        reason = whyStopped();
        break;
      }
    }
  } finally {
    // Also when training failed: what was reached is kept, the last finite weights among it.
    await report.flush();
    await keeper.writeBest();
    await keeper.writeLast(take('last'));
  }

  const best = keeper.best;
  if (reason === 'paused') {
    // The test rows stay sealed until it has gone on to its end.
    const bestEpoch = best?.epoch ?? epoch;
    await emit({ type: 'finished', timeMs: clock.now(), reason, epoch, bestEpoch });
    return { reason, epoch, bestEpoch, train: {}, validation: {} };
  }
  await emit({ type: 'phase', timeMs: clock.now(), phase: 'evaluating' });
  const restores =
    best !== undefined && training.earlyStopping !== false && training.earlyStopping.restoreBest;
  if (restores) engine.restore(engineStateOf(best));
  const evaluated = await evaluate({ ...options, plan, breathe });
  const { scores } = evaluated;
  const bestEpoch = best?.epoch ?? epoch;
  const scoredEpoch = restores ? best.epoch : epoch;
  const reported = await options.report?.({
    plan,
    parameters: scoredParameters(take('last')),
    reason,
    breathe,
  });
  await emit({ type: 'evaluation', timeMs: clock.now(), epoch: scoredEpoch, ...scores, ...reported });
  const { train: trainLosses, validation: validationLosses, first, largest } = losses.save();
  const findings = options.diagnose?.({
    experiment,
    plan,
    target: dataset.recipe.target,
    trainLosses,
    validationLosses,
    firstLoss: first,
    largestLoss: largest,
    constantLoss: constantLoss(plan, dataset.train),
    reason,
    scoredEpoch,
    learningRate: training.optimizer.learningRate,
    before,
    after: await engine.inspect(inspected),
    ...evaluated,
  });
  if (findings !== undefined) await emit({ type: 'diagnosis', timeMs: clock.now(), findings });
  await emit({ type: 'finished', timeMs: clock.now(), reason, epoch, bestEpoch });
  return { reason, epoch, bestEpoch, ...scores };

  function whyStopped(): TrainingResult['reason'] {
    if (!signal.stopRequested()) return 'budget';
    return signal.pauseRequested?.() === true ? 'paused' : 'stopped';
  }
}

interface Setup {
  readonly plan: ModelPlan;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly hasValidation: boolean;
}

async function announce(
  { experiment, clock, emit }: TrainingOptions,
  { plan, batchSize, stepsPerEpoch, hasValidation }: Setup,
): Promise<void> {
  const { epochs } = experiment.training;
  await emit({ type: 'phase', timeMs: clock.now(), phase: 'training' });
  await emit({
    type: 'model',
    timeMs: clock.now(),
    parameters: countParameters(plan),
    loss: plan.loss.type,
    batchSize,
    stepsPerEpoch,
    epochs,
  });
  if (!hasValidation) await emit(noValidationWarning(clock, experiment));
}

/** Lets messages in, when the last time is long enough ago. */
function createBreath(clock: Clock): () => Promise<void> {
  let lastMs = clock.now();
  return async () => {
    if (clock.now() - lastMs < BREATH_INTERVAL_MS) return;
    await setImmediate();
    lastMs = clock.now();
  };
}

/** Weights and train losses are finite, but a validation row is far outside of what train rows were. */
function badValidation(epoch: number, step: number): BenchError {
  return new BenchError(
    'train.nonFinite',
    l10n.t(
      'Epoch {0}, step {1}: the validation loss is not finite. Lower training.optimizer.learningRate or scale the number features.',
      epoch,
      step,
    ),
    { details: { epoch, step } },
  );
}

function noValidationWarning(clock: Clock, experiment: Experiment): TrainEventOf<'warning'> {
  return {
    type: 'warning',
    timeMs: clock.now(),
    code: 'train.noValidation',
    message:
      experiment.training.earlyStopping === false
        ? l10n.t(
            'There are no validation rows: no best epoch can be told. Give the split a validation share.',
          )
        : l10n.t(
            'There are no validation rows: early stopping is off and the last weights are kept. Give the split a validation share.',
          ),
  };
}
