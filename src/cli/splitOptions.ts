// Owns the options that say how rows are parted into train, validation and test.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../shared/errors';
import { splitSchema, type Split } from '../shared/schema/experiment';

/** Folds take more to say than flags: an experiment says them. */
export const SPLIT_METHODS = ['random', 'stratified', 'group', 'time', 'column'] as const;

export interface SplitFlags {
  readonly split?: (typeof SPLIT_METHODS)[number];
  readonly splitBy?: string;
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
}

const WITH_COLUMN: ReadonlySet<string> = new Set(['group', 'time', 'column']);

/**
 * Undefined where nothing was said. A column alone is one that says the parts.
 * @throws BenchError 'cli.usage'
 */
export function splitOf({ split, splitBy, validation, test, seed }: SplitFlags): Split | undefined {
  const shares = Object.entries({ validation, test, seed }).filter(([, value]) => value !== undefined);
  const [given] = shares;
  if (split === undefined && splitBy === undefined) {
    if (given === undefined) return undefined;
    throw usage(
      l10n.t('--{0} goes with --split: how are the rows to be parted? Add --split random.', given[0]),
    );
  }
  const method = split ?? 'column';
  if (WITH_COLUMN.has(method) !== (splitBy !== undefined)) {
    throw usage(
      splitBy === undefined
        ? l10n.t('--split {0} needs a column. Add --split-by.', method)
        : l10n.t(
            '--split {0} goes by no column. Leave --split-by out, or split by column, group or time.',
            method,
          ),
    );
  }
  const isFixed = method === 'column' || (method === 'time' && seed !== undefined);
  if (isFixed && given !== undefined) {
    const name = method === 'column' ? given[0] : 'seed';
    throw usage(l10n.t('--{0} does nothing with --split {1}. Leave it out.', name, method));
  }
  return splitSchema.parse({
    method,
    ...(splitBy === undefined ? {} : { column: splitBy }),
    ...Object.fromEntries(shares),
  });
}

function usage(message: string): BenchError {
  return new BenchError('cli.usage', message);
}
