// Owns the minimum of a smooth function by limited-memory BFGS, in float64. Knows nothing of what it minimises.
// @see Nocedal & Wright 2006, algorithms 7.4, 7.5, 3.5 and 3.6

export interface Objective {
  /** Fills the gradient. @returns the value at `point` */
  evaluate(point: Float64Array, gradient: Float64Array): Promise<number>;
  /** Second derivative of each parameter, about; above 0. A guess makes parameters of any scale alike. */
  curvature(point: Float64Array): Promise<Float64Array>;
}

export interface LbfgsOptions {
  readonly objective: Objective;
  readonly start: Float64Array;
  /** Ends where no entry of the gradient is larger. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Asked after each iteration; true: ends as not converged. */
  readonly isOver: () => boolean;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

const MEMORY = 10;
/** Sufficient decrease and curvature of a step, as scipy and Nocedal & Wright. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Values closer than this, relatively, cannot be told apart: the slope decides (Hager & Zhang 2005, eq. 4.1). */
const VALUE_NOISE = 1e-14;
const MAX_TRIALS = 40;
/** The curvature is looked at anew after so many iterations, then after twice as many, and so on. */
const FIRST_REFRESH = 40;

interface State {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
}

export async function minimise(options: LbfgsOptions): Promise<Minimum> {
  const { objective, start, tolerance, maxIterations, isOver } = options;
  const size = start.length;
  const gradient = new Float64Array(size);
  let state: State = { point: start, gradient, value: await objective.evaluate(start, gradient) };
  let history = new History(await objective.curvature(start));
  let refresh = FIRST_REFRESH;
  for (let iteration = 0; ; iteration++) {
    const converged = largest(state.gradient) <= tolerance;
    if (converged || iteration === maxIterations || isOver()) {
      return { point: state.point, iterations: iteration, converged };
    }
    if (iteration === refresh) {
      refresh *= 2;
      history = new History(await objective.curvature(state.point));
    }
    let direction = history.direction(state.gradient);
    if (!(dot(direction, state.gradient) < 0)) {
      history = new History(history.curvature);
      direction = history.direction(state.gradient);
    }
    const next = await searchLine(objective, state, direction);
    if (next === undefined) {
      // No lower point: once more without what is remembered, then this is as low as float64 sees.
      if (history.isEmpty)
        return { point: state.point, iterations: iteration, converged: isFlat(state, tolerance) };
      history = new History(await objective.curvature(state.point));
      continue;
    }
    history.add(state, next);
    state = next;
  }
}

/** Whether what is left of the gradient is rounding: the value cannot be told from a lower one. */
function isFlat({ gradient }: State, tolerance: number): boolean {
  return largest(gradient) <= 1000 * tolerance;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) {
    const size = Math.abs(value);
    // A NaN is no convergence.
    if (!(size <= most)) most = size;
  }
  return most;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The last steps and the changes of the gradient over them. */
class History {
  private readonly steps: Float64Array[] = [];
  private readonly changes: Float64Array[] = [];
  private scale = 1;

  constructor(readonly curvature: Float64Array) {}

  get isEmpty(): boolean {
    return this.steps.length === 0;
  }

  add(before: State, after: State): void {
    const step = after.point.map((value, i) => value - (before.point[i] ?? 0));
    const change = after.gradient.map((value, i) => value - (before.gradient[i] ?? 0));
    const product = dot(step, change);
    const preconditioned = change.map((value, i) => value / (this.curvature[i] ?? 1));
    const size = dot(change, preconditioned);
    if (!(product > 1e-300) || !(size > 1e-300)) return;
    if (this.steps.length === MEMORY) {
      this.steps.shift();
      this.changes.shift();
    }
    this.steps.push(step);
    this.changes.push(change);
    this.scale = product / size;
  }

  /** -H * gradient by the two-loop recursion; the first guess of H is the scaled inverse of the curvature. */
  direction(gradient: Float64Array): Float64Array {
    const { steps, changes, curvature, scale } = this;
    const result = gradient.map((value) => -value);
    const factors: number[] = [];
    for (let i = steps.length - 1; i >= 0; i--) {
      const step = steps[i] ?? result;
      const change = changes[i] ?? result;
      const factor = dot(step, result) / dot(step, change);
      factors[i] = factor;
      for (let j = 0; j < result.length; j++) result[j] = (result[j] ?? 0) - factor * (change[j] ?? 0);
    }
    for (let j = 0; j < result.length; j++) result[j] = (scale * (result[j] ?? 0)) / (curvature[j] ?? 1);
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] ?? result;
      const change = changes[i] ?? result;
      const factor = (factors[i] ?? 0) - dot(change, result) / dot(step, change);
      for (let j = 0; j < result.length; j++) result[j] = (result[j] ?? 0) + factor * (step[j] ?? 0);
    }
    return result;
  }
}

interface Trial {
  readonly length: number;
  readonly state: State;
  /** Along the direction. */
  readonly slope: number;
}

/**
 * A step that meets the strong Wolfe conditions, else the lowest point seen; undefined: none is lower. Below `low` the
 * function falls, above `high` it has risen: the step is in between.
 */
async function searchLine(
  objective: Objective,
  from: State,
  direction: Float64Array,
): Promise<State | undefined> {
  const slope = dot(direction, from.gradient);
  let low: Trial = { length: 0, state: from, slope };
  let high: Trial | undefined;
  let lowest = from;
  let length = 1;
  for (let trials = 0; trials < MAX_TRIALS; trials++) {
    const trial = await tryLength(objective, from, direction, length);
    if (trial.state.value < lowest.value) lowest = trial.state;
    if (!isLower(trial, from, slope)) high = trial;
    else if (Math.abs(trial.slope) <= -CURVATURE * slope) return trial.state;
    else if (trial.slope < 0) low = trial;
    else high = trial;
    length = high === undefined ? length * 4 : between(low, high);
    if (!(length > low.length) || !Number.isFinite(length)) break;
  }
  return lowest === from ? undefined : lowest;
}

async function tryLength(
  objective: Objective,
  from: State,
  direction: Float64Array,
  length: number,
): Promise<Trial> {
  const point = from.point.map((value, i) => value + length * (direction[i] ?? 0));
  const gradient = new Float64Array(point.length);
  const value = await objective.evaluate(point, gradient);
  return { length, state: { point, gradient, value }, slope: dot(direction, gradient) };
}

/** Sufficiently; by the slope where the values are too near to tell. A value that is not finite is not lower. */
function isLower({ length, state, slope: its }: Trial, from: State, slope: number): boolean {
  const noise = VALUE_NOISE * Math.abs(from.value);
  return (
    state.value <= from.value + DECREASE * length * slope ||
    (state.value <= from.value + noise && its <= (2 * DECREASE - 1) * slope)
  );
}

/** The minimum of the cubic through both ends, kept off the ends; the middle where there is none. */
function between(low: Trial, high: Trial): number {
  const width = high.length - low.length;
  if (!Number.isFinite(high.state.value) || !Number.isFinite(high.slope)) return low.length + width / 10;
  const rise = low.slope + high.slope - (3 * (high.state.value - low.state.value)) / width;
  const root = Math.sqrt(rise * rise - low.slope * high.slope);
  const cubic = high.length - (width * (high.slope + root - rise)) / (high.slope - low.slope + 2 * root);
  if (!Number.isFinite(cubic)) return low.length + width / 2;
  return Math.min(Math.max(cubic, low.length + 0.1 * width), high.length - 0.1 * width);
}
