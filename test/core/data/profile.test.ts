// What is said of a column: its type with the reason, and figures that equal numpy's.
import { describe, expect, it } from 'vitest';
import { csvFolder } from './tempCsv';
import type { ColumnProfile } from '../../../src/shared/schema/profile';
import { datasetProfileSchema } from '../../../src/shared/schema/profile';

const csv = csvFolder();

/** Profiles one column of values beside a filler. */
async function profileOf(name: string, values: readonly string[]): Promise<ColumnProfile> {
  const source = await csv.open(`"${name}",filler\n${values.map((value) => `${value},x`).join('\n')}\n`);
  const profile = datasetProfileSchema.parse(await source.profile());
  source.close();
  return profile.columns[0]!;
}

const range = (count: number, of: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => of(i));

describe('profile', () => {
  it.each<[string, string, readonly string[], ColumnProfile['type']]>([
    ['decimals', 'x', range(20, (i) => `${i / 3}`), 'number'],
    ['few whole numbers', 'grade', range(20, (i) => `${i % 3}`), 'number'],
    ['0 and 1', 'flag', range(20, (i) => `${i % 2}`), 'number'],
    ['yes and no', 'flag', range(20, (i) => (i % 2 ? 'Yes' : 'No')), 'boolean'],
    ['t and f', 'flag', range(20, (i) => (i % 2 ? 't' : 'f')), 'boolean'],
    ['m and f', 'sex', range(20, (i) => (i % 2 ? 'm' : 'f')), 'category'],
    ['a row counter', 'n', range(20, (i) => `${i + 1}`), 'id'],
    ['years that count up', 'year', range(20, (i) => `${i + 1900}`), 'number'],
    ['unique numbers called id', 'customer_id', range(20, (i) => `${i * 7919}`), 'id'],
    ['repeated numbers called id', 'shop_id', range(20, (i) => `${i % 4}`), 'category'],
    ['codes with leading zeros', 'area', range(20, (i) => `00${i % 4}`), 'category'],
    ['uuids', 'key', range(20, (i) => `6fa459ea-ee8a-3ca4-894e-${String(i).padStart(12, '0')}`), 'id'],
    ['words', 'color', range(20, (i) => ['red', 'green', 'None'][i % 3]!), 'category'],
    ['sentences', 'note', range(20, (i) => `it was day ${i} of the trip`), 'text'],
    ['Chinese sentences', 'note', range(20, (i) => `今天是旅行的第${i}天非常好`), 'text'],
    ['ISO dates', 'd', range(20, (i) => `2020-01-${String(i + 1).padStart(2, '0')}`), 'datetime'],
    ['year and month', 'd', range(12, (i) => `1949-${String(i + 1).padStart(2, '0')}`), 'datetime'],
    ['day first', 'd', range(20, (i) => `${i + 1}/3/2020`), 'datetime'],
    ['what only looks like dates', 'd', range(20, (i) => `2020-13-${String(i + 10)}`), 'id'],
    ['nothing', 'empty', range(20, () => 'NA'), 'category'],
    ['numbers with one word', 'x', [...range(20, (i) => `${i * 2.5}`), 'abc'], 'number'],
    ['numbers with many words', 'x', range(20, (i) => (i % 3 ? `${i}` : 'low')), 'category'],
  ])('types %s', async (_, name, values, type) => {
    const column = await profileOf(name, values);
    expect(column.type).toBe(type);
    expect(column.reason).not.toBe('');
  });

  it('equals numpy on figures', async () => {
    const column = await profileOf('x', ['1', '2', '3.5', '10', '-4', '7.25', '7.25', 'NA']);
    // numpy 2.4.6: mean, std(ddof=1), percentile [25, 50, 75]
    expect(column).toMatchObject({ rows: 8, missing: 1, distinct: 6, distinctIsExact: true });
    expect(column.numeric?.mean).toBeCloseTo(3.857142857142857, 14);
    expect(column.numeric?.sd).toBeCloseTo(4.72990737853542, 13);
    expect(column.numeric?.quartiles).toEqual([1.5, 3.5, 7.25]);
    expect([column.numeric?.min, column.numeric?.max]).toEqual([-4, 10]);
    // numpy.histogram(a, 5)
    expect(column.histogram?.counts).toEqual([1, 1, 2, 0, 3]);
  });

  it('puts a value that lies on an edge into the bin above it', async () => {
    // Tenths, few of which are exact: as numpy.histogram with these very edges.
    const values = Array.from({ length: 1600 }, (_, i) => (430 + (i % 361)) / 10);
    const { histogram } = await profileOf('x', values.map(String));
    const { edges = [], counts } = histogram ?? {};
    const expected = edges.slice(1).map((upper, bin) => {
      const isLast = bin === edges.length - 2;
      return values.filter((x) => x >= edges[bin]! && (x < upper || (isLast && x === upper))).length;
    });
    expect(counts).toEqual(expected);
  });

  it('keeps its precision far from zero', async () => {
    const column = await profileOf('x', ['1000000000.5', '1000000001.5', '1000000002.5']);
    expect(column.numeric).toMatchObject({ mean: 1000000001.5, sd: 1 });
  });

  it('counts dates in milliseconds', async () => {
    const column = await profileOf('d', ['2020-01-01', '2020-01-03 12:00', '2020-01-02T00:00:00Z', '']);
    const start = Date.UTC(2020, 0, 1);
    expect(column.numeric).toMatchObject({ min: start, max: start + 2.5 * 86_400_000 });
    expect(column.numeric?.quartiles[1]).toBe(start + 86_400_000);
    expect(column.missing).toBe(1);
  });

  it('lists top values, most frequent first, ties by code point', async () => {
    const column = await profileOf('c', ['b', 'a', 'c', 'c', 'Z']);
    expect(column.topValues).toEqual([
      { value: 'c', count: 2 },
      { value: 'Z', count: 1 },
      { value: 'a', count: 1 },
      { value: 'b', count: 1 },
    ]);
    expect(column.textLength).toEqual({ min: 1, max: 1, mean: 1 });
  });

  it('tells how far it is', async () => {
    const source = await csv.open('a,b\n1,2\n');
    const fractions: number[] = [];
    await source.profile({ onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions.at(-1)).toBe(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  });

  it('describes numbers whose squares are no numbers any more, as numpy in long double', async () => {
    const { numeric, type } = await profileOf('x', ['1e300', '3e300', '-1.5e300']);
    expect(type).toBe('number');
    expect(numeric?.mean).toBeCloseTo(2.5e300 / 3, -290);
    expect((numeric?.sd ?? 0) / 1e300).toBeCloseTo(
      Math.sqrt(((1 / 6) ** 2 + (13 / 6) ** 2 + (7 / 3) ** 2) / 2),
      12,
    );
    const tiny = await profileOf('x', ['1e-200', '3e-200', '2e-200']);
    expect((tiny.numeric?.sd ?? 0) / 1e-200).toBeCloseTo(1, 12);
    const widest = await profileOf('x', ['1.7e308', '1.6e308', '-1.7e308', '1.5e308']);
    expect((widest.numeric?.mean ?? 0) / 1e308).toBeCloseTo(3.1 / 4, 12);
  });

  it.each([
    ['a decimal comma or a thousands separator', range(20, (i) => `"${i + 1},250"`), '1,250'],
    ['a currency', range(20, (i) => `$${i}.50`), '$0.50'],
    ['per cent', range(20, (i) => `${i}%`), '0%'],
  ])('tells of numbers written with %s, which are read as text', async (_, values, example) => {
    const source = await csv.open(`x,filler\n${values.map((value) => `${value},y`).join('\n')}\n`);
    const { issues, columns } = await source.profile();
    expect(columns[0]?.type).not.toBe('number');
    expect(issues).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        code: 'data.writtenNumber',
        column: 'x',
        line: 2,
        count: 20,
      }),
    );
    expect(issues.find(({ code }) => code === 'data.writtenNumber')?.message).toContain(`"${example}"`);
  });
});

describe('what else a column could be', () => {
  const othersOf = async (name: string, values: readonly string[]): Promise<Record<string, number>> => {
    const { runnersUp, type } = await profileOf(name, values);
    for (const { reason } of runnersUp) expect(reason).not.toBe('');
    expect(runnersUp.map((other) => other.type)).not.toContain(type);
    return Object.fromEntries(runnersUp.map((other) => [other.type, other.share]));
  };

  it('is told with the share of its cells that fit', async () => {
    const zipCodes = Array.from({ length: 20 }, (_, i) => `0${1000 + (i % 7)}`);
    expect(await othersOf('zip', zipCodes)).toEqual({ number: 1 });
    expect(await othersOf('flag', ['0', '1', '1', '0', '1'])).toEqual({ boolean: 1, category: 1 });
    // Nine of ten are numbers: too few to be read as such.
    const mixed = ['1.5', '2', '3', '4.5', '5', '6', '7', '8', '9', 'many', '9', '1.5', '2', '3', 'lots'];
    expect(await othersOf('mixed', mixed)).toMatchObject({ number: 13 / 15 });
    expect(await othersOf('empty', ['NA', 'NA'])).toEqual({});
  });
});
