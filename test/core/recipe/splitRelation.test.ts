// The split in a table: which column says what, how times are read, and what is said of cells that say nothing.
import { describe, expect, it } from 'vitest';
import { splitSchema, type Split } from '../../../src/shared/schema/experiment';
import { runRecipe, type RunRecipeOptions } from '../../support/recipe';

const byTime: Split = { method: 'time', column: 't', validation: 0.2, test: 0.2 };
/** Parts of rows whose times are these texts. */
async function parts(times: readonly string[], options: RunRecipeOptions = {}): Promise<string> {
  const csv = `t,y\n${times.map((time, i) => `"${time}",${i}\n`).join('')}`;
  const { part } = await runRecipe(csv, [], { split: byTime, ...options });
  return part.map((code) => 'LVT'[code]).join('');
}

describe('splitRelation by time', () => {
  it.each([
    { name: 'numbers, as numbers', times: ['9', '10', '1e1', '8', '7', '11'], wanted: 'LVVLLT' },
    {
      name: 'ISO dates',
      times: ['2020-01-05', '2019-12-31', '2020-01-01T10:00:00Z', '2020-01-01 09:00', '2018-05-05'],
      wanted: 'TLVLL',
    },
    {
      name: 'dates with the day first, where one can only be read so',
      times: ['01/02/2020', '02/01/2020', '25/01/2020', '03/01/2020', '04/01/2020'],
      wanted: 'TLVLL',
    },
    {
      name: 'dates with the month first otherwise',
      times: ['01/02/2020', '02/01/2020', '01/25/2020', '01/03/2020', '01/04/2020'],
      wanted: 'LTVLL',
    },
    {
      name: 'written months',
      times: ['3 Mar 2020', 'January 5, 2020', '1 Feb 2020', '7 Feb 2020', '1 Jan 2020'],
      wanted: 'TLLVL',
    },
  ])('reads $name', async ({ times, wanted }) => {
    expect(await parts(times)).toBe(wanted);
  });

  it('reads a column that a step made a number', async () => {
    const csv = 'g,t\na,1\nb,2\nc,3\nd,4\ne,5\n';
    const { part } = await runRecipe(
      csv,
      [{ step: 'groupAggregate', by: ['g'], aggregates: [{ column: 't', function: 'max', name: 'last' }] }],
      { split: { ...byTime, column: 'last' } },
    );
    expect(part).toEqual([0, 0, 0, 1, 2]);
  });

  it.each([
    {
      name: 'a cell that is no number',
      times: ['1', '2', 'soon', '4', '5'],
      code: 'split.unreadableTime',
      line: 4,
    },
    {
      name: 'a cell that is no date',
      times: ['2020-01-01', '2020-01-02', '2020-02-30', '2020-01-04'],
      code: 'split.unreadableTime',
      line: 4,
    },
    { name: 'an empty number', times: ['1', '', '3', '4', '5'], code: 'split.missingTime', line: 3 },
    {
      name: 'an empty date',
      times: ['2020-01-01', '2020-01-02', '2020-01-03', ''],
      code: 'split.missingTime',
      line: 5,
    },
  ])('names the line of $name', async ({ times, code, line }) => {
    await expect(parts(times)).rejects.toMatchObject({ code, details: { column: 't', line } });
  });

  it('leaves rows without a target out before it cuts, so their times do not matter', async () => {
    const csv = 't,y\n1,0\nnever,\n2,1\n3,0\n4,1\n5,1\n';
    const { rid, part } = await runRecipe(csv, [], {
      split: byTime,
      target: { column: 'y', task: 'binary' },
    });
    expect(rid).toEqual([0, 2, 3, 4, 5]);
    expect(part).toEqual([0, 0, 0, 1, 2]);
  });
});

describe('splitRelation in folds', () => {
  it('leaves out the rows that are later than a fold by time, and counts them', async () => {
    const csv = `t,y\n${Array.from({ length: 12 }, (_, i) => `${11 - i},a\n`).join('')}`;
    const split = splitSchema.parse({ method: 'kFold', kind: 'time', column: 't', folds: 3, test: 1 / 6 });
    const { rid, part, issues } = await runRecipe(csv, [], { split });
    expect(rid).toEqual([0, 1, 6, 7, 8, 9, 10, 11]);
    expect(part).toEqual([2, 2, 1, 1, 0, 0, 0, 0]);
    expect(issues).toMatchObject([{ code: 'split.laterThanFold', count: 4 }]);
  });

  it('says which column there is not', async () => {
    const split = splitSchema.parse({ method: 'kFold', kind: 'group', column: 'patients' });
    await expect(runRecipe('patient,y\na,1\n', [], { split })).rejects.toMatchObject({
      code: 'recipe.unknownColumn',
      message: 'There is no column "patients" at this step. Did you mean "patient"?',
    });
  });
});

describe('splitRelation by group', () => {
  it('goes by trimmed texts and keeps groups of made columns whole', async () => {
    const csv = `p,y\n${Array.from({ length: 60 }, (_, i) => `${i % 2 ? ' ' : ''}p${i % 12}${i % 3 ? '' : ' '},${i % 2}\n`).join('')}`;
    const { part, values } = await runRecipe(csv, [], {
      split: { method: 'group', column: 'p', validation: 0.2, test: 0.2, seed: 3 },
      target: { column: 'y', task: 'binary' },
    });
    const partOf = new Map<unknown, number>();
    values['p']?.forEach((name, i) => {
      expect(partOf.get(name) ?? part[i]).toBe(part[i]);
      partOf.set(name, part[i] ?? -1);
    });
    expect(partOf.size).toBe(12);
    expect(new Set(part).size).toBe(3);
  });
});
