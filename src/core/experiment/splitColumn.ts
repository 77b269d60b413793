// Owns what a profile can say of a split's column before a row is read; the rows have the last word.
import * as l10n from '@vscode/l10n';
import type { ErrorCode } from '../../shared/errors';
import type { Split } from '../../shared/schema/experiment';
import type { ColumnProfile } from '../../shared/schema/profile';
import { parseDateTime } from '../data/datetime';
import { splitColumnOf, splitPartOf } from '../recipe/split';

export interface SplitColumnFinding {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  readonly message: string;
}

/** @param forgiven rows without target are left out before the split: so many odd cells may be harmless */
export function checkSplitColumn(
  split: Split,
  column: ColumnProfile,
  forgiven: number,
): SplitColumnFinding[] {
  const folds = split.method === 'kFold' ? split.folds : undefined;
  switch (splitColumnOf(split)?.says) {
    case 'part':
      return partProblem(column, forgiven);
    case 'group':
      // A part of its own for train, validation and test, or for each fold and the test.
      return groupProblem(column, folds === undefined ? 3 : folds + 1, forgiven);
    case 'time':
      return timeProblem(column, folds === undefined ? 3 : folds + 2, forgiven);
    case undefined:
      return [];
  }
}

const error = (code: ErrorCode, message: string): SplitColumnFinding[] => [
  { severity: 'error', code, message },
];
const warning = (code: ErrorCode, message: string): SplitColumnFinding[] => [
  { severity: 'warning', code, message },
];

/** A number has no top values: then its examples, of which each stands for one row at least. */
function someValues({ topValues, examples }: ColumnProfile): readonly { value: string; count: number }[] {
  return topValues ?? examples.map((value) => ({ value, count: 1 }));
}

function partProblem(column: ColumnProfile, forgiven: number): SplitColumnFinding[] {
  const { name, missing, distinct, topValues } = column;
  const values = someValues(column);
  const odd = values.find(({ value, count }) => splitPartOf(value) === undefined && count > forgiven);
  if (odd !== undefined) {
    const message = l10n.t(
      'Split column "{0}" has "{1}"; expected train, validation (or val, valid, dev) or test.',
      name,
      odd.value,
    );
    return error('split.unknownValue', message);
  }
  if (missing > forgiven) {
    const message = l10n.t(
      'Split column "{0}" has no value in {1} rows; expected train, validation (or val, valid, dev) or test.',
      name,
      missing,
    );
    return error('split.unknownValue', message);
  }
  const isWhole = topValues !== undefined && topValues.length === distinct;
  if (!isWhole || values.some(({ value }) => splitPartOf(value) === 'train')) return [];
  return error(
    'split.noTrain',
    l10n.t('Split column "{0}" marks {1} rows as train; expected at least 2.', name, 0),
  );
}

function groupProblem(
  { name, rows, missing, distinct, distinctIsExact }: ColumnProfile,
  least: number,
  forgiven: number,
): SplitColumnFinding[] {
  if (distinctIsExact && distinct + missing < least) {
    const message = l10n.t(
      'Split column "{0}" has {1} groups, and at least {2} are needed, since a group stays in one part.',
      name,
      distinct,
      least,
    );
    return error('split.tooFewGroups', message);
  }
  if (distinctIsExact && distinct + missing === rows) {
    const message = l10n.t(
      'Split column "{0}" has another value in every row: a split by it is a random one.',
      name,
    );
    return warning('split.groupPerRow', message);
  }
  if (missing <= forgiven) return [];
  const message = l10n.t(
    'Split column "{0}" has no group in {1} rows; each counts as a group of its own.',
    name,
    missing,
  );
  return warning('split.missingGroup', message);
}

function timeProblem(column: ColumnProfile, least: number, forgiven: number): SplitColumnFinding[] {
  const { name, type, missing, distinct, distinctIsExact } = column;
  if (type !== 'datetime' && type !== 'number') {
    const odd = someValues(column).find(({ value, count }) => count > forgiven && !isTime(value));
    if (odd !== undefined) {
      const message = l10n.t(
        'Split column "{0}" has "{1}"; expected a number or a date such as 2020-12-31.',
        name,
        odd.value,
      );
      return error('split.unreadableTime', message);
    }
  }
  if (missing > forgiven) {
    const message = l10n.t(
      'Split column "{0}" has no time in {1} rows. Leave such rows out with the step dropMissing, or take another split.',
      name,
      missing,
    );
    return error('split.missingTime', message);
  }
  if (!distinctIsExact || distinct >= least) return [];
  const message = l10n.t(
    'Split column "{0}" has {1} different times, and at least {2} are needed, since equal times stay together.',
    name,
    distinct,
    least,
  );
  return error('split.tooFewTimes', message);
}

function isTime(text: string): boolean {
  return (
    Number.isFinite(Number(text)) ||
    !Number.isNaN(parseDateTime(text.trim(), true) || parseDateTime(text.trim(), false))
  );
}
