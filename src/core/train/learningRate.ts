// Owns the learning rate of the next update: the schedule at this update, times what the plateau callback left of it.
import type { TrainingConfig } from '../../shared/schema/training';
import { Plateau, type PlateauState } from './callbacks/plateau';
import { learningRateAt } from './update/schedules';

export interface LearningRateOptions {
  readonly training: TrainingConfig;
  readonly stepsPerEpoch: number;
  readonly plateau: PlateauState | undefined;
}

export class LearningRate {
  private readonly plateau: Plateau | undefined;

  constructor(private readonly options: LearningRateOptions) {
    const { schedule, optimizer } = options.training;
    this.plateau =
      schedule.type === 'plateau'
        ? new Plateau(schedule, optimizer.learningRate, options.plateau)
        : undefined;
  }

  /** @param updates done so far */
  at(updates: number): number {
    const { training, stepsPerEpoch } = this.options;
    const { optimizer, schedule, warmupEpochs, accumulateBatches, epochs } = training;
    const config = { learningRate: optimizer.learningRate, schedule, warmupEpochs };
    const rate = learningRateAt(config, {
      step: updates,
      stepsPerEpoch: stepsPerEpoch / accumulateBatches,
      epochs,
    });
    return rate * (this.plateau?.scale ?? 1);
  }

  /** @returns whether the rate was cut */
  afterEpoch(validationLoss: number | undefined): boolean {
    return this.plateau?.afterEpoch(validationLoss) ?? false;
  }

  save(): PlateauState | undefined {
    return this.plateau?.save();
  }
}
