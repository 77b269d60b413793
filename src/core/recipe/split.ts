// Owns who learns, who is watched and who is sealed: named, disjoint index sets. Every method is deterministic; how each
// cuts is in splitParts, splitGroups, splitTimes and splitFolds.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { randomStream } from '../../shared/random';
import type { Split } from '../../shared/schema/experiment';
import type { DataIssue } from '../../shared/schema/profile';
import type { CodedTexts } from './codedTexts';
import { plainFold, stratifiedFold } from './splitFolds';
import { drawGroups, groupFold, groupParts } from './splitGroups';
import { allRows, NO_ROWS, randomParts, stratifiedParts, type SplitRows } from './splitParts';
import { timeFold, timelineOf, timeParts } from './splitTimes';

export interface SplitInput {
  readonly rows: number;
  /** The class of each row; undefined for regression. */
  readonly classes: CodedTexts | undefined;
  /** Cells of the split's column, where it says parts or groups. */
  readonly values?: CodedTexts | undefined;
  /** The split's column as numbers in any unit, where it says the time. None may be missing. */
  readonly times?: Float64Array | undefined;
  /** Line of the file of a row, for messages. */
  readonly lineOf: (row: number) => Promise<number | undefined>;
}

export interface SplitResult {
  readonly parts: SplitRows;
  readonly issues: readonly DataIssue[];
}

type Part = 'train' | 'validation' | 'test';
const PARTS: ReadonlyMap<string, Part> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);
const CARVED_SHARE = 0.15;
const CARVED_SEED = 1;
/** A part this much larger or smaller than wanted is worth a word. */
const SHARE_TOLERANCE = 0.05;

/** What a cell of a split column says, or undefined. Case and surrounding space do not matter. */
export function splitPartOf(value: string): Part | undefined {
  return PARTS.get(value.trim().toLowerCase());
}

/** What the column of a split says, and its name; undefined for a split without one. */
export function splitColumnOf(
  split: Split,
): { readonly name: string; readonly says: 'part' | 'group' | 'time' } | undefined {
  switch (split.method) {
    case 'column':
      return { name: split.column, says: 'part' };
    case 'group':
    case 'time':
      return { name: split.column, says: split.method };
    case 'kFold':
      if (split.column === undefined || split.kind === 'plain' || split.kind === 'stratified')
        return undefined;
      return { name: split.column, says: split.kind };
    case 'random':
    case 'stratified':
      return undefined;
  }
}

/** Shares and folds that leave nothing to learn from, and kinds of folds that lack their column. */
export function splitProblem(
  split: Split,
  isClassification: boolean,
):
  | {
      readonly code: 'split.shares' | 'split.fold' | 'split.noColumn' | 'split.stratifiedRegression';
      readonly message: string;
      readonly key?: string;
    }
  | undefined {
  if (split.method === 'column') return undefined;
  if (split.method === 'stratified' && !isClassification) {
    const message = l10n.t(
      'A stratified split needs classes, and the target is a number. Set method to "random".',
    );
    return { code: 'split.stratifiedRegression', message, key: 'method' };
  }
  if (split.method === 'kFold' && split.kind === 'stratified' && !isClassification) {
    const message = l10n.t('Stratified folds need classes, and the target is a number. Set kind to "plain".');
    return { code: 'split.stratifiedRegression', message, key: 'kind' };
  }
  if (split.method === 'kFold') {
    if (split.fold > split.folds) {
      const message = l10n.t('There is no fold {0} of {1}; expected 1 to {1}.', split.fold, split.folds);
      return { code: 'split.fold', message, key: 'fold' };
    }
    if (splitColumnOf(split) === undefined && (split.kind === 'group' || split.kind === 'time')) {
      const message =
        split.kind === 'group'
          ? l10n.t('Folds by group need the column that says the group. Set "column".')
          : l10n.t('Folds by time need the column with the time. Set "column".');
      return { code: 'split.noColumn', message, key: 'kind' };
    }
    return undefined;
  }
  if (split.validation + split.test < 1) return undefined;
  const message = l10n.t(
    'The shares for validation ({0}) and test ({1}) leave no row for training; expected a sum below 1.',
    split.validation,
    split.test,
  );
  return { code: 'split.shares', message };
}

