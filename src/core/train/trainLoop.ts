// Owns a training from the first step to the scores: epochs, order, early stopping, reports, checkpoints. Knows no
// tensor (an engine does), no file (a sink does), no process. Everything that happens leaves as an event.
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import type { Clock } from '../../shared/clock';
import { BenchError } from '../../shared/errors';
import { randomStream, type RandomState } from '../../shared/random';
import type { Experiment } from '../../shared/schema/experiment';
import type { TrainEventOf } from '../../shared/schema/run';
import { countParameters, parameterLayout, planModel, type ModelPlan } from '../model/plan';
import type { EncodedDataset, EncodedSplit } from '../recipe/dataset';
import type { Checkpoint } from '../runs/checkpointFiles';
import { CheckpointKeeper, type CheckpointSink } from './checkpointKeeper';
import { EarlyStopping } from './earlyStopping';
import type { TrainingEngine } from './engine';
import { forwardAll } from './forwardAll';
import { lossOf } from './losses';
import { fullScores, quickScores, scoreBaseline, type Baseline, type NamedScores } from './scores';
import { RateMeter, StepReport, type Emit } from './stepReport';

export interface TrainingOptions {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly engine: TrainingEngine;
  readonly clock: Clock;
  /** Gets the events in order; a promise is awaited before training goes on. */
  readonly emit: Emit;
  /** Asked after every batch. */
  readonly signal: { stopRequested(): boolean };
  readonly checkpoints: CheckpointSink;
}

export interface TrainingResult {
  readonly reason: TrainEventOf<'finished'>['reason'];
  /** Whole epochs done. */
  readonly epoch: number;
  readonly bestEpoch: number;
  readonly train: NamedScores;
  readonly validation: NamedScores;
  readonly test?: NamedScores;
  readonly baseline?: Baseline;
}

/** How long training may keep the event loop from the messages of others. */
const BREATH_INTERVAL_MS = 25;

/**
 * Emits phase, model, then steps, epoch and checkpoint as they come, then phase, evaluation, finished. The caller
 * emits what comes before and, when this throws, failed.
 * @throws BenchError 'train.nonFinite' when the loss or a weight is no longer finite; 'data.noTrainRows'
 */
