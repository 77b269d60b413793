// Owns how one tells that encoded rows are still those that a run was trained on.
import { crc32 } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { RunSummary } from '../../shared/schema/run';
import type { EncodedDataset } from './dataset';

/** Checksum of all that a training depends on: train and validation rows and their weights, as they were encoded. */
export function fingerprintOf({ train, validation }: EncodedDataset): string {
  let sum = 0;
  for (const values of [train.x, train.y, train.weights, validation.x, validation.y]) {
    if (values !== undefined)
      sum = crc32(Buffer.from(values.buffer, values.byteOffset, values.byteLength), sum);
  }
  return sum.toString(16).padStart(8, '0');
}

/** @throws BenchError 'run.dataChanged' */
export function requireSameRows(run: RunSummary, fingerprint: string): void {
  if (run.fingerprint === undefined || run.fingerprint === fingerprint) return;
  throw new BenchError(
    'run.dataChanged',
    l10n.t(
      'The rows of {0} are not those that run {1} was trained on. Bring the file back, or train anew.',
      run.dataPath,
      run.runId,
    ),
  );
}
