// Owns the first config for a CSV: what to predict, how, and why, guessed from a profile. Pure: it reads no file and
// writes none. Every guess says its reason in a `description` that the training never reads.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { ExperimentInput, Split, Task } from '../../shared/schema/experiment';
import type { ColumnProfile, DataIssue, DatasetProfile, TargetCandidate } from '../../shared/schema/profile';
import type { ReadingInput } from '../../shared/schema/reading';
import type { RecipeStep } from '../../shared/schema/recipeSteps';
import { oneColumn, unknownColumn } from '../columnErrors';
import { trainingLength } from '../model/trainingLength';
import { compactStep } from '../recipe/recipeFile';
import { splitColumnOf, splitPartOf } from '../recipe/split';
import { suggestSplit, type SplitTarget } from '../recipe/suggestSplit';
import { singleValue } from '../recipe/target';

export interface ScaffoldOptions {
  /** Of the table after the recipe, if there is one. */
  readonly profile: DatasetProfile;
  /** What data.path will say: relative to where the config will be. */
  readonly relativePath: string;
  readonly target: string;
  /** Guessed when absent. */
  readonly task?: Task | undefined;
  /** A column that says train, validation, test; found by itself when there is one. */
  readonly splitColumn?: string | undefined;
  readonly seed?: number | undefined;
  readonly recipe?: readonly RecipeStep[] | undefined;
  /** How the file is read, where that was chosen. */
  readonly reading?: ReadingInput | undefined;
  /** Chosen; else the one that suits the target. */
  readonly split?: Split | undefined;
  /** Columns that stay in the table and are no features, as they are called after the recipe. */
  readonly ignored?: readonly string[] | undefined;
}

export interface Scaffold {
  readonly experiment: ExperimentInput;
  /** The same as indented JSON, ending with a line feed. */
  readonly text: string;
  readonly issues: readonly DataIssue[];
}

/** Whole numbers with more different values than this are amounts, not classes. */
const MAX_NUMBER_CLASSES = 10;
/** A class needs several rows to be learnt from. */
const MIN_ROWS_PER_CLASS = 2;
const FEW_ROWS = 50;

const STRONG_NAMES =
  /^(target|label|labels|class|classes|outcome|response|survived|survival|species|diagnosis|churn(ed)?|exited|default(ed)?|fraud|is_?fraud|price|sale_?price|is_?spam|spam|sentiment|目标|标签|类别|结果)$/i;
const WEAK_NAMES =
  /(^|[_ .-])(target|label|class|outcome|status|type|category|result|quality|rating|grade|score|price|cost|fare|tip|income|salary|revenue|sales|demand|consumption|delay|damage|risk|disease|weather|language|genre|mpg|gallon|medv|attrition|approved|subscribed|converted|purchased|clicked|amount|value)([_ .-]|$)/i;

/** When and where something was measured is seldom the question. */
const PLACE_OR_TIME_NAMES =
  /(^|[_ .-])(date|day|month|year|hour|minute|week|weekday|time|lat|latitude|lon|long|lng|longitude)([_ .-]|$)/i;

/** Columns that may be meant by "predict this", best first. Never empty when a column can be a target at all. */
export function suggestTargets(profile: DatasetProfile): TargetCandidate[] {
  const last = profile.columns.length - 1;
  return profile.columns
    .map((column, index) => rateTarget(column, profile.rows, index === last))
    .filter((rated) => rated !== undefined)
    .sort((a, b) => b.points - a.points)
    .map(({ candidate }) => candidate);
}

function rateTarget(
  column: ColumnProfile,
  rows: number,
  isLast: boolean,
): { points: number; candidate: TargetCandidate } | undefined {
  if (column.distinct < 2) return undefined;
  const { task, reason } = guessTask(column);
  const isClasses = task !== 'regression';
  if (isClasses && column.distinct * MIN_ROWS_PER_CLASS > rows) return undefined;
  const reasons: string[] = [];
  let points = 0;
  if (STRONG_NAMES.test(column.name)) {
    points += 6;
    reasons.push(l10n.t('its name says so'));
  } else if (WEAK_NAMES.test(column.name.replace(/([a-z])([A-Z])/g, '$1_$2'))) {
    points += 3;
    reasons.push(l10n.t('its name fits'));
  } else if (PLACE_OR_TIME_NAMES.test(column.name)) points -= 3;
  if (isLast) {
    points += 2;
    reasons.push(l10n.t('it is the last column'));
  }
  if (column.type === 'category' || column.type === 'boolean') points += column.distinct <= 20 ? 1.5 : -2;
  else if (column.type === 'number') points += isClasses ? 0.5 : 1;
  else points -= 4;
  if (partColumnOf([column]) !== undefined) points -= 8;
  points -= (3 * column.missing) / Math.max(1, rows);
  reasons.push(reason);
  return { points, candidate: { column: column.name, task, reason: sentence(reasons) } };
}