export async function runTraining(options: TrainingOptions): Promise<TrainingResult> {
  const { experiment, dataset, engine, clock, emit, signal } = options;
  const { epochs, seed, optimizer, earlyStopping } = experiment.training;
  const plan = planModel({ experiment, inputWidth: dataset.features, outputWidth: dataset.outputs });
  const rows = dataset.train.rows;
  if (rows === 0) throw new BenchError('data.noTrainRows', l10n.t('Expected train rows, found none.'));
  const batchSize =
    experiment.training.batchSize === 'full' ? rows : Math.min(experiment.training.batchSize, rows);
  const hasValidation = dataset.validation.rows > 0;

  await emit({ type: 'phase', timeMs: clock.now(), phase: 'training' });
  await emit({
    type: 'model',
    timeMs: clock.now(),
    parameters: countParameters(plan),
    loss: plan.loss,
    batchSize,
    stepsPerEpoch: Math.ceil(rows / batchSize),
    epochs,
  });
  if (!hasValidation) await emit(noValidationWarning(clock, experiment));

  const report = new StepReport(clock, emit);
  const keeper = new CheckpointKeeper(clock, options.checkpoints, emit);
  const breathe = createBreath(clock);
  const stopping = new EarlyStopping(earlyStopping);
  const meter = new RateMeter();
  const shuffle = randomStream(seed, 'shuffle');
  const pass = new EpochPass({ ...options, plan, batchSize, report, breathe });
  let epoch = 0;
  let reason: TrainingResult['reason'] = 'allEpochs';
  let shuffled: RandomState = shuffle.save();
  const take = (kind: Checkpoint['kind']): Checkpoint =>
    takeCheckpoint({ kind, experiment, plan, engine, epoch, pass, shuffle: shuffled, stopping });

  try {
    while (epoch < epochs) {
      shuffled = shuffle.save();
      const order = Uint32Array.from({ length: rows }, (_, i) => i);
      if (batchSize < rows) shuffle.shuffle(order);
      const startMs = clock.now();
      const isWhole = await pass.run(order, epoch);
      if (!isWhole) {
        reason = 'stopped';
        break;
      }
      meter.add(rows, clock.now() - startMs);
      epoch++;
      const train = pass.takeScores(order);
      shuffled = shuffle.save();
      const validation = hasValidation ? await validate() : {};
      const watched = validation.loss ?? NaN;
      if (hasValidation && !Number.isFinite(watched)) {
        throw nonFinite(experiment, epoch, pass.step, watched);
      }
      const verdict = hasValidation ? stopping.afterEpoch(epoch, watched) : undefined;
      if (verdict?.improved === true) keeper.keepBest(take('best'));
      report.addEpoch({
        type: 'epoch',
        timeMs: clock.now(),
        epoch,
        step: pass.step,
        train,
        validation,
        learningRate: optimizer.learningRate,
        samplesPerSecond: meter.perSecond,
        best: verdict?.improved === true,
      });
      if (await report.flushIfDue()) await keeper.writeIfDue(() => take('last'));
      await breathe();
      if (verdict?.stop === true) {
        reason = 'earlyStopping';
        break;
      }
      if (signal.stopRequested() && epoch < epochs) {
        reason = 'stopped';
        break;
      }
    }
  } finally {
    // Also when training failed: what was reached is kept.
    await report.flush();
    await keeper.writeBest();
  }
  await keeper.writeLast(take('last'));

  await emit({ type: 'phase', timeMs: clock.now(), phase: 'evaluating' });
  const best = keeper.best;
  const restores = best !== undefined && earlyStopping !== false && earlyStopping.restoreBest;
  if (restores) engine.setParameters(flatten(best));
  const scores = await evaluate({ ...options, plan, breathe });
  const bestEpoch = best?.epoch ?? epoch;
  await emit({ type: 'evaluation', timeMs: clock.now(), epoch: restores ? best.epoch : epoch, ...scores });
  await emit({ type: 'finished', timeMs: clock.now(), reason, epoch, bestEpoch });
  return { reason, epoch, bestEpoch, ...scores };

  async function validate(): Promise<NamedScores> {
    const { y, rows: count } = dataset.validation;
    const outputs = await outputsOf(engine, plan, dataset.validation, breathe);
    const width = plan.outputWidth;
    const loss = lossOf({ loss: plan.loss, outputs, y, rows: count, width });
    const { target } = dataset.recipe;
    return { loss, ...quickScores({ target, loss: plan.loss, outputs, y, rows: count, width }) };
  }
}

interface EpochPassOptions extends TrainingOptions {
  readonly plan: ModelPlan;
  readonly batchSize: number;
  readonly report: StepReport;
  readonly breathe: () => Promise<void>;
}

/** One pass over the train rows after another, with the running sums of the one that is going on. */
class EpochPass {
  /** Optimizer updates so far, over all epochs. */
  step = 0;
  /** Positions done in the pass that is going on, 0 between passes. */
  position = 0;
  /** Sum of loss * rows over them. */
  lossSum = 0;
  private readonly outputs: Float32Array;

  constructor(private readonly options: EpochPassOptions) {
    this.outputs = new Float32Array(options.dataset.train.rows * options.plan.outputWidth);
  }

  /**
   * @param epochsDone whole epochs before this one
   * @returns false when it was stopped before the end of `order`
   */
  async run(order: Uint32Array, epochsDone: number): Promise<boolean> {
    const { experiment, engine, clock, signal, report, breathe, batchSize } = this.options;
    this.position = 0;
    this.lossSum = 0;
    while (this.position < order.length && !signal.stopRequested()) {
      const pauseMs = clock.now() + BREATH_INTERVAL_MS;
      let failedLoss: number | undefined;
      await engine.trainSteps({
        order,
        from: this.position,
        batchSize,
        outputs: this.outputs,
        afterStep: (loss, rows, finite) => {
          const now = clock.now();
          this.step++;
          this.position += rows;
          this.lossSum += loss * rows;
          report.addStep(this.step, epochsDone + this.position / order.length, loss, now);
          if (!finite || !Number.isFinite(loss)) {
            failedLoss = loss;
            return false;
          }
          return now < pauseMs && !signal.stopRequested();
        },
      });
      if (failedLoss !== undefined) throw nonFinite(experiment, epochsDone + 1, this.step, failedLoss);
      await report.flushIfDue();
      await breathe();
    }
    return this.position === order.length;
  }

