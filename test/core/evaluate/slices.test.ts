import { describe, expect, it } from 'vitest';
import { groupsOf, quantileBins } from '../../../src/core/evaluate/rowGroups';
import { rocAucMetric, meanMetric } from '../../../src/core/evaluate/rowMetrics';
import { sliceScores, type SliceOptions } from '../../../src/core/evaluate/slices';

const breathe = (): Promise<void> => Promise.resolve();

/** 60 rows of a with 90 % right, 45 of b with 60 %, 10 of c with all, 2 of d, 1 of e with none. */
const SIZES = [
  ['a', 60, 54],
  ['b', 45, 27],
  ['c', 10, 10],
  ['d', 2, 0],
  ['e', 1, 0],
] as const;
const labels = SIZES.flatMap(([name, rows]) => new Array<string>(rows).fill(name));
const hits = Float64Array.from(
  SIZES.flatMap(([, rows, right]) => Array.from({ length: rows }, (_, i) => (i < right ? 1 : 0))),
);
const options = (more: Partial<SliceOptions> = {}): SliceOptions => ({
  groups: groupsOf(labels),
  metric: meanMetric(hits),
  direction: 'higher',
  seed: 5,
  resamples: 300,
  breathe,
  ...more,
});

describe('scores of slices', () => {
  it('tell rows, score and gap to the rest, the worst first', async () => {
    const slices = await sliceScores(options());
    expect(slices.map(({ name }) => name)).toEqual(['d', 'e', 'b', 'c', 'a']);
    const b = slices[2]!;
    expect(b).toMatchObject({ rows: 45, small: false, merged: 0 });
    expect(b.score.value).toBeCloseTo(27 / 45, 12);
    expect(b.gap.value).toBeCloseTo(27 / 45 - 64 / 73, 12);
    // Surely worse than the rest.
    expect(b.gap.high).toBeLessThan(0);
    expect(b.score.low).toBeLessThan(27 / 45);
    expect(b.score.high).toBeGreaterThan(27 / 45);
  });

  it('warn under 30 rows', async () => {
    const slices = await sliceScores(options());
    expect(slices.filter(({ small }) => small).map(({ name }) => name)).toEqual(['d', 'e', 'c']);
    const at = (rows: number): Promise<boolean | undefined> =>
      sliceScores(options({ groups: groupsOf(new Array<string>(rows).fill('x')) })).then(([s]) => s?.small);
    expect([await at(29), await at(30)]).toEqual([true, false]);
  });

  it('put the smallest groups together when there are too many', async () => {
    const slices = await sliceScores(options({ most: 3 }));
    expect(slices.map(({ name, rows, merged }) => [name, rows, merged])).toEqual([
      ['b', 45, 0],
      ['all others', 13, 3],
      ['a', 60, 0],
    ]);
  });

  it('sort errors the other way, and a bias by its size', async () => {
    const errors = await sliceScores(
      options({ metric: meanMetric(hits.map((h) => 1 - h)), direction: 'lower' }),
    );
    expect(errors.map(({ name }) => name)).toEqual(['d', 'e', 'b', 'c', 'a']);
    const bias = await sliceScores(options({ direction: 'zero', most: 2 }));
    expect(bias.map(({ gap }) => Math.abs(gap.value))).toEqual(
      bias.map(({ gap }) => Math.abs(gap.value)).sort((x, y) => y - x),
    );
  });

  it('have no gap when there is no rest, and come last when they have no score', async () => {
    const [only] = await sliceScores(options({ groups: groupsOf(labels.map(() => 'all')) }));
    expect(only?.score.value).toBeCloseTo(91 / 118, 12);
    expect(only?.gap).toMatchObject({ value: NaN, low: NaN, high: NaN, resamples: 0 });
    const positive = Uint8Array.from(hits);
    const areas = await sliceScores(options({ metric: rocAucMetric(positive, hits) }));
    expect(areas.slice(-3).map(({ name }) => name)).toEqual(['c', 'd', 'e']);
    expect(areas.at(-1)?.score).toMatchObject({ value: NaN, resamples: 0 });
    expect(await sliceScores(options({ groups: groupsOf([]) }))).toEqual([]);
  });

  it('are the same for the same seed, whatever other slices there are', async () => {
    const first = await sliceScores(options());
    expect(await sliceScores(options())).toEqual(first);
    const fewer = await sliceScores(
      options({ groups: groupsOf(labels.map((l) => (l === 'a' ? 'a' : 'rest'))) }),
    );
    const ofA = (slices: typeof first): unknown => slices.find(({ name }) => name === 'a')?.score;
    expect(ofA(fewer)).toEqual(ofA(first));
  });

  it('stop when they are told to', async () => {
    const signal = AbortSignal.abort();
    const many = groupsOf(Array.from({ length: 5000 }, (_, i) => String(i % 10)));
    const metric = meanMetric(new Float64Array(5000));
    await expect(sliceScores(options({ groups: many, metric, signal }))).rejects.toMatchObject({
      code: 'internal.cancelled',
    });
  });
});

describe('bins of numbers', () => {
  const countsOf = ({ codes, names }: ReturnType<typeof quantileBins>): [string, number][] =>
    names.map((name, code) => [name, codes.filter((c) => c === code).length]);

  it('hold about equally many rows', () => {
    expect(countsOf(quantileBins(Float64Array.from({ length: 100 }, (_, i) => i + 1)))).toEqual([
      ['up to 20.8', 20],
      ['over 20.8 to 40.6', 20],
      ['over 40.6 to 60.4', 20],
      ['over 60.4 to 80.2', 20],
      ['over 80.2', 20],
    ]);
  });

  it('are the values themselves where there are few', () => {
    expect(countsOf(quantileBins(Float64Array.of(1, 0, 1, 1, 1, 1, 1)))).toEqual([
      ['0', 1],
      ['1', 6],
    ]);
    expect(countsOf(quantileBins(Float64Array.of(3, 3)))).toEqual([['3', 2]]);
  });

  it('keep ties together and missing values apart', () => {
    const values = Float64Array.of(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, NaN);
    expect(countsOf(quantileBins(values, 3))).toEqual([
      ['up to 0', 6],
      ['over 0 to 1', 1],
      ['over 1', 3],
      ['missing', 1],
    ]);
    expect(countsOf(quantileBins(Float64Array.of(NaN, NaN)))).toEqual([['missing', 2]]);
    expect(countsOf(quantileBins(new Float64Array(0)))).toEqual([]);
  });

  it('have names that tell them apart', () => {
    const { names } = quantileBins(Float64Array.from({ length: 50 }, (_, i) => 1e6 + i / 1000));
    expect(new Set(names).size).toBe(5);
  });
});
