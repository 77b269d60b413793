import { describe, expect, it } from 'vitest';
import {
  normalCdf,
  normalQuantile,
  studentQuantile,
  studentTwoSided,
} from '../../../src/core/evaluate/distributions';
import { studentInterval, wilsonInterval } from '../../../src/core/evaluate/intervals';
import { correctedTTest, pairedTTest, wilcoxonSignedRank } from '../../../src/core/evaluate/significance';
import { intervalSchema } from '../../../src/shared/schema/interval';
import { expectClose, expectScores, readReference } from './reference';

interface Tested {
  readonly statistic: number;
  readonly pValue: number;
  readonly low: number;
  readonly high: number;
}
const reference = readReference('intervals') as {
  distributions: {
    t: { t: number; df: number; twoSided: number }[];
    tQuantile: { p: number; df: number; value: number }[];
    normal: { z: number; cdf: number }[];
    normalQuantile: { p: number; value: number }[];
  };
  wilson: { count: number; total: number; level: number; low: number; high: number }[];
  repeats: {
    a: number[];
    b: number[];
    mean: Record<'value' | 'low' | 'high', number>;
    paired: Tested;
    corrected: Tested & { testRows: number; trainRows: number };
  }[];
  wilcoxon: { differences: number[]; method: string; statistic: number; pValue: number }[];
};

describe('distributions, against scipy', () => {
  const { t, tQuantile, normal, normalQuantile: quantiles } = reference.distributions;

  it("Student's t: tails and quantiles", () => {
    for (const { t: at, df, twoSided } of t) {
      const found = studentTwoSided(at, df);
      expectClose(found, twoSided, `P(|T| >= ${at}), df ${df}`);
      // Also what is small, in its own size.
      if (twoSided > 0) expect(Math.abs(found / twoSided - 1)).toBeLessThan(1e-9);
    }
    for (const { p, df, value } of tQuantile) expectClose(studentQuantile(p, df), value, `t(${p}), df ${df}`);
    expect(studentQuantile(0.1, 5)).toBeCloseTo(-studentQuantile(0.9, 5), 13);
    expect([studentTwoSided(0, 3), studentTwoSided(Infinity, 3), studentTwoSided(NaN, 3)]).toEqual([
      1,
      0,
      NaN,
    ]);
  });

  it('the normal: its share below and its quantiles', () => {
    for (const { z, cdf } of normal) {
      expect(Math.abs(normalCdf(z) / cdf - 1)).toBeLessThan(1e-9);
    }
    for (const { p, value } of quantiles) expectClose(normalQuantile(p), value, `z(${p})`);
  });
});

describe('intervals by formula', () => {
  it.each(reference.wilson)('Wilson: $count of $total at $level', ({ count, total, level, low, high }) => {
    const found = wilsonInterval(count, total, level);
    expectScores({ ...found }, { value: count / total, low, high, level, resamples: 0 }, 'Wilson');
    expect(intervalSchema.parse(found)).toEqual(found);
  });

  it('say nothing of no rows and of one repeat', () => {
    expect(wilsonInterval(0, 0)).toMatchObject({ value: NaN, low: 0, high: 1 });
    expect(studentInterval(Float64Array.of(0.8))).toMatchObject({
      value: 0.8,
      low: -Infinity,
      high: Infinity,
    });
    expect(studentInterval(new Float64Array(0)).value).toBeNaN();
    expect(pairedTTest(Float64Array.of(1), Float64Array.of(2))).toMatchObject({
      pValue: NaN,
      degreesOfFreedom: 0,
    });
  });
});

describe('tests of two models, against scipy', () => {
  it.each(reference.repeats)('over $a.length repeats', ({ a: ofA, b: ofB, mean, paired, corrected }) => {
    const [a, b] = [Float64Array.from(ofA), Float64Array.from(ofB)];
    expectScores({ ...studentInterval(a) }, mean, 'mean');
    const plain = pairedTTest(a, b);
    expectScores({ ...plain.interval, ...plain }, { ...paired }, 'paired t');
    const { testRows, trainRows, ...expected } = corrected;
    const found = correctedTTest(a, b, { testRows, trainRows });
    expectScores({ ...found.interval, ...found }, expected, 'corrected t');
    expect(found.interval.method).toBe('correctedT');
    // What overlaps proves less.
    expect(found.pValue).toBeGreaterThan(plain.pValue);
  });

  it('know differences that are all the same', () => {
    const same = Float64Array.of(0.5, 0.25, 0.75);
    expect(pairedTTest(same, same)).toMatchObject({ statistic: 0, pValue: 1 });
    const better = same.map((value) => value + 0.125);
    expect(pairedTTest(better, same)).toMatchObject({ statistic: Infinity, pValue: 0 });
  });

  it.each(reference.wilcoxon)('signed ranks of $differences.length, $method', (expected) => {
    const found = wilcoxonSignedRank(Float64Array.from(expected.differences));
    expect(found.method).toBe(expected.method);
    expectScores({ ...found }, { statistic: expected.statistic, pValue: expected.pValue }, 'signed ranks');
  });

  it('have nothing to say without differences', () => {
    expect(wilcoxonSignedRank(new Float64Array(4))).toMatchObject({ pValue: 1, rows: 0 });
    expect(wilcoxonSignedRank(Float64Array.of(1, NaN)).pValue).toBeNaN();
  });
});
