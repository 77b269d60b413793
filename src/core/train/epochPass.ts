// Owns one pass over the train rows after another, with the running sums of the one that is going on, and what is watched
// step by step: spikes, what is not finite, the budget.
import * as l10n from '@vscode/l10n';
import type { Clock } from '../../shared/clock';
import type { Experiment } from '../../shared/schema/experiment';
import type { TrainEventOf } from '../../shared/schema/run';
import type { ModelPlan } from '../model/plan';
import type { EncodedDataset } from '../recipe/dataset';
import type { Checkpoint } from '../runs/checkpointFiles';
import type { Budget } from './callbacks/budget';
import type { SpikeDetector } from './callbacks/spikes';
import type { StepDone, TrainingEngine } from './engine';
import type { LearningRate } from './learningRate';
import { lossOf } from './losses';
import type { LossTrace } from './lossTrace';
import { nonFinite } from './nonFinite';
import { quickScores, type NamedScores } from './scores';
import type { Emit, StepReport } from './stepReport';

/** How long training may keep the event loop from the messages of others. */
export const BREATH_INTERVAL_MS = 25;
/** Rows of a batch that are named: those with the largest loss. */
const NAMED_ROWS = 5;
/** Of the first loss: far below it, ten times next to nothing is still nothing. */
const SPIKE_SHARE = 0.25;
/** Told at most; who has seen so many has seen enough. */
const MAX_SPIKES = 5;

export interface EpochPassOptions {
  readonly experiment: Experiment;
  readonly dataset: EncodedDataset;
  readonly engine: TrainingEngine;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: { stopRequested(): boolean };
  readonly plan: ModelPlan;
  readonly batchSize: number;
  readonly report: StepReport;
  readonly breathe: () => Promise<void>;
  readonly rate: LearningRate;
  readonly spikes: SpikeDetector | undefined;
  readonly budget: Budget;
  readonly losses: LossTrace;
  readonly resume: Checkpoint | undefined;
  /** Writes checkpoints that are due. */
  readonly keep: () => Promise<void>;
}

export class EpochPass {
  /** Batches so far, over all epochs. */
  step: number;
  /** Positions done in the pass that is going on, 0 between passes. */
  position: number;
  /** Sum of loss * rows over them. */
  lossSum: number;
  /** Updates so far: fewer than steps where gradients are accumulated. */
  private updates: number;
  private learningRate = 0;
  private readonly outputs: Float32Array;

  constructor(private readonly options: EpochPassOptions) {
    const { dataset, plan, resume, rate } = options;
    this.outputs = new Float32Array(dataset.train.rows * plan.outputWidth);
    if (resume !== undefined) this.outputs.set(resume.seen);
    this.step = resume?.step ?? 0;
    this.position = resume?.position ?? 0;
    this.lossSum = resume?.lossSum ?? 0;
    this.updates = resume?.optimizer.step ?? 0;
    this.learningRate = rate.at(this.updates);
  }

  /** Of the last step. */
  get lastLearningRate(): number {
    return this.learningRate;
  }

  /** [position, outputWidth]: raw outputs of the positions done. */
  get seen(): Float32Array {
    return this.outputs.subarray(0, this.position * this.options.plan.outputWidth);
  }

  /**
   * Goes on from `position`.
   * @param epochsDone whole epochs before this one
   * @returns false when it was stopped before the end of `order`
   * @throws BenchError 'train.nonFinite'
   */
  async run(order: Uint32Array, epochsDone: number): Promise<boolean> {
    const { engine, clock, signal, report, breathe, batchSize, rate, budget, emit, losses } = this.options;
    while (
      this.position < order.length &&
      !signal.stopRequested() &&
      budget.exceeded(this.step) === undefined
    ) {
      const pauseMs = clock.now() + BREATH_INTERVAL_MS;
      const seen: { failed?: StepDone; spike?: { median: number; loss: number; from: number } } = {};
      await engine.trainSteps({
        order,
        from: this.position,
        batchSize,
        outputs: this.outputs,
        learningRate: () => (this.learningRate = rate.at(this.updates)),
        afterStep: (done) => {
          const now = clock.now();
          const from = this.position;
          this.step++;
          if (done.finite) {
            this.position += done.rows;
            this.lossSum += done.loss * done.rows;
          }
          if (done.updated) this.updates++;
          const epoch = epochsDone + (from + done.rows) / order.length;
          report.addStep({
            step: this.step,
            epoch,
            loss: done.loss,
            gradientNorm: done.gradientNorm,
            nowMs: now,
          });
          if (!done.finite) {
            seen.failed = done;
            return false;
          }
          losses.afterStep(done.loss);
          const median = this.options.spikes?.afterStep(done.loss);
          if (median !== undefined && done.loss > SPIKE_SHARE * losses.first)
            seen.spike = { median, loss: done.loss, from };
          const isOver = this.options.experiment.training.maxSteps === this.step;
          return seen.spike === undefined && now < pauseMs && !isOver && !signal.stopRequested();
        },
      });
      const batch = (from: number): Uint32Array =>
        order.subarray(from, Math.min(from + batchSize, order.length));
      if (seen.failed !== undefined) {
        throw await nonFinite({
          ...this.options,
          batch: batch(this.position),
          epoch: epochsDone + 1,
          step: this.step,
          learningRate: this.learningRate,
          loss: seen.failed.loss,
        });
      }
      if (seen.spike !== undefined) {
        const { median, loss, from } = seen.spike;
        const count = losses.countSpike();
        if (count <= MAX_SPIKES) {
          const rows = this.worstRows(batch(from), from);
          await report.flush();
          await emit(
            spikeWarning({ clock, step: this.step, loss, median, rows, isLast: count === MAX_SPIKES }),
          );
        }
      }
      if (await report.flushIfDue()) await this.options.keep();
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
    return { loss, ...quickScores({ target, ...plan, outputs: this.outputs, y, rows: order.length, width }) };
  }

  /** Rows of the file, counted from 1, of the largest losses in a batch that was just computed. */
  private worstRows(batch: Uint32Array, from: number): number[] {
    const { dataset, plan } = this.options;
    const width = plan.outputWidth;
    const losses = Array.from(batch, (row, i) => {
      const outputs = this.outputs.subarray((from + i) * width, (from + i + 1) * width);
      const y = dataset.train.y.subarray(row * width, (row + 1) * width);
      return { row, loss: lossOf({ ...plan, outputs, y, rows: 1, width }) };
    });
    losses.sort((a, b) => b.loss - a.loss);
    return losses.slice(0, NAMED_ROWS).map(({ row }) => (dataset.train.sourceRows[row] ?? -1) + 1);
  }
}

interface Spike {
  readonly clock: Clock;
  readonly step: number;
  readonly loss: number;
  readonly median: number;
  /** Of the file, counted from 1; 0 for a row that the recipe made. */
  readonly rows: readonly number[];
  readonly isLast: boolean;
}

function spikeWarning({ clock, step, loss, median, rows, isLast }: Spike): TrainEventOf<'warning'> {
  const message = l10n.t(
    'Step {0}: the loss jumped to {1}, where {2} was usual. Largest in the batch: data rows {3}. Look at them; if they are right, clip the gradients or lower the learning rate.',
    step,
    loss.toPrecision(4),
    median.toPrecision(4),
    rows.filter((row) => row > 0).join(', '),
  );
  return {
    type: 'warning',
    timeMs: clock.now(),
    code: 'train.spike',
    message: isLast ? `${message} ${l10n.t('Further jumps are not told.')}` : message,
  };
}
