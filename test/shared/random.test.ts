// Seeded streams. The golden values were computed by an independent implementation (Python integers): a change of the
// stream changes every split and every initial weight there is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream, randomStream } from '../../src/shared/random';

const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('a stream', () => {
  it.each([
    [1, 'split', [401070562, 186075368, 2873812658, 1360791194]],
    [1, 'weights', [1072337848, 3562943720, 147391975, 639891029]],
    [2 ** 32 - 1, 'shuffle', [1176146727, 675323976, 969299684, 4069341064]],
  ])('for seed %d and %j starts as it always did', (seed, purpose, expected) => {
    const stream = randomStream(seed, purpose);
    expect(take(4, () => stream.nextUint32())).toEqual(expected);
  });

  it('gives the same fractions, normals and order as ever', () => {
    const uniform = randomStream(1, 'split');
    expect(take(3, () => uniform.next())).toEqual([
      0.09338151695820718, 0.6691116490724227, 0.2476389716371422,
    ]);
    const normal = randomStream(1, 'weights');
    const [first, second] = take(2, () => normal.nextNormal());
    expect(first).toBeCloseTo(0.7404013265328815, 14);
    expect(second).toBeCloseTo(0.9229698262931133, 14);
    expect(
      randomStream(1, 'shuffle').shuffle(
        Uint32Array.from(
          take(10, () => 0),
          (_, i) => i,
        ),
      ),
    ).toEqual(Uint32Array.of(1, 8, 2, 6, 9, 5, 0, 4, 3, 7));
  });

  it('differs for every purpose and seed, however alike', () => {
    const firsts = [
      ['split', 1],
      ['splis', 1],
      ['weights', 1],
      ['weights:1', 1],
      ['split', 0],
      ['split', 2],
      ['split', 11],
      ['split', 2 ** 32 - 1],
    ].map(([purpose, seed]) => randomStream(Number(seed), String(purpose)).nextUint32());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('goes on exactly where it was saved, whatever was drawn', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.constantFrom('next', 'nextNormal', 'nextUint32'), { maxLength: 20 }),
        (seed, draws) => {
          const stream = randomStream(seed, 'x');
          for (const draw of draws) stream[draw as 'next']();
          const restored = new RandomStream(JSON.parse(JSON.stringify(stream.save())) as never);
          expect(take(5, () => restored.nextNormal())).toEqual(take(5, () => stream.nextNormal()));
        },
      ),
    );
  });
});

describe('draws', () => {
  const N = 100_000;

  it('are uniform in [0, 1): mean 1/2, variance 1/12, even bins', () => {
    const stream = randomStream(7, 'uniform');
    const values = take(N, () => stream.next());
    const mean = values.reduce((sum, v) => sum + v, 0) / N;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / N;
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(values.every((v) => v < 1)).toBe(true);
    // Five standard errors.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / N));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / N));
    const bins = new Float64Array(16);
    for (const v of values) bins[Math.floor(v * 16)]! += 1;
    const chi2 = bins.reduce((sum, n) => sum + (n - N / 16) ** 2 / (N / 16), 0);
    expect(chi2).toBeLessThan(37.7); // chi-squared, 15 degrees of freedom, p = 0.001
  });

  it('are standard normal: mean 0, variance 1, finite', () => {
    const stream = randomStream(7, 'normal');
    const values = take(N, () => stream.nextNormal());
    const mean = values.reduce((sum, v) => sum + v, 0) / N;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / N;
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(N));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
  });

  it('below a bound are all of it, evenly, also for a bound near 2^32', () => {
    const stream = randomStream(3, 'int');
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 50_000; i++) counts[stream.nextInt(5)]! += 1;
    for (const count of counts)
      expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(50_000 * 0.2 * 0.8));
    const bound = 3 * 2 ** 30; // modulo alone would give the lowest third twice as often
    const low = take(6000, () => stream.nextInt(bound)).filter((v) => v < bound / 3).length;
    expect(Math.abs(low - 2000)).toBeLessThan(5 * Math.sqrt(6000 * (1 / 3) * (2 / 3)));
    expect(stream.nextInt(1)).toBe(0);
  });
});

describe('a shuffle', () => {
  it('is a permutation, in place', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(200), (seed, length) => {
        const items = Array.from({ length }, (_, i) => i);
        expect(randomStream(seed, 's').shuffle(items)).toBe(items);
        expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  it('brings every item to every place equally often', () => {
    const stream = randomStream(5, 's');
    const seen = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const key = stream.shuffle([0, 1, 2, 3]).join('');
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
});
