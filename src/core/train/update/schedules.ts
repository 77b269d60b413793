// Owns the learning rate of each update: pure functions of how far the training is. What `plateau` makes of the rate is
// kept by its callback.
import { assertNever } from '../../../shared/errors';
import type { ScheduleConfig } from '../../../shared/schema/training';

export interface LearningRateConfig {
  /** The optimizer's. */
  readonly learningRate: number;
  readonly schedule: ScheduleConfig;
  readonly warmupEpochs: number;
}

export interface TrainingTime {
  /** Updates done before this one. */
  readonly step: number;
  /** Updates an epoch; not whole where an update takes several batches. */
  readonly stepsPerEpoch: number;
  /** Of the whole training, at most. */
  readonly epochs: number;
}

// A share of epochs times steps may come out a rounding below the whole number it is.
const ROUNDING = 1e-9;
const floor = (value: number): number => Math.floor(value + ROUNDING);

/**
 * The rate first rises from 0 in a straight line, so that the very first update moves nothing (as keras' warmup_target);
 * then the schedule runs over what is left of the training. Past the end it stays where it ended.
 */
export function learningRateAt(config: LearningRateConfig, time: TrainingTime): number {
  const { learningRate, schedule, warmupEpochs } = config;
  const warmupSteps = warmupEpochs * time.stepsPerEpoch;
  if (time.step < warmupSteps) return (learningRate * time.step) / warmupSteps;
  const step = time.step - warmupSteps;
  const steps = time.epochs * time.stepsPerEpoch - warmupSteps;
  return learningRate * shareAt(schedule, { step, steps, epoch: step / time.stepsPerEpoch });
}

interface ScheduleTime {
  /** Since the warm-up; of so many. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
}

/** Of the configured rate. */
function shareAt(schedule: ScheduleConfig, time: ScheduleTime): number {
  switch (schedule.type) {
    case 'constant':
    case 'plateau':
      return 1;
    // torch.optim.lr_scheduler.StepLR
    case 'step':
      return schedule.factor ** floor(time.epoch / schedule.everyEpochs);
    // keras.optimizers.schedules.ExponentialDecay(decay_steps=stepsPerEpoch)
    case 'exponential':
      return schedule.rate ** time.epoch;
    // keras.optimizers.schedules.CosineDecay(alpha=minimum)
    case 'cosine':
      return cosineTo(schedule.minimum, time.steps > 0 ? Math.min(time.step / time.steps, 1) : 1, 1);
    case 'cosineRestarts':
      return restartedShare(schedule, time.epoch);
    case 'oneCycle':
      return cycleShare(schedule, time);
    default:
      return assertNever(schedule);
  }
}

/** Half a cosine from `height`; `minimum` of what is left is never lost. */
function cosineTo(minimum: number, done: number, height: number): number {
  return (1 - minimum) * height * 0.5 * (1 + Math.cos(Math.PI * done)) + minimum;
}

/** @see keras.optimizers.schedules.CosineDecayRestarts(t_mul=lengthFactor, m_mul=heightFactor, alpha=minimum) */
function restartedShare(
  schedule: Extract<ScheduleConfig, { type: 'cosineRestarts' }>,
  epoch: number,
): number {
  const { firstEpochs, lengthFactor, heightFactor, minimum } = schedule;
  const passed = epoch / firstEpochs;
  // Lengths 1 + f + f^2 + ... = (f^n - 1) / (f - 1) of the first are over before restart n.
  const restarts =
    lengthFactor === 1
      ? floor(passed)
      : floor(Math.log1p(passed * (lengthFactor - 1)) / Math.log(lengthFactor));
  const before = lengthFactor === 1 ? restarts : (lengthFactor ** restarts - 1) / (lengthFactor - 1);
  const done = Math.max(0, (passed - before) / lengthFactor ** restarts);
  return cosineTo(minimum, done, heightFactor ** restarts);
}

/**
 * @see torch.optim.lr_scheduler.OneCycleLR(anneal_strategy='cos', div_factor=1/startFactor,
 * final_div_factor=startFactor/endFactor): the peak is one step before the share `rise` of the steps, the end the last one
 */
function cycleShare(
  { rise, startFactor, endFactor }: Extract<ScheduleConfig, { type: 'oneCycle' }>,
  { step, steps }: ScheduleTime,
): number {
  const peak = rise * steps - 1;
  const end = steps - 1;
  if (step <= peak) return peak > 0 ? between(startFactor, 1, step / peak) : 1;
  return between(1, endFactor, end > peak ? Math.min((step - peak) / (end - peak), 1) : 1);
}

function between(from: number, to: number, done: number): number {
  return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * done));
}
