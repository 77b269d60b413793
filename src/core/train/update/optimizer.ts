// Owns what all optimizers share: slots, which parameters an update touches, and that an update which would leave the
// numbers a float can hold changes nothing. Knows no single rule.
import { BenchError } from '../../../shared/errors';
import type { FloatArray, ParameterSlice } from '../../model/parameterSlice';
import { norm, type Range } from './norms';

/** Everything that the next update depends on besides parameters and gradients; enough to go on exactly. */
export interface OptimizerState {
  /** Updates done. */
  readonly step: number;
  /** E.g. Adam's `m` and `v`: as long as the parameters and of their type. */
  readonly slots: Readonly<Record<string, FloatArray>>;
}

export interface Optimizer {
  /** Updates done. */
  readonly step: number;
  /**
   * Updates the trainable slices of `parameters` in place.
   * @param gradients as long as `parameters`; what an untrainable slice has there is not read
   * @param learningRate of this update
   * @param gradientNorm of `gradients` over the trainable slices, where it is known already
   * @returns false when the update would not be finite, or its gradients are not: then nothing is changed
   */
  apply(parameters: FloatArray, gradients: FloatArray, learningRate: number, gradientNorm?: number): boolean;
  /** Copies. */
  save(): OptimizerState;
  /** Copies. @throws BenchError 'internal.optimizerState' for slots of another size */
  restore(state: OptimizerState): void;
}

export interface OptimizerOptions {
  readonly slices: readonly ParameterSlice[];
  /** Of the flat vector of parameters. */
  readonly length: number;
  /** The type of parameters, gradients and slots; absent: float32. */
  readonly float64?: boolean | undefined;
}

/** A run of parameters that are updated alike; `keep` is what weight decay leaves of each. */
export interface UpdateRange extends Range {
  readonly decays: boolean;
  keep: number;
}

// A weight moved by less than half the distance between the largest floats cannot become infinite, and a slot below
// them is none: half of 2^104 for float32, of 2^971 for float64, with much to spare.
const REACH_FLOAT32 = 1e30;
const REACH_FLOAT64 = 1e290;

// Below TINY a slot moves no float32 weight. Decaying by 0.9 an update it does not become a float32 denormal (1.2e-38)
// in one interval.
const TINY = 1e-35;
const FLUSH_INTERVAL = 64;

export abstract class SlottedOptimizer implements Optimizer {
  step = 0;
  protected abstract readonly slots: Readonly<Record<string, FloatArray>>;
  private readonly ranges: UpdateRange[];
  private readonly reachLimit: number;
  /** An upper bound of each |slot|; unknown after a restore. */
  private slotBound: number | undefined;
  /** Where `slotReach` grows faster than the slots do: `update` looks. */
  protected readonly measures: boolean = false;
  /** Of the update that is being made. */
  protected rate = 0;

  constructor(
    private readonly options: OptimizerOptions,
    private readonly weightDecay: number,
  ) {
    this.ranges = updateRanges(options.slices);
    this.reachLimit = options.float64 === true ? REACH_FLOAT64 : REACH_FLOAT32;
  }

  /** Sets what all parameters of the update `this.step` share: at least its rate. */
  protected prepare(learningRate: number): void {
    this.rate = learningRate;
  }

  /** @returns an upper bound of each new |slot| of the range if it `measures`, otherwise 0 */
  protected abstract update(parameters: FloatArray, gradients: FloatArray, range: UpdateRange): number;

  /**
   * An upper bound of each |slot| after the update `this.step`, prepared.
   * @param slot upper bound of each |slot| before it
   * @param gradient upper bound of each |gradient|
   */
  protected abstract slotReach(slot: number, gradient: number): number;

  /**
   * An upper bound of what that update moves a weight by.
   * @param slot upper bound of each |slot| after it
   */
  protected abstract moveReach(slot: number, gradient: number): number;

