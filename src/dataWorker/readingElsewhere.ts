// Owns how a file is to be read where the editor's settings are not known: by a training process, on the command line.
import type { DatasetProfile } from '../shared/schema/profile';
import { ENCODINGS, type Reading } from '../shared/schema/reading';
import { readHead } from '../core/data/csvHead';
import type { FileRef } from './openFiles';

/**
 * The same reading, with the encoding written down where `files.encoding` decided it.
 * @param profile of the whole file as it is read here: bytes that are not ASCII may come late
 */
export async function readingElsewhere(
  { path, reading, defaultEncoding }: FileRef,
  { dialect }: Pick<DatasetProfile, 'dialect'>,
): Promise<Reading> {
  if (reading.encoding !== 'auto' || defaultEncoding === undefined) return reading;
  const encoding = ENCODINGS.find((name) => name === dialect.encoding);
  if (encoding === undefined || encoding === 'utf-8') return reading;
  const elsewhere = await readHead(path, 1, { reading });
  return elsewhere.dialect.encoding === encoding ? reading : { ...reading, encoding };
}