/**
 * @throws BenchError split.tooFewRows, split.shares, split.fold, split.noColumn, split.stratifiedRegression,
 * split.unknownValue, split.noTrain, split.tooFewGroups, split.tooFewTimes
 */
export async function splitRows(split: Split, input: SplitInput): Promise<SplitResult> {
  const problem = splitProblem(split, input.classes !== undefined);
  if (problem !== undefined) throw new BenchError(problem.code, problem.message);
  if (split.method === 'column') return splitByColumn(split.column, input);
  switch (split.method) {
    case 'random':
    case 'stratified': {
      const stream = randomStream(split.seed, 'split');
      const all = allRows(input.rows);
      const parts =
        split.method === 'stratified' && input.classes !== undefined
          ? stratifiedParts(all, input.classes, split, stream)
          : randomParts(all, split, stream);
      return { parts: checked(parts), issues: [] };
    }
    case 'group':
      return splitByGroup(split, input);
    case 'time':
      return splitByTime(split, input);
    case 'kFold':
      return splitIntoFolds(split, input);
  }
}

function checked(parts: SplitRows): SplitRows {
  const { train, validation, test } = parts;
  if (train.length >= 2 && validation.length >= 1 && test.length >= 1) return parts;
  throw new BenchError(
    'split.tooFewRows',
    l10n.t(
      'Too few rows to split: {0} for training, {1} for validation, {2} for test; expected at least 2, 1 and 1. Add rows or change the shares.',
      train.length,
      validation.length,
      test.length,
    ),
  );
}

type SplitOf<M extends Split['method']> = Extract<Split, { method: M }>;

async function splitByGroup(split: SplitOf<'group'>, input: SplitInput): Promise<SplitResult> {
  const values = requireColumn(input.values);
  const groups = drawGroups(values, randomStream(split.seed, 'split'));
  if (groups.sizes.length < 3) throw tooFewGroups(split.column, groups.sizes.length, 3);
  const parts = checked(groupParts(groups, split));
  const issues = [...(await missingGroups(split.column, values, input)), ...oddShares(split, parts)];
  return { parts, issues };
}

function splitByTime(split: SplitOf<'time'>, input: SplitInput): SplitResult {
  const times = requireColumn(input.times);
  const timeline = timelineOf(times);
  const different = timeline.cuts.length + 1;
  if (different < 3) throw tooFewTimes(split.column, different, 3);
  const parts = checked(timeParts(times, timeline, split));
  return { parts, issues: oddShares(split, parts) };
}

async function splitIntoFolds(split: SplitOf<'kFold'>, input: SplitInput): Promise<SplitResult> {
  const { kind, folds, column = '' } = split;
  if (kind === 'group') {
    const values = requireColumn(input.values);
    const groups = drawGroups(values, randomStream(split.seed, 'split'));
    if (groups.sizes.length <= folds) throw tooFewGroups(column, groups.sizes.length, folds + 1);
    return { parts: checked(groupFold(groups, split)), issues: await missingGroups(column, values, input) };
  }
  if (kind === 'time') {
    const times = requireColumn(input.times);
    const timeline = timelineOf(times);
    const different = timeline.cuts.length + 1;
    if (different < folds + 2) throw tooFewTimes(column, different, folds + 2);
    const parts = checked(timeFold(times, timeline, split));
    return { parts, issues: unusedRows(parts) };
  }
  const parts =
    kind === 'stratified' && input.classes !== undefined
      ? stratifiedFold(input.rows, input.classes, split)
      : plainFold(input.rows, split);
  return { parts: checked(parts), issues: [] };
}

function requireColumn<T>(values: T | undefined): T {
  if (values === undefined)
    throw new BenchError('internal.splitColumn', 'The column of the split was not read');
  return values;
}

function tooFewGroups(column: string, found: number, least: number): BenchError {
  return new BenchError(
    'split.tooFewGroups',
    l10n.t(
      'Column "{0}" has {1} groups, and at least {2} are needed, since a group stays in one part. Take another column or fewer folds.',
      column,
      found,
      least,
    ),
    { details: { column } },
  );
}

function tooFewTimes(column: string, found: number, least: number): BenchError {
  return new BenchError(
    'split.tooFewTimes',
    l10n.t(
      'Column "{0}" has {1} different times, and at least {2} are needed, since equal times stay together. Take another column or fewer folds.',
      column,
      found,
      least,
    ),
    { details: { column } },
  );
}

