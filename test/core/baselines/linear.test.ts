import { describe, expect, it } from 'vitest';
import { fitBaseline } from '../../../src/core/baselines/fitBaseline';
import { fitRidge } from '../../../src/core/baselines/ridge';
import { logisticRows } from '../../../src/core/baselines/logistic';
import { randomStream } from '../../../src/shared/random';
import { breathe, FIT, fittedOutputs, heldOutputs, largestDifference, referenceCases } from './support';

describe('the linear baseline', () => {
  for (const reference of referenceCases('linear')) {
    it(`is scikit-learn's: ${reference.name}`, async () => {
      const found = await heldOutputs('linear', reference);
      const tolerance = reference.task === 'regression' ? 1e-6 : 1e-5;
      expect(largestDifference(found, reference.outputsHeld ?? [])).toBeLessThan(tolerance);
    });
  }

  it('takes a row of weight 2 as two rows', async () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    const y = Float32Array.of(0, 0, 1, 0, 1, 1);
    const weights = Float32Array.of(1, 2, 1, 1, 2, 1);
    const doubled = {
      rows: 8,
      features: 1,
      x: Float32Array.of(1, 2, 2, 3, 4, 5, 5, 6),
      y: Float32Array.of(0, 0, 0, 1, 0, 1, 1, 1),
    };
    for (const task of ['binary', 'regression'] as const) {
      const weighed = await fitBaseline('linear', task, { rows: 6, features: 1, x, y, weights }, FIT);
      const repeated = await fitBaseline('linear', task, doubled, FIT);
      const points = Float32Array.of(-1, 2.5, 9);
      expect(
        largestDifference(
          await weighed.predict(points, 3, { breathe }),
          await repeated.predict(points, 3, { breathe }),
        ),
      ).toBeLessThan(1e-5);
    }
  });

  it('gives a class without train rows a tiny share, and the others what they get without it', async () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    const three = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1);
    const two = Float32Array.of(0, 0, 1, 0, 1, 1);
    const found = await fittedOutputs({
      kind: 'linear',
      task: 'multiclass',
      data: { rows: 6, features: 1, x, y: three },
    });
    const logits = await fittedOutputs({
      kind: 'linear',
      task: 'binary',
      data: { rows: 6, features: 1, x, y: two },
    });
    for (let row = 0; row < 6; row++) {
      expect((found[row * 3 + 2] ?? 0) - (found[row * 3] ?? 0)).toBeCloseTo(logits[row] ?? 0, 5);
      expect(found[row * 3 + 1]).toBeCloseTo(Math.log(1e-15), 5);
    }
  });

  it('answers with the one class that train rows have', async () => {
    const data = { rows: 3, features: 1, x: Float32Array.of(1, 2, 3) };
    const [logit] = await fittedOutputs({
      kind: 'linear',
      task: 'binary',
      data: { ...data, y: Float32Array.of(1, 1, 1) },
    });
    expect(logit).toBeCloseTo(-Math.log(1e-15), 5);
    const [first, second] = await fittedOutputs({
      kind: 'linear',
      task: 'multiclass',
      data: { ...data, y: Float32Array.of(0, 1, 0, 1, 0, 1) },
    });
    expect(second).toBe(0);
    expect(first).toBeCloseTo(Math.log(1e-15), 5);
  });

  it('is finite and converged on columns of huge, tiny and no spread', async () => {
    const rows = 40;
    const stream = randomStream(3, 'columns');
    const x = Float32Array.from({ length: rows * 5 }, (_, i) => {
      const value = stream.nextNormal();
      return [value * 1e30, value * 1e-30, 7, 0, 1e6 + value][i % 5] ?? 0;
    });
    const y = Float32Array.from({ length: rows }, (_, i) => ((x[i * 5] ?? 0) > 0 ? 1 : 0));
    for (const task of ['binary', 'regression'] as const) {
      const fitted = await fitBaseline('linear', task, { rows, features: 5, x, y }, FIT);
      expect(fitted.description.converged).toBe(true);
      const found = await fitted.predict(x, rows, { breathe });
      expect(found.every(Number.isFinite)).toBe(true);
      const right = found.filter((value, i) => value > (task === 'binary' ? 0 : 0.5) === (y[i] ?? 0) > 0.5);
      expect(right.length).toBeGreaterThan(30);
    }
  });

  it('stays finite for a row that is far from all that it has seen', async () => {
    const x = Float32Array.of(1e-30, 2e-30, 3e-30, 4e-30, 5e-30, 6e-30);
    const far = Float32Array.of(3e38, -3e38);
    const cases = [
      ['regression', Float32Array.of(1, 5, 2, 6, 3, 9)],
      ['binary', Float32Array.of(0, 0, 1, 0, 1, 1)],
      ['multiclass', Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1)],
    ] as const;
    for (const [task, y] of cases) {
      const fitted = await fitBaseline('linear', task, { rows: 6, features: 1, x, y }, FIT);
      expect((await fitted.predict(far, 2, { breathe })).every(Number.isFinite)).toBe(true);
    }
  });

  it('says where its budget has ended it', async () => {
    let now = 0;
    const clock = { now: (): number => (now += 100) };
    const x = Float32Array.from({ length: 200 }, (_, i) => Math.sin(i * i));
    const y = Float32Array.from({ length: 100 }, (_, i) => (Math.sin(i) > 0.2 ? 1 : 0));
    const data = { rows: 100, features: 2, x, y };
    const { description } = await fitBaseline('linear', 'binary', data, { ...FIT, clock, budgetMs: 150 });
    expect(description).toMatchObject({ converged: false, iterations: 1 });
    expect(description.text).toMatch(/Stopped after 1 iterations/);
  });
});

describe('ridge regression', () => {
  it('gives the same by conjugate gradients as by Cholesky', async () => {
    const stream = randomStream(5, 'ridge');
    const rows = 2100;
    const features = 2100;
    // Too many of both for a direct solution, and few enough values for a test.
    const x = new Float32Array(rows * features);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < 3; i++) x[row * features + stream.nextInt(40)] = 1 + stream.next();
    }
    const y = Float32Array.from({ length: rows }, (_, row) => (x[row * features + 3] ?? 0) - stream.next());
    const narrow = new Float32Array(rows * 40);
    for (let row = 0; row < rows; row++) {
      narrow.set(x.subarray(row * features, row * features + 40), row * 40);
    }
    const fit = async (values: Float32Array, width: number): ReturnType<typeof fitRidge> => {
      const data = await logisticRows({ x: values, rows, features: width }, { breathe });
      const mean = y.reduce((sum, value) => sum + value, 0) / rows;
      return fitRidge(data, y, Float64Array.of(mean), { penalty: 1, isOver: () => false, breathe });
    };
    const iterative = await fit(x, features);
    const direct = await fit(narrow, 40);
    expect(iterative).toMatchObject({ method: 'conjugateGradients', converged: true });
    expect(direct.method).toBe('cholesky');
    expect(largestDifference(iterative.model.weights.subarray(0, 40), direct.model.weights)).toBeLessThan(
      1e-9,
    );
    expect(largestDifference(iterative.model.intercept, direct.model.intercept)).toBeLessThan(1e-9);
  });
});
