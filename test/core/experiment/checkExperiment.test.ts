// Whether a config fits its data: each finding once, nothing about a config that fits.
import { describe, expect, it } from 'vitest';
import { checkExperiment, requireRunnable } from '../../../src/core/experiment/checkExperiment';
import { experimentSchema, type Experiment, type Split } from '../../../src/shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../../src/shared/schema/profile';

function column(name: string, more: Partial<ColumnProfile> = {}): ColumnProfile {
  return {
    name,
    type: 'number',
    reason: 'r',
    runnersUp: [],
    rows: 40,
    missing: 0,
    distinct: 20,
    distinctIsExact: true,
    examples: [],
    ...more,
  };
}

const parts = (...values: [string, number][]): Partial<ColumnProfile> => ({
  type: 'category',
  distinct: values.length,
  topValues: values.map(([value, count]) => ({ value, count })),
  missing: 40 - values.reduce((sum, [, count]) => sum + count, 0),
});

const PROFILE: DatasetProfile = {
  path: 'd.csv',
  sizeBytes: 1,
  modifiedMs: 1,
  dialect: {
    delimiter: ',',
    quote: '"',
    hasHeader: true,
    encoding: 'utf-8',
    reason: '',
    format: 'csv',
    compression: 'none',
    decimal: '.',
    thousands: '',
  },
  rows: 40,
  columns: [
    column('a'),
    column('b'),
    column('y', { type: 'category', distinct: 2 }),
    column('price', { examples: ['1.5', '2'] }),
    column('three', { type: 'category', distinct: 3 }),
    column('one', { type: 'category', distinct: 1 }),
    column('none', { missing: 40, distinct: 0 }),
    column('few', { type: 'category', missing: 33, distinct: 2 }),
    column('part', parts(['train', 25], ['VAL', 5], [' test ', 10])),
    column('oddPart', parts(['train', 30], ['holdout', 10])),
    column('holesInPart', parts(['train', 20], ['test', 10])),
    column('onlyTest', parts(['test', 40])),
    column('day', { type: 'datetime', examples: ['2020-01-01'] }),
    column('holesInDay', { type: 'datetime', missing: 3 }),
    column('twoDays', { type: 'datetime', distinct: 2 }),
    column('year', { type: 'category', distinct: 4, topValues: [{ value: '2020', count: 40 }] }),
    column('word', { type: 'category', distinct: 4, topValues: [{ value: 'soon', count: 40 }] }),
    column('person', { type: 'id', distinct: 8 }),
    column('holesInPerson', { type: 'id', distinct: 8, missing: 2 }),
    column('row', { type: 'id', distinct: 40 }),
  ],
  issues: [],
};

interface Change {
  readonly target?: [column: string, task: 'binary' | 'multiclass' | 'regression'];
  readonly features?: unknown[];
  readonly split?: unknown;
}

function experiment({ target = ['y', 'binary'], features, split }: Change = {}): Experiment {
  return experimentSchema.parse({
    name: 't',
    data: { path: 'd.csv', target: { column: target[0], task: target[1] } },
    features: features ?? [
      { column: 'a', type: 'number' },
      { column: 'b', type: 'id' },
    ],
    split: split ?? { method: 'random' },
    model: { layers: [] },
    training: {},
  });
}

const byColumn = (name: string): unknown => ({ method: 'column', column: name }) satisfies Partial<Split>;

describe('what the profile warns of', () => {
  const issue = (column: string | undefined, severity: 'warning' | 'info' = 'warning') => ({
    severity,
    code: 'data.writtenNumber',
    message: 'm',
    ...(column === undefined ? {} : { column }),
  });
  const check = (...issues: ReturnType<typeof issue>[]): unknown[] =>
    checkExperiment(experiment(), { ...PROFILE, issues }).map(({ severity, path }) => [severity, path]);

  it('is told where the config uses it, and about the file', () => {
    expect(check(issue('a'), issue('y'), issue(undefined))).toEqual([
      ['warning', ['features', 0, 'column']],
      ['warning', ['data', 'target', 'column']],
      ['warning', ['data', 'path']],
    ]);
  });

  it('is not told of columns that are not used, nor what is no warning', () => {
    expect(check(issue('price'), issue('a', 'info'))).toEqual([]);
  });
});

