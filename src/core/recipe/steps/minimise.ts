// Owns finding the minimum of a function of one number, step for step as scipy.optimize does, so that the same function
// ends at the same place.
// @see Brent 1973, Algorithms for Minimization without Derivatives, ch. 5

export type Objective = (x: number) => Promise<number>;

const TOLERANCE = 1.48e-8;
const MAX_STEPS = 500;

/** Within bounds. @see scipy.optimize.fminbound */
export async function minimiseBounded(objective: Objective, low: number, high: number): Promise<number> {
  const golden = 0.5 * (3 - Math.sqrt(5));
  const start = low + golden * (high - low);
  const leastMove = (x: number): number => Math.sqrt(2.2e-16) * Math.abs(x) + TOLERANCE / 3;
  const search = { low, high, start, fStart: await objective(start), golden, leastMove };
  return narrow(objective, search);
}

/** From a bracket found downhill of two points. @see scipy.optimize.brent */
export async function minimise(objective: Objective, first: number, other: number): Promise<number> {
  const { xa, xb, xc, fb } = await bracketOf(objective, first, other);
  const leastMove = (x: number): number => TOLERANCE * Math.abs(x) + 1e-11;
  const [low, high] = [Math.min(xa, xc), Math.max(xa, xc)];
  return narrow(objective, { low, high, start: xb, fStart: fb, golden: 0.381966, leastMove });
}

interface Search {
  readonly low: number;
  readonly high: number;
  readonly start: number;
  readonly fStart: number;
  readonly golden: number;
  /** Points closer than this cannot be told apart. */
  readonly leastMove: (x: number) => number;
}

/** Brent's method: to the lowest point of a parabola where that helps, else a golden section. */
async function narrow(objective: Objective, search: Search): Promise<number> {
  let [a, b] = [search.low, search.high];
  let [best, second, third] = [search.start, search.start, search.start];
  let [fBest, fSecond, fThird] = [search.fStart, search.fStart, search.fStart];
  let [move, before] = [0, 0];
  for (let step = 0; step < MAX_STEPS; step++) {
    const middle = 0.5 * (a + b);
    const least = search.leastMove(best);
    if (Math.abs(best - middle) <= 2 * least - 0.5 * (b - a)) break;
    let isGolden = true;
    if (Math.abs(before) > least) {
      const { p, q } = parabolaOf({ best, second, third, fBest, fSecond, fThird });
      // Inside the bounds, and less than half the step before the last.
      isGolden = !(Math.abs(p) < Math.abs(0.5 * q * before) && p > q * (a - best) && p < q * (b - best));
      before = move;
      if (!isGolden) {
        move = p / q;
        const x = best + move;
        if (x - a < 2 * least || b - x < 2 * least) move = middle >= best ? least : -least;
      }
    }
    if (isGolden) {
      before = best >= middle ? a - best : b - best;
      move = search.golden * before;
    }
    const x = best + (move >= 0 ? 1 : -1) * Math.max(Math.abs(move), least);
    const f = await objective(x);
    if (f <= fBest) {
      if (x >= best) a = best;
      else b = best;
      [third, fThird, second, fSecond, best, fBest] = [second, fSecond, best, fBest, x, f];
    } else {
      if (x < best) a = x;
      else b = x;
      if (f <= fSecond || second === best) [third, fThird, second, fSecond] = [second, fSecond, x, f];
      else if (f <= fThird || third === best || third === second) [third, fThird] = [x, f];
    }
  }
  return best;
}

interface Points {
  readonly best: number;
  readonly second: number;
  readonly third: number;
  readonly fBest: number;
  readonly fSecond: number;
  readonly fThird: number;
}

/** Step p / q, q >= 0, from the best point to the lowest of the parabola through three. */
function parabolaOf({ best, second, third, fBest, fSecond, fThird }: Points): { p: number; q: number } {
  const r = (best - second) * (fBest - fThird);
  const s = (best - third) * (fBest - fSecond);
  const p = (best - third) * s - (best - second) * r;
  const q = 2 * (s - r);
  return { p: q > 0 ? -p : p, q: Math.abs(q) };
}

interface Bracket {
  readonly xa: number;
  readonly xb: number;
  readonly xc: number;
  readonly fb: number;
}

const GOLDEN_GROWTH = 1.618034;
const GROWTH_LIMIT = 110;
const VERY_SMALL = 1e-21;
const MAX_GROWTHS = 1000;

/** Three points, the middle one lowest where there is such. @see scipy.optimize.bracket */
async function bracketOf(objective: Objective, first: number, other: number): Promise<Bracket> {
  let [xa, xb] = [first, other];
  let [fa, fb] = [await objective(xa), await objective(xb)];
  if (fa < fb) [xa, xb, fa, fb] = [xb, xa, fb, fa];
  let xc = xb + GOLDEN_GROWTH * (xb - xa);
  let fc = await objective(xc);
  for (let growth = 0; fc < fb && growth <= MAX_GROWTHS; growth++) {
    const r = (xb - xa) * (fb - fc);
    const s = (xb - xc) * (fb - fa);
    const gap = s - r;
    const denominator = 2 * (Math.abs(gap) < VERY_SMALL ? VERY_SMALL : gap);
    let x = xb - ((xb - xc) * s - (xb - xa) * r) / denominator;
    const limit = xb + GROWTH_LIMIT * (xc - xb);
    const isBetween = (x - xc) * (xb - x) > 0;
    const isBeyondLimit = !isBetween && (x - limit) * (limit - xc) >= 0;
    const isBehind = !isBetween && !isBeyondLimit && (x - limit) * (xc - x) > 0;
    if (isBeyondLimit) x = limit;
    else if (!isBetween && !isBehind) x = xc + GOLDEN_GROWTH * (xc - xb);
    let f = await objective(x);
    if (isBetween) {
      if (f < fc) return { xa: xb, xb: x, xc, fb: f };
      if (f > fb) return { xa, xb, xc: x, fb };
      x = xc + GOLDEN_GROWTH * (xc - xb);
      f = await objective(x);
    } else if (isBehind && f < fc) {
      [xb, xc, fb, fc] = [xc, x, fc, f];
      x = xc + GOLDEN_GROWTH * (xc - xb);
      f = await objective(x);
    }
    [xa, xb, xc, fa, fb, fc] = [xb, xc, x, fb, fc, f];
  }
  return { xa, xb, xc, fb };
}