  /** Scores of the outputs seen while training, as Keras' running metrics; ends the pass. */
  takeScores(order: Uint32Array): NamedScores {
    const { dataset, plan } = this.options;
    const width = plan.outputWidth;
    const y = new Float32Array(order.length * width);
    for (let i = 0; i < order.length; i++) {
      const from = (order[i] ?? 0) * width;
      for (let j = 0; j < width; j++) y[i * width + j] = dataset.train.y[from + j] ?? 0;
    }
    const loss = this.lossSum / order.length;
    this.position = 0;
    this.lossSum = 0;
    const { target } = dataset.recipe;
    return {
      loss,
      ...quickScores({ target, loss: plan.loss, outputs: this.outputs, y, rows: order.length, width }),
    };
  }
}

type Evaluation = Pick<TrainingResult, 'train' | 'validation' | 'test' | 'baseline'>;

/** The scores of the engine's weights; the test rows are looked at here and nowhere else. */
async function evaluate(
  options: TrainingOptions & { readonly plan: ModelPlan; readonly breathe: () => Promise<void> },
): Promise<Evaluation> {
  const { experiment, dataset, engine, plan, breathe } = options;
  const { target } = dataset.recipe;
  const width = plan.outputWidth;
  const score = async (split: EncodedSplit): Promise<NamedScores> => {
    if (split.rows === 0) return {};
    const outputs = await outputsOf(engine, plan, split, breathe);
    return fullScores({ target, loss: plan.loss, outputs, y: split.y, rows: split.rows, width });
  };
  const train = await score(dataset.train);
  const validation = await score(dataset.validation);
  if (!experiment.evaluation.testOnce || dataset.test.rows === 0) return { train, validation };
  const test = await score(dataset.test);
  if (!experiment.evaluation.baseline) return { train, validation, test };
  const baseline = scoreBaseline(target, plan.loss, width, dataset.train, dataset.test);
  return { train, validation, test, baseline };
}

function outputsOf(
  engine: TrainingEngine,
  plan: ModelPlan,
  split: EncodedSplit,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const { inputWidth, outputWidth } = plan;
  const { x, rows } = split;
  return forwardAll({ engine, x, rows, inputWidth, outputWidth, parameters: countParameters(plan), breathe });
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

function takeCheckpoint(from: {
  readonly kind: Checkpoint['kind'];
  readonly experiment: Experiment;
  readonly plan: ModelPlan;
  readonly engine: TrainingEngine;
  readonly epoch: number;
  readonly pass: EpochPass;
  readonly shuffle: RandomState;
  readonly stopping: EarlyStopping;
}): Checkpoint {
  const state = from.engine.save();
  const { training } = from.experiment;
  return {
    kind: from.kind,
    epoch: from.epoch,
    step: from.pass.step,
    position: from.pass.position,
    lossSum: from.pass.lossSum,
    seed: training.seed,
    shuffle: from.shuffle,
    random: { ...state.random },
    earlyStopping: { ...from.stopping.save() },
    optimizer: { type: training.optimizer.type, step: state.optimizer.step },
    parameters: parameterLayout(from.plan).map(({ name, shape, offset, size }) => ({
      name,
      shape,
      values: state.parameters.subarray(offset, offset + size),
    })),
    slots: state.optimizer.slots,
  };
}

/** A checkpoint's tensors as the flat vector they were cut from. */
export function flatten(checkpoint: Checkpoint): Float32Array {
  const size = checkpoint.parameters.reduce((sum, tensor) => sum + tensor.values.length, 0);
  const flat = new Float32Array(size);
  let offset = 0;
  for (const { values } of checkpoint.parameters) {
    flat.set(values, offset);
    offset += values.length;
  }
  return flat;
}

function nonFinite(experiment: Experiment, epoch: number, step: number, loss: number): BenchError {
  return new BenchError(
    'train.nonFinite',
    Number.isFinite(loss)
      ? l10n.t(
          'Epoch {0}, step {1}: expected finite weights, found NaN or infinity. Lower training.optimizer.learningRate (now {2}) or scale the number features.',
          epoch,
          step,
          experiment.training.optimizer.learningRate,
        )
      : l10n.t(
          'Epoch {0}, step {1}: expected a finite loss, found {2}. Lower training.optimizer.learningRate (now {3}) or scale the number features.',
          epoch,
          step,
          String(loss),
          experiment.training.optimizer.learningRate,
        ),
    { details: { epoch, step, loss: String(loss) } },
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
