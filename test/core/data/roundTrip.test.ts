// What is written is what is read: parse(write(x)) is x, for any cells, in any encoding, by chunks of any size.
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/core/data/csvSource';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { isMissing } from '../../../src/core/data/missing';
import '../../support/properties';
import { encode } from './encodings';
import { csvFolder } from './tempCsv';

const csv = csvFolder();

/**
 * Any text but lone surrogates and NUL, which no file has, and U+FEFF, which DuckDB takes for a mark at the start of the
 * first row too; often the signs that matter.
 */
const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !/[\0\uFEFF\p{Surrogate}]/u.test(text)),
  fc.string({
    unit: fc.constantFrom('a', 'é', '中', '😀', ' ', ',', ';', '"', "'", '\n', '\r', '\\', '\t', '1', '.'),
    maxLength: 6,
  }),
  fc.constant(null),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
  );
const ENCODINGS = [
  { encoding: 'utf-8', hasBom: false },
  { encoding: 'utf-8', hasBom: true },
  { encoding: 'utf-16le', hasBom: true },
  { encoding: 'utf-16be', hasBom: true },
  { encoding: 'gb18030', hasBom: false },
] as const;

describe('a table that was written', () => {
  it('is read back the same, whatever the encoding and the chunks', { timeout: 60_000 }, async () => {
    const path = await csv.write('', 'trip.csv');
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(...ENCODINGS),
        fc.integer({ min: 1, max: 40 }),
        async (rows, encoding, chunkBytes) => {
          const header = (rows[0] ?? []).map((_, index) => `column ${index}`);
          await writeFile(path, encode(writeCsv(header, rows), encoding));
          // Guessing is another test's matter: here the file is read as it was written.
          const source = await openCsv(path, {
            chunkBytes,
            reading: {
              encoding: encoding.encoding,
              delimiter: ',',
              quote: '"',
              header: 'yes',
            },
          });
          try {
            const { rows: found, totalRows } = await source.preview(10, { keepTexts: true });
            expect(totalRows).toBe(rows.length);
            const text = (value: string | null): string => value ?? '';
            expect(found.map((row) => row.map(text))).toEqual(rows.map((row) => row.map(text)));
            const head = await source.head(10);
            const shown = rows.map((row) =>
              row.map((value) => (value === null || isMissing(value.trim()) ? null : value)),
            );
            expect(head.preview.rows).toEqual(shown);
          } finally {
            source.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
