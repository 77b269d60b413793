// Owns the way back through a step: from what came out to what went in, where that can be told.
import { fittedStates, type FittedStep } from '../../../shared/schema/fittedSteps';
import type { NewValues } from '../../data/workbench';
import { inversePower } from './powerTransform';

/**
 * What a column held before the step. Values that nothing leads to become missing: a category that is not there, a power
 * beyond all numbers. A column that the step does not name stays as it is.
 * @returns undefined when the step has no inverse
 */
export function invertStep({ step, fit }: FittedStep, values: NewValues): NewValues | undefined {
  if (!('columns' in step) || values.kind === 'text') return undefined;
  const inverse = inverseOf({ step, fit }, values.name);
  if (inverse === undefined) return undefined;
  if (!step.columns.includes(values.name)) return values;
  const found = Array.from(values.values, (value) => (Number.isNaN(value) ? null : inverse(value)));
  const { name } = values;
  if (step.step === 'ordinalEncode') {
    return { name, kind: 'text', values: found.map((value) => (typeof value === 'string' ? value : null)) };
  }
  const numbers = found.map((value) => (typeof value === 'number' && Number.isFinite(value) ? value : NaN));
  return { name, kind: 'number', values: Float64Array.from(numbers) };
}

type Inverse = (value: number) => number | string | null;

const nothing: Inverse = () => null;

function inverseOf({ step, fit }: FittedStep, name: string): Inverse | undefined {
  const known = <T extends { readonly column: string }>(state: readonly T[]): T | undefined =>
    state.find(({ column }) => column === name);
  switch (step.step) {
    case 'standardise':
    case 'minMaxScale':
    case 'robustScale': {
      const scale = known(fittedStates[step.step].parse(fit?.state));
      return scale === undefined ? nothing : (value) => value * scale.divisor + scale.offset;
    }
    case 'logTransform':
      return Math.expm1;
    case 'powerTransform': {
      const power = known(fittedStates.powerTransform.parse(fit?.state));
      if (power === undefined) return nothing;
      return (value) => inversePower(step.method, power.lambda, value * power.divisor + power.offset);
    }
    case 'quantileTransform': {
      const quantiles = known(fittedStates.quantileTransform.parse(fit?.state))?.quantiles;
      if (quantiles === undefined) return nothing;
      return step.output === 'uniform'
        ? (rank) => valueOfRank(rank, quantiles)
        : (value) => valueOfRank(nearEnd(normalShare(value)), quantiles);
    }
    case 'ordinalEncode': {
      const categories = known(fittedStates.ordinalEncode.parse(fit?.state))?.categories ?? [];
      return (value) => categories[value] ?? null;
    }
    default:
      return undefined;
  }
}

/** Normal output is cut off there. @see quantileTransform.ts */
function nearEnd(share: number): number {
  if (share < 1e-7) return 0;
  return share > 1 - 1e-7 ? 1 : share;
}

function valueOfRank(rank: number, quantiles: readonly number[]): number {
  const last = quantiles.length - 1;
  const at = Math.max(0, Math.min(1, rank)) * last;
  const below = Math.min(Math.floor(at), Math.max(0, last - 1));
  const [low, high] = [quantiles[below] ?? NaN, quantiles[Math.min(below + 1, last)] ?? NaN];
  const share = at - below;
  return low * (1 - share) + high * share;
}

/**
 * The share of a standard normal below x, to about 1e-16.
 * @see Marsaglia 2004, Evaluating the Normal Distribution
 */
function normalShare(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let sum = x;
  let term = x;
  for (let i = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * Math.exp((-x * x) / 2 - 0.9189385332046728);
}
