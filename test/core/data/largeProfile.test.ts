// The profile of a large file, made another way, says what that of a small one says.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/shared/random';
import type { ColumnProfile, DatasetProfile } from '../../../src/shared/schema/profile';
import { csvFolder } from './tempCsv';

const csv = csvFolder();

async function profiles(text: string): Promise<{ small: DatasetProfile; large: DatasetProfile }> {
  const small = await csv.open(text, undefined, { largeBytes: Infinity });
  const large = await csv.open(text, undefined, { largeBytes: 0 });
  return { small: await small.profile(), large: await large.profile() };
}

/** Sums are taken in another order, and numbers are shown without the zeros they were written with. */
function comparable({ numeric, histogram, textLength, ...rest }: ColumnProfile): unknown {
  const round = (value: number): number => Number(value.toPrecision(12));
  const { min, max, mean, sd, quartiles } = numeric ?? { min: 0, max: 0, mean: 0, sd: 0, quartiles: [] };
  return {
    ...rest,
    examples: rest.type === 'number' ? rest.examples.map(Number) : rest.examples,
    numeric: [min, max, mean, sd, ...quartiles].map(round),
    counts: histogram?.counts,
    textLength: textLength === undefined ? [] : Object.values(textLength).map(round),
  };
}

describe('the profile of a large file', () => {
  it('says the same of every kind of column', async () => {
    const stream = randomStream(3, 'test');
    const pick = (cells: readonly string[]): string => cells[stream.nextInt(cells.length)] ?? '';
    const columns: Record<string, (row: number) => string> = {
      id: (row) => String(row),
      age: () => pick(['NA', '', '30', '41', ' 52 ', '60']),
      income: () => (stream.next() * 1e5).toFixed(3),
      share: () => pick(['0.25', '-1.5', '?', '1e3', '.5']),
      mostly: (row) => (row % 100 === 7 ? 'unknown' : row === 150 ? 'x' : stream.next().toFixed(4)),
      city: () => pick(['Berlin', 'Paris', ' Rome ', 'N/A', '東京']),
      code: () => pick(['007', '012', '100']),
      bool: () => pick(['yes', 'no', 'Yes']),
      when: () => `2020-0${1 + stream.nextInt(9)}-${10 + stream.nextInt(19)}`,
      time: (row) => `2020-01-01T${String(10 + (row % 12))}:${10 + stream.nextInt(49)}:${10 + (row % 40)}`,
      bad: (row) => (row === 200 ? '2020-45-45' : `2021-03-${10 + stream.nextInt(19)}`),
      rising: (row) => new Date(1.6e12 + row * 1e9).toISOString().slice(0, 19),
      note: (row) => `customer ${row} called ${stream.nextInt(1e6)} twice about it`,
      money: () => `$${stream.nextInt(90)}.50`,
      few: () => '5',
      none: () => 'NA',
    };
    const rows = Array.from({ length: 400 }, (_, row) =>
      Object.values(columns)
        .map((cell) => cell(row))
        .join(','),
    );
    const { small, large } = await profiles(`${Object.keys(columns).join(',')}\n${rows.join('\n')}\n`);
    for (const [index, column] of small.columns.entries()) {
      const other = large.columns[index]!;
      // Many different numbers are counted by an estimate, and it says so.
      const isEstimated = column.name === 'income';
      expect(other.distinctIsExact, column.name).toBe(!isEstimated);
      const exact = isEstimated ? { ...other, distinct: column.distinct, distinctIsExact: true } : other;
      expect(comparable(exact), column.name).toEqual(comparable(column));
    }
    expect(large.issues).toEqual(small.issues);
    expect(large.rows).toBe(400);
    expect(large.columns.find(({ name }) => name === 'rising')?.order).toBe('ascending');
  });

  it('tells how far it is', async () => {
    const source = await csv.open('a,b\n1.5,x\n2.5,y\n', undefined, { largeBytes: 0 });
    const fractions: number[] = [];
    await source.profile({ onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });
});
