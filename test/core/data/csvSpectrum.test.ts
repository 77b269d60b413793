// The conformance suite csv-spectrum: case, expected, got, and the reason where the two differ.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openCsv } from '../../../src/core/data/csvSource';

const folder = dirname(createRequire(__filename).resolve('csv-spectrum'));
const rowsSchema = z.union([
  z.array(z.record(z.string(), z.string())),
  z.record(z.string(), z.string()).transform((row) => [row]),
]);

/** Where we differ on purpose: what we give, and why. */
const DEVIATIONS: Readonly<Record<string, { readonly reason: string; readonly got: readonly object[] }>> = {
  location_coordinates: {
    reason: 'Its JSON has another phone number than its CSV.',
    got: [
      {
        'Contact Phone Number': '2095257564',
        'Location Coordinates': '37\uFFFD36\'37.8"N 121\uFFFD2\'17.9"W',
        Cities: 'Modesto',
        Counties: 'Stanislaus',
      },
    ],
  },
};

async function read(name: string): Promise<Record<string, string>[]> {
  const source = await openCsv(join(folder, 'csvs', `${name}.csv`));
  try {
    const { columns, rows } = await source.preview(100, { keepTexts: true });
    // An empty cell, quoted or not, is a missing value here; the suite writes it "".
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ''])));
  } finally {
    source.close();
  }
}

describe('csv-spectrum', () => {
  const names = readdirSync(join(folder, 'csvs')).map((file) => file.replace(/\.csv$/, ''));

  it('has the cases that are looked at here', () => {
    expect(names).toHaveLength(12);
    expect(Object.keys(DEVIATIONS).every((name) => names.includes(name))).toBe(true);
  });

  it.each(names)('%s', async (name) => {
    const expected = rowsSchema.parse(JSON.parse(readFileSync(join(folder, 'json', `${name}.json`), 'utf8')));
    const got = await read(name);
    const deviation = DEVIATIONS[name];
    expect(got).toEqual(deviation?.got ?? expected);
    if (deviation !== undefined) expect(got, 'no deviation any more').not.toEqual(expected);
  });
});