  apply(
    parameters: FloatArray,
    gradients: FloatArray,
    learningRate: number,
    gradientNorm = norm(gradients, this.ranges),
  ): boolean {
    if (!Number.isFinite(gradientNorm)) return false;
    const keep = 1 - learningRate * this.weightDecay;
    for (const range of this.ranges) range.keep = range.decays ? keep : 1;
    if (this.slotBound === undefined) {
      // From outside may come anything; after this what is finite stays so.
      if (!this.ranges.every((range) => isFiniteIn(parameters, range))) return false;
      this.slotBound = largestOf(this.slots);
    }
    this.step++;
    this.prepare(learningRate);
    const slotBound = this.slotReach(this.slotBound, gradientNorm);
    const reach = Math.max(slotBound, this.moveReach(slotBound, gradientNorm));
    const isSafe = Math.abs(keep) <= 1 && reach < this.reachLimit;
    if (!isSafe) return this.applyOrPutBack(parameters, gradients);
    const measured = this.updateAll(parameters, gradients);
    this.slotBound = this.measures ? measured : slotBound;
    return true;
  }

  /** For gradients and rates so large that the update may overflow: rare, so that its copies cost nothing. */
  private applyOrPutBack(parameters: FloatArray, gradients: FloatArray): boolean {
    const before = parameters.slice();
    const state = { ...this.save(), step: this.step - 1 };
    this.updateAll(parameters, gradients);
    this.slotBound = largestOf(this.slots);
    if (Number.isFinite(this.slotBound) && this.ranges.every((range) => isFiniteIn(parameters, range))) {
      return true;
    }
    parameters.set(before);
    this.restore(state);
    return false;
  }

  private updateAll(parameters: FloatArray, gradients: FloatArray): number {
    // Not a loop: V8 would put the one of `update` into it, where it is a tenth slower.
    const bound = this.ranges.reduce(
      (largest, range) => Math.max(largest, this.update(parameters, gradients, range)),
      0,
    );
    if (this.options.float64 !== true && this.step % FLUSH_INTERVAL === 0) flush(this.slots);
    return bound;
  }

  save(): OptimizerState {
    const slots = Object.entries(this.slots).map(([name, values]) => [name, values.slice()] as const);
    return { step: this.step, slots: Object.fromEntries(slots) };
  }

  restore(state: OptimizerState): void {
    for (const [name, values] of Object.entries(this.slots)) restoreSlot(state, name, values);
    this.step = state.step;
    this.slotBound = undefined;
  }

  /** As long as the parameters, of their type. */
  protected createSlot(value = 0): FloatArray {
    const { length } = this.options;
    const slot = this.options.float64 === true ? new Float64Array(length) : new Float32Array(length);
    return value === 0 ? slot : slot.fill(value);
  }
}

/** @throws BenchError 'internal.optimizerState' when the slot is not there or has another size */
export function restoreSlot(state: OptimizerState, name: string, values: FloatArray): void {
  const saved = state.slots[name];
  if (saved?.length !== values.length) {
    throw new BenchError(
      'internal.optimizerState',
      `Optimizer slot "${name}": expected ${values.length} values, found ${saved?.length ?? 'none'}.`,
    );
  }
  values.set(saved);
}

/** The trainable parameters, neighbours that are updated alike put together. */
export function updateRanges(slices: readonly ParameterSlice[]): UpdateRange[] {
  const ranges: { from: number; to: number; decays: boolean; keep: number }[] = [];
  for (const { offset, size, trainable, decays } of slices) {
    if (!trainable || size === 0) continue;
    const last = ranges[ranges.length - 1];
    if (last?.to === offset && last.decays === decays) last.to = offset + size;
    else ranges.push({ from: offset, to: offset + size, decays, keep: 1 });
  }
  return ranges;
}

/** Of |slot|; NaN when one is NaN. */
function largestOf(slots: Readonly<Record<string, FloatArray>>): number {
  let largest = 0;
  for (const values of Object.values(slots)) {
    for (const value of values) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** What decayed to nothing becomes zero before it is a denormal, which costs a hundred times as much. */
function flush(slots: Readonly<Record<string, FloatArray>>): void {
  for (const values of Object.values(slots)) {
    for (let i = 0; i < values.length; i++) if (Math.abs(values[i] ?? 0) < TINY) values[i] = 0;
  }
}

function isFiniteIn(values: FloatArray, { from, to }: Range): boolean {
  for (let i = from; i < to; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