describe('what decides about a run', () => {
  const check = (evaluation: unknown, target: Change['target'] = ['y', 'binary']): unknown[] => {
    const parsed = experimentSchema.parse({ ...experiment({ target }), evaluation });
    return checkExperiment(parsed, PROFILE).map(({ severity, code, path }) => [severity, code, path]);
  };

  it('is a metric of the task', () => {
    expect(check({ metric: 'f1' })).toEqual([]);
    expect(check({ metric: 'rmse' })).toEqual([['error', 'config.metricForTask', ['evaluation', 'metric']]]);
    expect(check({ metric: 'f1' }, ['three', 'multiclass'])).toHaveLength(1);
  });

  it('may have costs where there are two classes', () => {
    const costs = { falseNegative: 5 };
    expect(check({ costs })).toEqual([]);
    expect(check({ costs }, ['price', 'regression'])).toEqual([
      ['warning', 'config.costsForTask', ['evaluation', 'costs']],
    ]);
  });
});

describe('a config that fits its data', () => {
  it.each<[string, Change]>([
    ['binary', {}],
    ['multiclass', { target: ['three', 'multiclass'] }],
    ['regression', { target: ['price', 'regression'] }],
    ['stratified', { split: { method: 'stratified' } }],
    ['split by a column, whatever the case and space of its values', { split: byColumn('part') }],
    ['split by group', { split: { method: 'group', column: 'person' } }],
    ['split by dates', { split: { method: 'time', column: 'day' } }],
    ['split by numbers that are a time', { split: { method: 'time', column: 'year' } }],
    ['folds', { split: { method: 'kFold', fold: 5 } }],
    ['folds by group', { split: { method: 'kFold', kind: 'group', column: 'person', folds: 7 } }],
    ['folds by time', { split: { method: 'kFold', kind: 'time', column: 'day', folds: 3 } }],
    [
      'a target listed as an unused feature',
      {
        features: [
          { column: 'a', type: 'number' },
          { column: 'y', type: 'category', use: false },
        ],
      },
    ],
  ])('has no finding: %s', (_name, change) => {
    expect(checkExperiment(experiment(change), PROFILE)).toEqual([]);
    expect(requireRunnable(experiment(change), PROFILE)).toEqual([]);
  });
});

