// How much a column tells of the target, against scikit-learn 1.9.1 (mutual_info_score on the same bins) and scipy 1.17.1
// (pearsonr): see bench/reference/target_relation.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ColumnProfile } from '../../../src/shared/schema/profile';
import { csvFolder } from './tempCsv';

const relationSchema = z.object({
  measure: z.string(),
  value: z.number(),
  strength: z.number(),
  rows: z.number(),
});
const { csv: text, expected } = z
  .object({
    csv: z.string(),
    expected: z.record(z.string(), z.record(z.string(), relationSchema)),
  })
  .parse(JSON.parse(readFileSync('test/fixtures/sklearn/targetRelation.json', 'utf8')));
const csv = csvFolder();

async function relationsOf(
  content: string,
  target: string,
  largeBytes?: number,
): Promise<Record<string, ColumnProfile['relation']>> {
  const source = await csv.open(content, undefined, { largeBytes });
  const { columns } = await source.profile({ target });
  return Object.fromEntries(columns.map(({ name, relation }) => [name, relation]));
}

describe('the relation to the target', () => {
  for (const target of ['label', 'amount']) {
    it.each([
      ['small', Infinity],
      ['large', 0],
    ])(`is that of scikit-learn and scipy for "${target}" in a %s file`, async (_, largeBytes) => {
      const found = await relationsOf(text, target, largeBytes);
      expect(found[target]).toBeUndefined();
      for (const [name, wanted] of Object.entries(expected[target] ?? {})) {
        const relation = found[name];
        expect(relation, name).toMatchObject({ measure: wanted.measure, rows: wanted.rows });
        expect(relation?.value, name).toBeCloseTo(wanted.value, 10);
        expect(relation?.strength, name).toBeCloseTo(wanted.strength, 10);
      }
    });
  }

  it('is 1 for a copy, nothing for noise, and not told of what names the rows or never differs', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const label = i % 2 === 0 ? 'a' : 'b';
      return [
        i,
        label,
        label.toUpperCase(),
        '7',
        `${Math.floor(i / 2) % 2}`,
        `${i * 1e300}`,
        `1e${i}`,
      ].join();
    });
    const found = await relationsOf(`id,label,copy,same,noise,huge,odd\n${rows.join('\n')}\n`, 'label');
    expect(found['copy']).toMatchObject({ measure: 'mutualInformation', rows: 200 });
    // ln 2: two classes, equally frequent.
    expect(found['copy']?.value).toBeCloseTo(Math.LN2, 12);
    expect(found['copy']?.strength).toBeCloseTo(1, 12);
    expect(found['noise']?.value).toBeCloseTo(0, 12);
    expect(found['id']).toBeUndefined();
    expect(found['same']).toBeUndefined();
    expect(found['huge']?.rows).toBe(200);
  });

  it('is the same for numbers whose squares overflow, and no row has to have both values', async () => {
    const text2 = (scale: number): string =>
      `x,y,z\n${[1.5, 2, 4.25, 3].map((x, i) => `${x * scale},${[2, 1, 5, 4][i]! * scale},NA`).join('\n')}\n`;
    const [plain, huge] = [await relationsOf(text2(1), 'y'), await relationsOf(text2(1e300), 'y')];
    expect(huge['x']?.value).toBeCloseTo(plain['x']?.value ?? NaN, 12);
    expect(plain['z']).toBeUndefined();
  });

  it('of a column that is not there is not told', async () => {
    expect(Object.values(await relationsOf('a,b\n1,2\n2,3\n', 'nowhere'))).toEqual([undefined, undefined]);
  });
});