function sentence(parts: readonly string[]): string {
  const text = parts.join(l10n.t(', '));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Assumes at least two distinct values. */
function guessTask(column: ColumnProfile): { task: Task; reason: string } {
  const { distinct, type } = column;
  if (distinct === 2) return { task: 'binary', reason: l10n.t('two different values') };
  // topValues of a number: whole numbers, few of them.
  const isCount = type === 'number' && !(column.topValues !== undefined && distinct <= MAX_NUMBER_CLASSES);
  return isCount
    ? { task: 'regression', reason: l10n.t('a number with {0} different values', distinct) }
    : { task: 'multiclass', reason: l10n.t('{0} different values', distinct) };
}

/**
 * @throws BenchError data.oneColumn, target.unknown, target.allMissing, target.singleValue, target.tooManyClasses,
 * split.unknownColumn
 */
export function scaffoldExperiment(options: ScaffoldOptions): Scaffold {
  const { profile, relativePath, seed = 1, recipe = [], reading } = options;
  const names = profile.columns.map(({ name }) => name);
  if (names.length < 2) throw oneColumn(names[0] ?? '', profile.path);
  const target = profile.columns.find(({ name }) => name === options.target);
  if (target === undefined)
    throw unknownColumn('target.unknown', options.target, { path: profile.path, columns: names });
  const { task, reason } = chooseTask(target, profile.rows, options.task);
  const splitColumn = chooseSplitColumn(options, names);
  const split = splitOf(options, { column: target.name, task }, splitColumn);
  const features = profile.columns
    .filter(({ name }) => name !== target.name && name !== splitColumn)
    .map((column) => featureOf(column, profile.rows))
    .map((feature) => (options.ignored?.includes(feature.column) === true ? unused(feature) : feature));
  const issues: DataIssue[] = [
    ...profile.issues.filter(({ severity }) => severity !== 'info'),
    ...findIssues(target, task, profile),
  ];
  const rows = profile.rows - target.missing;
  const experiment: ExperimentInput = {
    name: nameOf(relativePath, target.name),
    data: {
      path: relativePath,
      ...(reading === undefined ? {} : { reading }),
      target: { column: target.name, task, description: reason },
    },
    ...(recipe.length === 0 ? {} : { recipe: recipe.map(compactStep) }),
    features: withoutGroup(features, split),
    split,
    model: {
      layers: [
        { type: 'dense', units: 128, activation: 'relu' },
        { type: 'dense', units: 64, activation: 'relu' },
      ],
      description: l10n.t(
        'Two hidden layers of 128 and 64 neurons: enough for most tables. The output layer follows from the task.',
      ),
    },
    training: trainingOf(rows, seed),
  };
  return { experiment, text: `${JSON.stringify(experiment, null, 2)}\n`, issues };
}

function chooseTask(
  target: ColumnProfile,
  rows: number,
  wanted: Task | undefined,
): { task: Task; reason: string } {
  if (target.missing === target.rows) {
    throw new BenchError(
      'target.allMissing',
      l10n.t('Target "{0}" has no value in any row. Choose another target.', target.name),
      { details: { column: target.name } },
    );
  }
  if (target.distinct < 2) throw singleValue(target.name, target.examples[0] ?? '');
  const guess = guessTask(target);
  const task = wanted ?? guess.task;
  if (task !== 'regression' && target.distinct * MIN_ROWS_PER_CLASS > rows) {
    throw new BenchError(
      'target.tooManyClasses',
      l10n.t(
        'Target "{0}" has {1} different values in {2} rows; expected a number, or classes with several rows each. Choose another target.',
        target.name,
        target.distinct,
        rows,
      ),
      { details: { column: target.name, distinct: target.distinct } },
    );
  }
  if (wanted !== undefined) return { task, reason: l10n.t('Chosen by you.') };
  switch (task) {
    case 'regression':
      return { task, reason: l10n.t('Regression: a number with {0} different values.', target.distinct) };
    case 'binary':
      return { task, reason: l10n.t('Binary: two different values.') };
    case 'multiclass':
      return { task, reason: l10n.t('Multiclass: {0} different values.', target.distinct) };
  }
}

function nameOf(relativePath: string, target: string): string {
  const file = relativePath.split(/[\\/]/).at(-1) ?? relativePath;
  return `${file.replace(/\.[^.]*$/, '') || file} ${target}`.trim().slice(0, 100);
}

function chooseSplitColumn(options: ScaffoldOptions, names: readonly string[]): string | undefined {
  const { splitColumn, profile, target, split } = options;
  if (split !== undefined) {
    // A group or a time may be learnt from; a column that says the part must not.
    const by = splitColumnOf(split);
    return by?.says === 'part' ? by.name : undefined;
  }
  if (splitColumn !== undefined) {
    if (!names.includes(splitColumn))
      throw unknownColumn('split.unknownColumn', splitColumn, { path: profile.path, columns: names });
    if (splitColumn === target) {
      throw new BenchError(
        'config.splitIsTarget',
        l10n.t('Column "{0}" is both target and split column. Choose another one.', splitColumn),
        { details: { column: splitColumn } },
      );
    }
    return splitColumn;
  }
  return partColumnOf(profile.columns.filter(({ name }) => name !== target));
}

/** A column whose every value names a part of the split, train and test among them. */
function partColumnOf(columns: readonly ColumnProfile[]): string | undefined {
  return columns.find(({ type, missing, distinct, topValues = [] }) => {
    if (type !== 'category' || missing > 0 || distinct !== topValues.length) return false;
    const parts = topValues.map(({ value }) => splitPartOf(value));
    return parts.every((part) => part !== undefined) && parts.includes('train') && parts.includes('test');
  })?.name;
}

type FeatureInput = ExperimentInput['features'][number];

function featureOf(column: ColumnProfile, rows: number): FeatureInput {
  const { name, missing } = column;
  const missingNote = missing === 0 ? '' : ` ${l10n.t('Missing in {0} of {1} rows.', missing, rows)}`;
  const description = `${column.reason}${missingNote}`;
  switch (column.type) {
    case 'number':
      return { column: name, type: 'number', missing: 'median', scale: 'standard', description };
    case 'category':
      return { column: name, type: 'category', description };
    case 'boolean':
      return { column: name, type: 'boolean', description };
    case 'datetime':
      return { column: name, type: 'datetime', description };
    case 'text':
      return { column: name, type: 'text', maxTerms: maxTermsFor(rows), description };
    case 'id':
      return {
        column: name,
        type: 'id',
        description: `${description} ${l10n.t('Not used: a model would learn the rows by heart.')}`,
      };
  }
}

/** An id is never used. */
function unused(feature: FeatureInput): FeatureInput {
  if (feature.type === 'id') return feature;
  const { column, description = '', ...rest } = feature;
  const chosen = l10n.t('Kept in the table, but not learnt from: chosen by you.');
  return { column, ...rest, use: false, description: `${description} ${chosen}`.trim() };
}

/** Terms * rows * 4 bytes are held in memory: at most about 160 MB. */
function maxTermsFor(rows: number): number {
  return rows <= 20_000 ? 2000 : rows <= 80_000 ? 500 : 200;
}

/** Chosen, said by a column, or suggested. */
function splitOf(
  { split, profile, seed }: ScaffoldOptions,
  target: SplitTarget,
  column: string | undefined,
): ExperimentInput['split'] {
  if (split !== undefined) return split;
  if (column === undefined) return suggestSplit(profile, target, seed);
  return {
    method: 'column',
    column,
    description: l10n.t('The column says which rows train, validate and test.'),
  };
}

/** Groups that are tested on are new to the model: nothing is to be learnt from which one it is. */
function withoutGroup(features: FeatureInput[], split: ExperimentInput['split']): FeatureInput[] {
  const group =
    split.method === 'group' || (split.method === 'kFold' && split.kind === 'group')
      ? split.column
      : undefined;
  const isOnly = !features.some(({ column, type }) => column !== group && type !== 'id');
  if (group === undefined || isOnly) return features;
  const description = l10n.t(
    'Says the group of a row, for the split. Not used: the groups of the test are new.',
  );
  return features.map((feature) =>
    feature.column === group ? { column: group, type: 'id', description } : feature,
  );
}

function trainingOf(rows: number, seed: number): ExperimentInput['training'] {
  const { batchSize, epochs, patience } = trainingLength(rows);
  return {
    optimizer: { type: 'adam', learningRate: 0.001 },
    batchSize,
    epochs,
    earlyStopping: { patience, restoreBest: true },
    seed,
    description: l10n.t(
      'For {0} rows: {1} a step, at most {2} epochs, ended after {3} epochs without a better validation loss.',
      rows,
      batchSize,
      epochs,
      patience,
    ),
  };
}

function findIssues(target: ColumnProfile, task: Task, profile: DatasetProfile): DataIssue[] {
  const issues: DataIssue[] = [];
  if (profile.rows < FEW_ROWS) {
    const message = l10n.t('Only {0} rows: a score on so few says little.', profile.rows);
    issues.push({ severity: 'warning', code: 'data.fewRows', message, count: profile.rows });
  }
  const rarest = target.topValues?.at(-1);
  if (task !== 'regression' && rarest !== undefined && target.topValues?.length === target.distinct) {
    if (rarest.count < 10) {
      const message = l10n.t(
        'Target "{0}": the class "{1}" has {2} rows, too few to learn it well.',
        target.name,
        rarest.value,
        rarest.count,
      );
      issues.push({
        severity: 'warning',
        code: 'target.rareClass',
        message,
        column: target.name,
        count: rarest.count,
      });
    }
  }
  return issues;
}
