// Owns the check of gradients by finite differences of the loss, in float64: which numbers are looked at, how far to each
// side, and what is no fault of a gradient (rounding, a relu that bends). Knows no layers and no data.
import { throwIfAborted } from '../../shared/abort';
import { randomStream } from '../../shared/random';
import type { ExplainedDifference } from '../../shared/schema/explainedStep';
import type { FloatArray, ParameterSlice } from '../model/parameterSlice';

/** Of a larger tensor so many are drawn: half of them from those whose gradient is not 0. */
export const MAX_CHECKED = 200;

/**
 * Widths that are tried, widest first. Fourth-order differences in float64 are best near (2^-52)^(1/5) = 2^-10; narrower
 * ones round more, and see less of what lies beside a bend.
 */
const WIDTHS = [2 ** -10, 2 ** -14, 2 ** -18, 2 ** -22] as const;
/** Two widths that agree as well as this tell the slope. */
const AGREES = 1e-6;
/** Differences between two looks at the signal. */
const LOOK_EVERY = 64;

export interface DifferenceInput {
  readonly slices: readonly ParameterSlice[];
  /** Moved in place, and put back. */
  readonly parameters: Float64Array;
  readonly gradients: FloatArray;
  /** The loss of the parameters as they are now. */
  readonly lossNow: () => number;
  readonly seed: number;
}

export interface Work {
  readonly signal?: AbortSignal | undefined;
  readonly breathe: () => Promise<void>;
}

export interface CheckedDifferences {
  /** By slice name. */
  readonly bySlice: ReadonlyMap<string, readonly ExplainedDifference[]>;
  readonly floor: number;
}

/** Of each trainable slice, in its order. */
export async function checkDifferences(input: DifferenceInput, work: Work): Promise<CheckedDifferences> {
  const floor = floorOf(input);
  const bySlice = new Map<string, readonly ExplainedDifference[]>();
  let done = 0;
  for (const slice of input.slices) {
    if (!slice.trainable) continue;
    const checks: ExplainedDifference[] = [];
    for (const index of chooseIndices(slice, input)) {
      checks.push({ index, ...checkOne(input, slice.offset + index, floor) });
      if (++done % LOOK_EVERY === 0) throwIfAborted(work.signal);
      await work.breathe();
    }
    bySlice.set(slice.name, checks);
  }
  return { bySlice, floor };
}

/**
 * A gradient far below the others, or below what rounding of the loss makes of a difference, is not measured by itself:
 * the loss has 2^-52 of itself as noise, a difference 2^10 times that, and 1e-4 of the floor must be above it.
 */
function floorOf({ gradients, lossNow }: DifferenceInput): number {
  let largest = 0;
  for (const gradient of gradients) largest = Math.max(largest, Math.abs(gradient));
  return Math.max(1e-6 * largest, 1e-8 * Math.max(1, Math.abs(lossNow())));
}

/** Ascending. */
function chooseIndices(
  { name, offset, size }: ParameterSlice,
  { gradients, seed }: DifferenceInput,
): number[] {
  if (size <= MAX_CHECKED) return Array.from({ length: size }, (_, i) => i);
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  randomStream(seed, `differences/${name}`).shuffle(order);
  const chosen = new Set<number>();
  for (const index of order) {
    if (chosen.size === MAX_CHECKED / 2) break;
    if (gradients[offset + index] !== 0) chosen.add(index);
  }
  for (const index of order) {
    if (chosen.size === MAX_CHECKED) break;
    chosen.add(index);
  }
  return [...chosen].sort((a, b) => a - b);
}

function checkOne(
  { parameters, gradients, lossNow }: DifferenceInput,
  at: number,
  floor: number,
): Omit<ExplainedDifference, 'index'> {
  const gradient = gradients[at] ?? 0;
  const start = parameters[at] ?? 0;
  const lossAt = (shift: number): number => {
    parameters[at] = start + shift;
    const loss = lossNow();
    parameters[at] = start;
    return loss;
  };
  const relativeOf = (a: number, b: number): number =>
    Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), floor);
  const { difference, width } = slopeOf(lossAt, (value) => relativeOf(value, gradient), relativeOf);
  const relative = relativeOf(gradient, difference);
  const kink = relative > AGREES && isKink({ lossAt, width, gradient, relativeOf });
  return { gradient, difference, relative, width, kink };
}

/**
 * The widest difference, when it is that gradient; else that of the two widths next to each other which agree best: a
 * bend within reach of the wider one is out of reach of the narrower.
 */
function slopeOf(
  lossAt: (shift: number) => number,
  fromGradient: (difference: number) => number,
  relativeOf: (a: number, b: number) => number,
): { difference: number; width: number } {
  let best = { difference: central(lossAt, WIDTHS[0]), width: WIDTHS[0] };
  if (fromGradient(best.difference) <= AGREES) return best;
  let previous = best.difference;
  let smallest = Infinity;
  for (const width of WIDTHS.slice(1)) {
    const difference = central(lossAt, width);
    const change = relativeOf(previous, difference);
    if (change < smallest) [smallest, best] = [change, { difference, width }];
    if (change <= AGREES) break;
    previous = difference;
  }
  return best;
}

/** Fourth order: its error is h^4 / 30 of the fifth derivative. */
function central(lossAt: (shift: number) => number, h: number): number {
  return (8 * (lossAt(h) - lossAt(-h)) - (lossAt(2 * h) - lossAt(-2 * h))) / (12 * h);
}

/** The sides have slopes of their own, and the gradient is one of them or between. */
function isKink({
  lossAt,
  width,
  gradient,
  relativeOf,
}: {
  lossAt: (shift: number) => number;
  width: number;
  gradient: number;
  relativeOf: (a: number, b: number) => number;
}): boolean {
  const here = lossAt(0);
  // Second order to each side.
  const right = (4 * lossAt(width) - lossAt(2 * width) - 3 * here) / (2 * width);
  const left = -(4 * lossAt(-width) - lossAt(-2 * width) - 3 * here) / (2 * width);
  if (relativeOf(left, right) < 1e-3) return false;
  const slack = 1e-3 * Math.max(Math.abs(left), Math.abs(right));
  return gradient >= Math.min(left, right) - slack && gradient <= Math.max(left, right) + slack;
}
