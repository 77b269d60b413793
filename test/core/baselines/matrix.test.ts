import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { baselineMatrix } from '../../../src/core/baselines/matrix';
import { breathe, fixture, largestDifference } from './support';

const reference = z
  .object({
    cases: z
      .array(
        z.object({
          train: z.number(),
          held: z.number(),
          width: z.number(),
          size: z.number(),
          tokens: z.array(z.number()),
          weighed: z.array(z.number()),
        }),
      )
      .length(1),
  })
  .parse(fixture('matrix'));

describe('baselineMatrix', () => {
  it('leaves a matrix of numbers as it is', async () => {
    const x = Float32Array.of(1, 2, 3, 4);
    const matrix = baselineMatrix(x, 2, [{ kind: 'numbers', start: 0, width: 2 }], { kind: 'linear' });
    expect(matrix.features).toBe(2);
    expect(await matrix.of(x, 2, { breathe })).toBe(x);
  });

  it('makes ids one-hot beside numbers, and what it does not know the unknown id', async () => {
    const x = Float32Array.of(0.5, 1, 0.25, 2);
    const matrix = baselineMatrix(
      x,
      2,
      [
        { kind: 'ids', start: 1, width: 1, size: 3 },
        { kind: 'numbers', start: 0, width: 1 },
      ],
      { kind: 'linear' },
    );
    expect(matrix.features).toBe(4);
    expect(await matrix.of(x, 2, { breathe })).toEqual(Float32Array.of(0, 1, 0, 0.5, 0, 0, 1, 0.25));
    expect(await matrix.of(Float32Array.of(9, 7), 1, { breathe })).toEqual(Float32Array.of(1, 0, 0, 9));
  });

  it("weighs tokens as scikit-learn's TfidfTransformer that was fitted on the train rows", async () => {
    for (const { train, held, width, size, tokens, weighed } of reference.cases) {
      const x = Float32Array.from(tokens);
      const matrix = baselineMatrix(
        x.slice(0, train * width),
        train,
        [{ kind: 'tokens', start: 0, width, size }],
        {
          kind: 'linear',
        },
      );
      expect(matrix.features).toBe(size - 1);
      expect(largestDifference(await matrix.of(x, train + held, { breathe }), weighed)).toBeLessThan(1e-6);
    }
  });

  it('gives a text without tokens zeros', async () => {
    const slices = [{ kind: 'tokens', start: 0, width: 2, size: 3 }] as const;
    const matrix = baselineMatrix(Float32Array.of(1, 2, 2, 2), 2, slices, { kind: 'nearest' });
    expect(await matrix.of(Float32Array.of(0, 0), 1, { breathe })).toEqual(Float32Array.of(0, 0));
  });

  it('leaves more than 255 categories in order for trees', async () => {
    const x = Float32Array.of(3, 300, 255);
    const slices = [{ kind: 'ids', start: 0, width: 1, size: 301 }] as const;
    expect(await baselineMatrix(x, 3, slices, { kind: 'boostedTrees' }).of(x, 3, { breathe })).toEqual(x);
    expect(baselineMatrix(x, 3, slices, { kind: 'linear' }).features).toBe(301);
  });

  it('gives the rarest ids and tokens no column where the memory ends', async () => {
    const rows = 400;
    const x = Float32Array.from({ length: rows * 2 }, (_, i) =>
      i % 2 === 0 ? 1 + (Math.floor(i / 2) % 100) * ((i / 2) % 3 === 0 ? 1 : 0) : 1 + (i % 90),
    );
    const matrix = baselineMatrix(
      x,
      rows,
      [
        { kind: 'ids', start: 0, width: 1, size: 200 },
        { kind: 'tokens', start: 1, width: 1, size: 100 },
      ],
      { kind: 'linear', maxCells: rows * 100 },
    );
    expect(matrix.features).toBe(128);
    expect(matrix.merged).toBe(200 - 64 + 99 - 64);
    const made = await matrix.of(x, rows, { breathe });
    // Id 1 is the most frequent one, right after the unknown one.
    expect(made[1]).toBe(1);
    expect(made.length).toBe(rows * 128);
  });
});
