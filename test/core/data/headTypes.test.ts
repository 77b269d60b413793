// What columns are, as far as their first rows show it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../../src/core/data/csvHead';
import { openCsv } from '../../../src/core/data/csvSource';
import { headTypes } from '../../../src/core/data/headTypes';
import { REPO } from '../../support/cli';

const typeOf = (cells: readonly (string | null)[], name = 'x'): string | undefined =>
  headTypes({ columns: [name], rows: cells.map((cell) => [cell]) })[0];

describe('the types of the first rows', () => {
  it.each([
    ['numbers', ['1.5', '2', null, '-3e2', '7'], 'number'],
    ['dates', ['2020-01-31', '2021-02-28', '2020年1月5日'], 'datetime'],
    ['yes and no', ['yes', 'no', 'no', 'yes'], 'boolean'],
    ['a few words', ['a', 'b', 'a', 'c', 'b', 'a', 'a', 'b'], 'category'],
    ['codes', ['007', '007', '012', '012', '007', '007'], 'category'],
    ['nothing', [null, '', 'NA'], 'category'],
    ['no rows', [], 'category'],
  ])('knows %s', (_, cells, type) => {
    expect(typeOf(cells)).toBe(type);
  });

  it('reads numbers as the file writes them', () => {
    const rows = [['1.234,5'], ['0,5'], ['12']];
    expect(headTypes({ columns: ['x'], rows }, { decimal: ',', thousands: '.' })).toEqual(['number']);
    expect(headTypes({ columns: ['x'], rows })).not.toEqual(['number']);
  });

  it('are those of the profile where the first rows are all of them', async () => {
    const folder = join(REPO, 'examples');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
      f.endsWith('.csv'),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const path = join(folder, file);
      const lines = readFileSync(path, 'utf8').split('\n').length;
      const { types } = await readHead(path, lines);
      const source = await openCsv(path);
      try {
        const { columns } = await source.profile();
        expect(types, file).toEqual(columns.map(({ type }) => type));
      } finally {
        source.close();
      }
    }
  });
});
