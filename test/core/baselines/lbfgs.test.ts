import { describe, expect, it } from 'vitest';
import { minimise, type Objective } from '../../../src/core/baselines/lbfgs';

interface Smooth {
  readonly value: (p: Float64Array) => number;
  readonly slope: (p: Float64Array) => number[];
  readonly curvature: number[];
}

function objective({ value, slope, curvature }: Smooth): Objective {
  return {
    evaluate: (point, gradient) => {
      gradient.set(slope(point));
      return Promise.resolve(value(point));
    },
    curvature: () => Promise.resolve(Float64Array.from(curvature)),
  };
}
const common = { tolerance: 1e-9, maxIterations: 200, isOver: () => false };

describe('minimise', () => {
  it('finds the minimum of a banana-shaped valley', async () => {
    const valley = objective({
      value: ([x = 0, y = 0]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2,
      slope: ([x = 0, y = 0]) => [-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)],
      curvature: [1, 1],
    });
    const { point, converged } = await minimise({
      ...common,
      objective: valley,
      start: Float64Array.of(-1.2, 1),
    });
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 8);
    expect(point[1]).toBeCloseTo(1, 8);
  });

  it('takes one step where the curvature is known', async () => {
    const bowl = objective({
      value: ([x = 0, y = 0]) => 0.5e6 * (x - 3) ** 2 + 0.5e-6 * (y + 2) ** 2,
      slope: ([x = 0, y = 0]) => [1e6 * (x - 3), 1e-6 * (y + 2)],
      curvature: [1e6, 1e-6],
    });
    const found = await minimise({
      ...common,
      objective: bowl,
      start: new Float64Array(2),
    });
    expect(found).toEqual({ point: Float64Array.of(3, -2), iterations: 1, converged: true });
  });

  it('goes back where a step leads to no number', async () => {
    const wall = objective({
      value: ([x = 0]) => (x < 2 ? x * x - Math.log(2 - x) : NaN),
      slope: ([x = 0]) => [x < 2 ? 2 * x + 1 / (2 - x) : NaN],
      curvature: [0.01],
    });
    const { point, converged } = await minimise({
      ...common,
      objective: wall,
      start: Float64Array.of(-20),
    });
    expect(converged).toBe(true);
    // 2 x (2 - x) = -1
    expect(point[0]).toBeCloseTo(1 - Math.sqrt(1.5), 8);
  });

  it('ends where there is no lower point, not converged', async () => {
    const wrong = objective({
      value: () => 1,
      slope: () => [1],
      curvature: [1],
    });
    const found = await minimise({
      ...common,
      objective: wrong,
      start: Float64Array.of(0),
    });
    expect(found).toMatchObject({ iterations: 0, converged: false });
  });
});
