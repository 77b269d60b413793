// Owns how a file is to be read, where the user knows better than the detection. Everything has a default of "auto".
import * as z from 'zod';

export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'big5',
  'shift_jis',
  'iso-8859-1',
  'windows-1252',
] as const;

export const readingSchema = z.strictObject({
  format: z
    .enum(['auto', 'csv', 'jsonl', 'parquet'])
    .default('auto')
    .describe('auto goes by the name of the file, then by its first bytes. csv is any delimited text.'),
  encoding: z
    .enum(['auto', ...ENCODINGS])
    .default('auto')
    .describe('auto takes UTF-8 where the whole file is UTF-8, else what its bytes look like.'),
  delimiter: z
    .union([z.enum(['auto', ',', ';', '\t', '|']), z.string().length(1)])
    .default('auto')
    .describe('One character.'),
  quote: z.enum(['auto', '"', "'", '']).default('auto').describe('Empty: quotes are text like any other.'),
  header: z
    .enum(['auto', 'yes', 'no'])
    .default('auto')
    .describe('Whether the first record names the columns.'),
  decimal: z.enum(['auto', '.', ',']).default('auto').describe('Decimal mark of numbers.'),
  thousands: z
    .enum(['auto', '', ',', '.', ' ', "'"])
    .default('auto')
    .describe('Thousands separator; only taken where it parts groups of three digits.'),
  missing: z
    .array(z.string())
    .default([])
    .describe('Texts that mean "no value" in this file, besides the usual ones (NA, null, ?, ...).'),
});
export type Reading = z.infer<typeof readingSchema>;
export type ReadingInput = z.input<typeof readingSchema>;