describe('a config that does not fit', () => {
  const two = (first: string, more: object = {}): unknown[] => [
    { column: 'a', type: 'number' },
    { column: first, type: 'category', ...more },
  ];
  it.each<[string, Change, string, (string | number)[], string]>([
    [
      'target.unknown',
      { target: ['Y1', 'binary'] },
      'error',
      ['data', 'target', 'column'],
      'Did you mean "y"?',
    ],
    ['target.allMissing', { target: ['none', 'binary'] }, 'error', ['data', 'target', 'column'], '"none"'],
    ['target.singleValue', { target: ['one', 'binary'] }, 'error', ['data', 'target', 'column'], '"one"'],
    ['split.tooFewRows', { target: ['few', 'binary'] }, 'error', ['data', 'target', 'column'], '7 rows'],
    ['target.notNumber', { target: ['three', 'regression'] }, 'error', ['data', 'target', 'task'], '"three"'],
    ['target.notBinary', { target: ['three', 'binary'] }, 'error', ['data', 'target', 'task'], '3 different'],
    ['config.repeatedColumn', { features: two('a') }, 'error', ['features', 1, 'column'], '"a"'],
    ['config.unknownColumn', { features: two('prise') }, 'error', ['features', 1, 'column'], '"price"'],
    ['config.targetAmongFeatures', { features: two('y') }, 'error', ['features', 1, 'column'], '"y"'],
    ['config.emptyColumn', { features: two('none') }, 'warning', ['features', 1, 'column'], '"none"'],
    ['config.noFeatures', { features: [{ column: 'a', type: 'id' }] }, 'error', ['features'], 'use'],
    [
      'config.noFeatures',
      { features: [{ column: 'a', type: 'number', use: false }] },
      'error',
      ['features'],
      'use',
    ],
    [
      'split.stratifiedRegression',
      { target: ['price', 'regression'], split: { method: 'stratified' } },
      'error',
      ['split', 'method'],
      '"random"',
    ],
    ['split.shares', { split: { method: 'random', validation: 0.5, test: 0.5 } }, 'error', ['split'], '0.5'],
    ['split.unknownColumn', { split: byColumn('prat') }, 'error', ['split', 'column'], '"part"'],
    ['config.splitIsTarget', { split: byColumn('y') }, 'error', ['split', 'column'], '"y"'],
    ['split.unknownValue', { split: byColumn('oddPart') }, 'error', ['split', 'column'], '"holdout"'],
    ['split.unknownValue', { split: byColumn('holesInPart') }, 'error', ['split', 'column'], '10 '],
    ['split.unknownValue', { split: byColumn('price') }, 'error', ['split', 'column'], '"price"'],
    ['split.noTrain', { split: byColumn('onlyTest') }, 'error', ['split', 'column'], '"onlyTest"'],
    [
      'config.splitAmongFeatures',
      { features: two('part'), split: byColumn('part') },
      'warning',
      ['split', 'column'],
      '"part"',
    ],
    [
      'split.unknownColumn',
      { split: { method: 'group', column: 'persn' } },
      'error',
      ['split', 'column'],
      '"person"',
    ],
    ['config.splitIsTarget', { split: { method: 'time', column: 'y' } }, 'error', ['split', 'column'], '"y"'],
    [
      'split.tooFewGroups',
      { split: { method: 'group', column: 'one' } },
      'error',
      ['split', 'column'],
      '1 groups',
    ],
    [
      'split.tooFewGroups',
      { split: { method: 'kFold', kind: 'group', column: 'person', folds: 8 } },
      'error',
      ['split', 'column'],
      '9',
    ],
    [
      'split.groupPerRow',
      { split: { method: 'group', column: 'row' } },
      'warning',
      ['split', 'column'],
      '"row"',
    ],
    [
      'split.missingGroup',
      { split: { method: 'group', column: 'holesInPerson' } },
      'warning',
      ['split', 'column'],
      '2 rows',
    ],
    [
      'split.unreadableTime',
      { split: { method: 'time', column: 'word' } },
      'error',
      ['split', 'column'],
      '"soon"',
    ],
    [
      'split.missingTime',
      { split: { method: 'time', column: 'holesInDay' } },
      'error',
      ['split', 'column'],
      '3 rows',
    ],
    [
      'split.tooFewTimes',
      { split: { method: 'time', column: 'twoDays' } },
      'error',
      ['split', 'column'],
      '2 different',
    ],
    [
      'split.tooFewTimes',
      { split: { method: 'kFold', kind: 'time', column: 'year', folds: 3 } },
      'error',
      ['split', 'column'],
      '5',
    ],
    ['split.fold', { split: { method: 'kFold', folds: 3, fold: 4 } }, 'error', ['split', 'fold'], '1 to 3'],
    ['split.noColumn', { split: { method: 'kFold', kind: 'group' } }, 'error', ['split', 'kind'], '"column"'],
    [
      'split.stratifiedRegression',
      { target: ['price', 'regression'], split: { method: 'kFold', kind: 'stratified' } },
      'error',
      ['split', 'kind'],
      '"plain"',
    ],
    [
      'config.splitAmongFeatures',
      { features: two('person'), split: { method: 'group', column: 'person' } },
      'warning',
      ['split', 'column'],
      '"person"',
    ],
  ])('%s is found once, where it is', (code, change, severity, path, word) => {
    const findings = checkExperiment(experiment(change), PROFILE);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code, severity, path });
    expect(findings[0]!.message).toContain(word);
    if (severity === 'error')
      expect(() => requireRunnable(experiment(change), PROFILE)).toThrow(expect.objectContaining({ code }));
    else expect(requireRunnable(experiment(change), PROFILE)).toEqual(findings);
  });

  it('every feature without any value leaves nothing to learn from', () => {
    const findings = checkExperiment(experiment({ features: [{ column: 'none', type: 'number' }] }), PROFILE);
    expect(findings.map(({ code }) => code)).toEqual(['config.emptyColumn', 'config.noFeatures']);
  });

  it('forgives a hole in the split column where the target is missing too', () => {
    const columns = PROFILE.columns.map((c) => (c.name === 'y' ? { ...c, missing: 10 } : c));
    expect(checkExperiment(experiment({ split: byColumn('holesInPart') }), { ...PROFILE, columns })).toEqual(
      [],
    );
  });

  it('has all its findings, not the first alone', () => {
    const codes = checkExperiment(
      experiment({ target: ['z', 'binary'], features: two('zz'), split: byColumn('zzz') }),
      PROFILE,
    ).map(({ code }) => code);
    expect(codes).toEqual(['target.unknown', 'config.unknownColumn', 'split.unknownColumn']);
  });
});
