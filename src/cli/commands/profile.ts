// Owns `profile`: what a CSV holds, column by column.
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import { formatBytes, formatNumber } from '../../shared/format';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';
import { openCsv } from '../../core/data/csvSource';
import { EXIT_OK, print, printJson, profilingProgress, ProgressLine, table } from '../output';
import { readingOf, type ReadingFlags } from '../readingOptions';

export interface ProfileOptions extends ReadingFlags {
  readonly json: boolean;
}

export async function profile(csv: string, { json, ...flags }: ProfileOptions): Promise<number> {
  const source = await openCsv(path.resolve(csv), { reading: readingOf(flags) });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  try {
    const result = await source.profile({ onProgress: profilingProgress(progress) });
    progress.end();
    if (json) printJson({ event: 'profile', ...result });
    else printProfile(result);
    return EXIT_OK;
  } finally {
    progress.end();
    source.close();
  }
}

function printProfile(data: DatasetProfile): void {
  print(
    l10n.t(
      '{0}: {1} rows, {2} columns, {3}',
      data.path,
      data.rows.toLocaleString('en'),
      data.columns.length,
      formatBytes(data.sizeBytes),
    ),
  );
  if (data.dialect.reason !== '') print(l10n.t('Read as {0}', data.dialect.reason));
  print(
    table([
      [l10n.t('column'), l10n.t('type'), l10n.t('missing'), l10n.t('distinct'), l10n.t('values')],
      ...data.columns.map((column) => [
        column.name,
        column.type,
        column.missing === 0
          ? '-'
          : `${column.missing} (${formatNumber((100 * column.missing) / Math.max(1, column.rows))} %)`,
        `${column.distinctIsExact ? '' : '~'}${column.distinct}`,
        valuesOf(column),
      ]),
    ]),
  );
  for (const issue of data.issues) print(`${issue.severity}: ${issue.message}`);
}

function valuesOf({ numeric, topValues, examples, type }: ColumnProfile): string {
  if (numeric !== undefined && type === 'number') {
    const [, median] = numeric.quartiles;
    return l10n.t(
      '{0} to {1}, mean {2}, median {3}',
      formatNumber(numeric.min),
      formatNumber(numeric.max),
      formatNumber(numeric.mean),
      formatNumber(median),
    );
  }
  const shown =
    topValues?.slice(0, 4).map(({ value, count }) => `${value.slice(0, 24)} ${count}`) ??
    examples.slice(0, 3).map((text) => text.slice(0, 24));
  return shown.join(', ').replaceAll(/\s+/g, ' ');
}
