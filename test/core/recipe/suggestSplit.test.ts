// Which split suits a table, and why.
import { describe, expect, it } from 'vitest';
import { scaffoldExperiment } from '../../../src/core/experiment/scaffold';
import { suggestSplit } from '../../../src/core/recipe/suggestSplit';
import { experimentSchema, splitSchema, type Split } from '../../../src/shared/schema/experiment';
import type { DatasetProfile } from '../../../src/shared/schema/profile';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();
async function profileOf(header: string, row: (i: number) => string, rows = 120): Promise<DatasetProfile> {
  const source = await csv.open(
    `${header}\n${Array.from({ length: rows }, (_, i) => `${row(i)}\n`).join('')}`,
  );
  return source.profile();
}
const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
const suggested = (profile: DatasetProfile, column: string, task: 'regression' | 'binary'): Split =>
  splitSchema.parse(suggestSplit(profile, { column, task }));

describe('suggestSplit', () => {
  it.each([
    { name: 'upwards', date: day },
    { name: 'downwards, days twice', date: (i: number) => day(500 - Math.floor(i / 2)) },
    { name: 'upwards, day first', date: (i: number) => day(i).split('-').reverse().join('/') },
  ])('goes by the time that the rows are in the order of ($name)', async ({ date }) => {
    const profile = await profileOf('when,x,y', (i) => `${date(i)},${(i * 7) % 11},${(i * i) % 97}.5`);
    const split = suggested(profile, 'y', 'regression');
    expect(split).toMatchObject({ method: 'time', column: 'when', validation: 0.15, test: 0.15 });
    expect(split.description).toContain('"when"');
  });

  it.each([
    { name: 'in no order', date: (i: number) => day((i * 37) % 120) },
    { name: 'that starts again', date: (i: number) => day(i % 40) },
    { name: 'with holes', date: (i: number) => (i % 9 ? day(i) : '') },
  ])('does not go by a time $name', async ({ date }) => {
    const profile = await profileOf('when,x,y', (i) => `${date(i)},${(i * 7) % 11},${(i * i) % 97}.5`);
    expect(suggested(profile, 'y', 'regression').method).toBe('random');
  });

  it('does not go by a date of birth', async () => {
    const profile = await profileOf('birth_date,y', (i) => `${day(i)},${(i * i) % 97}.5`);
    expect(suggested(profile, 'y', 'regression').method).toBe('random');
  });

  it.each(['patient_id', 'customerId', 'User ID', '用户编号', 'subject'])(
    'keeps the rows of a "%s" together',
    async (name) => {
      const profile = await profileOf(`${name},x,y`, (i) => `${100 + ((i * 7) % 30)},${i % 13},${i % 2}`);
      const split = suggested(profile, 'y', 'binary');
      expect(split).toMatchObject({ method: 'group', column: name, seed: 1 });
      expect(split.description).toContain('30');
    },
  );

  it.each([
    { name: 'one a row', header: 'id', cell: (i: number) => `u${i}` },
    { name: 'few values', header: 'device_id', cell: (i: number) => `d${i % 4}` },
    { name: 'another name', header: 'width', cell: (i: number) => `${i % 30}` },
    { name: 'amounts', header: 'paid_id', cell: (i: number) => `${i % 30}.25` },
  ])('makes no group of $name', async ({ header, cell }) => {
    const profile = await profileOf(`${header},x,y`, (i) => `${cell(i)},${i % 13},${i % 2}`);
    expect(suggested(profile, 'y', 'binary').method).toBe('stratified');
  });

  it('draws row by row where a class is too rare to be in every period', async () => {
    const profile = await profileOf('when,x,y', (i) => `${day(i)},${i % 11},${i % 40 ? 'a' : 'b'}`);
    expect(suggested(profile, 'y', 'binary').method).toBe('stratified');
  });

  it('gives a scaffold that does not learn which group a row is of', async () => {
    const profile = await profileOf('patient_id,x,y', (i) => `p${i % 30},${i % 13},${i % 2}`);
    const { experiment } = scaffoldExperiment({ profile, relativePath: 'a.csv', target: 'y', seed: 5 });
    const parsed = experimentSchema.parse(experiment);
    expect(parsed.split).toMatchObject({ method: 'group', column: 'patient_id', seed: 5 });
    expect(parsed.features.map(({ column, type }) => [column, type])).toEqual([
      ['patient_id', 'id'],
      ['x', 'number'],
    ]);
  });
});