/** A row without a group may belong to any: that is for the reader to know. */
async function missingGroups(column: string, { codes }: CodedTexts, input: SplitInput): Promise<DataIssue[]> {
  const first = codes.indexOf(-1);
  if (first < 0) return [];
  const count = codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0);
  const line = await input.lineOf(first);
  const message = l10n.t(
    'Split column "{0}" has no group in {1} rows, the first in line {2}. Each counts as a group of its own; if they belong together, fill them in.',
    column,
    count,
    line ?? '?',
  );
  return [
    {
      severity: 'warning',
      code: 'split.missingGroup',
      message,
      column,
      count,
      ...(line === undefined ? {} : { line }),
    },
  ];
}

function oddShares(split: SplitOf<'group' | 'time'>, parts: SplitRows): DataIssue[] {
  const rows = parts.train.length + parts.validation.length + parts.test.length;
  const percent = (share: number): number => Math.round(share * 100);
  const shares = { validation: parts.validation.length / rows, test: parts.test.length / rows };
  const isOdd = (['validation', 'test'] as const).some(
    (part) => Math.abs(shares[part] - split[part]) > SHARE_TOLERANCE,
  );
  if (!isOdd) return [];
  const message = l10n.t(
    'Split by "{0}": {1} % of the rows are for validation and {2} % for test, since rows of one value stay together ({3} % and {4} % were wanted).',
    split.column,
    percent(shares.validation),
    percent(shares.test),
    percent(split.validation),
    percent(split.test),
  );
  return [{ severity: 'warning', code: 'split.oddShares', message, column: split.column }];
}

function unusedRows({ unused }: SplitRows): DataIssue[] {
  if (unused.length === 0) return [];
  const message = l10n.t('Rows left out because they are later than this fold: {0}.', unused.length);
  return [{ severity: 'info', code: 'split.laterThanFold', message, count: unused.length }];
}

async function splitByColumn(
  column: string,
  input: SplitInput,
): Promise<{ parts: SplitRows; issues: DataIssue[] }> {
  const parts = (input.values?.names ?? []).map(splitPartOf);
  const found: Record<Part, number[]> = { train: [], validation: [], test: [] };
  for (let row = 0; row < input.rows; row++) {
    const code = input.values?.codes[row] ?? -1;
    const part = parts[code];
    if (part === undefined) {
      const line = await input.lineOf(row);
      throw new BenchError(
        'split.unknownValue',
        l10n.t(
          'Split column "{0}": line {1} has "{2}"; expected train, validation (or val, valid, dev) or test.',
          column,
          line ?? '?',
          input.values?.names[code] ?? '',
        ),
        { details: { column, ...(line === undefined ? {} : { line }) } },
      );
    }
    found[part].push(row);
  }
  const issues: DataIssue[] = [];
  let train = Uint32Array.from(found.train);
  let validation = Uint32Array.from(found.validation);
  const test = Uint32Array.from(found.test);
  if (train.length < 2) {
    throw new BenchError(
      'split.noTrain',
      l10n.t('Split column "{0}" marks {1} rows as train; expected at least 2.', column, train.length),
    );
  }
  if (validation.length === 0) {
    const shares = { validation: CARVED_SHARE, test: 0 };
    const stream = randomStream(CARVED_SEED, 'split');
    const carved =
      input.classes === undefined
        ? randomParts(train, shares, stream)
        : stratifiedParts(train, input.classes, shares, stream);
    if (carved.validation.length === 0) {
      throw new BenchError(
        'split.tooFewRows',
        l10n.t(
          'Split column "{0}" has no validation rows, and {1} train rows are too few to take some from.',
          column,
          train.length,
        ),
      );
    }
    train = Uint32Array.from(carved.train);
    validation = Uint32Array.from(carved.validation);
    const message = l10n.t(
      'Split column "{0}" has no validation rows: {1} of the train rows (15 %, seed 1) are used for it.',
      column,
      validation.length,
    );
    issues.push({
      severity: 'info',
      code: 'split.carvedValidation',
      message,
      column,
      count: validation.length,
    });
  }
  if (test.length === 0) {
    const message = l10n.t('Split column "{0}" has no test rows: there will be no test score.', column);
    issues.push({ severity: 'warning', code: 'split.noTest', message, column });
  }
  return { parts: { train, validation, test, unused: NO_ROWS }, issues };
}
