// Owns the way from an experiment and an open CSV to encoded data: read, drop rows without target, split, fit on
// train, apply to each part. One path for training and for the widths that an architecture is drawn with.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import type { Experiment, UsedFeature } from '../../shared/schema/experiment';
import type { DataIssue } from '../../shared/schema/profile';
import type { FittedRecipe } from '../../shared/schema/recipe';
import type { SplitName } from '../../shared/schema/run';
import { oneColumn, unknownColumn } from '../columnErrors';
import type { BadCells, ColumnRequest, CsvSource, ReadTable } from '../data/csvSource';
import type { Table } from '../data/table';
import { applyRecipe, readAs } from './apply';
import type { EncodedDataset, EncodedSplit } from './dataset';
import { fitFeatures, isUsed, numberValues, textValues } from './fit';
import { splitRows } from './split';
import { takeRows } from './tableRows';
import { encodeTarget, fitTarget, notBinary, outputWidth, singleValue } from './target';

export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Read, split and fitted; not yet applied. */
interface FittedData {
  readonly recipe: FittedRecipe;
  readonly parts: Readonly<Record<SplitName, Table>>;
  readonly droppedRows: number;
  readonly issues: readonly DataIssue[];
}

/**
 * The encoded rows of an experiment. The split and every fitted value follow from the file, the config and its
 * seed alone.
 * @throws BenchError of the areas data, config, target, split: nothing is written
 */
export async function prepareDataset(
  experiment: Experiment,
  source: CsvSource,
  options: PrepareOptions = {},
): Promise<EncodedDataset> {
  const { recipe, parts, droppedRows, issues } = await fitExperiment(experiment, source, options);
  const encode = async (name: SplitName): Promise<EncodedSplit> => {
    throwIfAborted(options.signal);
    const table = parts[name];
    const { x } = applyRecipe(recipe, table);
    const { y, unseen } = encodeTarget(recipe.target, table);
    if (unseen !== undefined) throw await unseenClass(recipe, table, unseen, source);
    return { rows: table.rows, x, y, sourceRows: table.sourceRows };
  };
  return {
    features: recipe.featureNames.length,
    outputs: outputWidth(recipe.target),
    recipe,
    train: await encode('train'),
    validation: await encode('validation'),
    test: await encode('test'),
    droppedRows,
    issues,
  };
}

/** What an experiment makes of its columns, by the same path as training: width in, width out, names. */
export async function encodedWidths(
  experiment: Experiment,
  source: CsvSource,
  options: PrepareOptions = {},
): Promise<{
  features: number;
  outputs: number;
  featureNames: readonly string[];
  issues: readonly DataIssue[];
}> {
  const { recipe, issues } = await fitExperiment(experiment, source, options);
  return {
    features: recipe.featureNames.length,
    outputs: outputWidth(recipe.target),
    featureNames: recipe.featureNames,
    issues,
  };
}

async function fitExperiment(
  experiment: Experiment,
  source: CsvSource,
  options: PrepareOptions,
): Promise<FittedData> {
  const plan = planColumns(experiment, source);
  const table = await source.readTable(plan.requests, options);
  const issues: DataIssue[] = [...table.issues, ...plan.issues];
  const { column, task } = experiment.data.target;
  await checkTargetNumbers(column, table, source, options);

  const kept = rowsWithTarget(table, column);
  const droppedRows = table.rows - kept.length;
  if (kept.length === 0) {
    throw new BenchError(
      'target.allMissing',
      l10n.t('Target "{0}" has no value in any row. Choose another target.', column),
      { details: { column } },
    );
  }
  if (droppedRows > 0) {
    const message = l10n.t('Rows left out because the target "{0}" is missing: {1}.', column, droppedRows);
    issues.push({ severity: 'info', code: 'target.missing', message, column, count: droppedRows });
  }
  const rows = takeRows(table, kept);
  const classes = task === 'regression' ? undefined : textValues(rows, column).map((value) => value ?? '');
  checkTargetValues(column, task, rows);
  for (const { column: name } of plan.features) {
    const bad = table.badCells.get(name);
    if (bad !== undefined) issues.push(await badCellsIssue(name, bad, source, options));
  }

  const { parts, issues: splitIssues } = await splitRows(experiment.split, {
    rows: rows.rows,
    classes,
    values: experiment.split.method === 'column' ? textValues(rows, experiment.split.column) : undefined,
    lineOf: (row) => source.lineOf(rows.sourceRows[row] ?? 0, options),
  });
  issues.push(...splitIssues);
  throwIfAborted(options.signal);

  // From here on the fit knows the train rows only.
  const train = takeRows(rows, parts.train);
  const { recipe, issues: fitIssues } = fitRecipe(plan.features, experiment.data.target, train);
  issues.push(...fitIssues);
  return {
    recipe,
    parts: { train, validation: takeRows(rows, parts.validation), test: takeRows(rows, parts.test) },
    droppedRows,
    issues,
  };
}

/**
 * Everything learnt from data before training.
 * @param train the train rows only: no other row can be passed in
 * @throws BenchError data.noFeatures, target.singleValue, target.notBinary, config.notBoolean
 */
export function fitRecipe(
  features: readonly UsedFeature[],
  target: Experiment['data']['target'],
  train: Table,
): { recipe: FittedRecipe; issues: DataIssue[] } {
  const { encoders, issues } = fitFeatures(features, train);
  if (encoders.length === 0) {
    throw new BenchError(
      'data.noFeatures',
      l10n.t('No feature is left to learn from. {0}', issues.map(({ message }) => message).join(' ')),
    );
  }
  return {
    recipe: {
      version: 1,
      fittedOnRows: train.rows,
      encoders,
      target: fitTarget(target.column, target.task, train),
      featureNames: encoders.flatMap(({ names }) => names),
    },
    issues,
  };
}

interface ColumnPlan {
  readonly features: readonly UsedFeature[];
  readonly requests: readonly ColumnRequest[];
  readonly issues: readonly DataIssue[];
}

/** Checks the config's names against the file and lists the columns to read, each once. */
function planColumns(experiment: Experiment, source: CsvSource): ColumnPlan {
  const columns = source.columns();
  const file = { path: source.path, columns };
  const { target } = experiment.data;
  if (columns.length < 2) throw oneColumn(columns[0] ?? '', source.path);
  if (!columns.includes(target.column)) throw unknownColumn('target.unknown', target.column, file);
  const splitColumn = experiment.split.method === 'column' ? experiment.split.column : undefined;
  if (splitColumn !== undefined && !columns.includes(splitColumn)) {
    throw unknownColumn('split.unknownColumn', splitColumn, file);
  }
  const issues: DataIssue[] = [];
  const requests = new Map<string, ColumnRequest>();
  const features: UsedFeature[] = [];
  const seen = new Set<string>();
  for (const feature of experiment.features) {
    const { column } = feature;
    if (!columns.includes(column)) throw unknownColumn('config.unknownColumn', column, file);
    if (seen.has(column)) {
      throw new BenchError(
        'config.repeatedColumn',
        l10n.t('Feature "{0}" is listed twice; expected one entry a column. Remove one.', column),
        { details: { column } },
      );
    }
    seen.add(column);
    if (!isUsed(feature)) continue;
    if (column === target.column) {
      throw new BenchError(
        'config.targetAmongFeatures',
        l10n.t(
          'Column "{0}" is both target and feature: the model would read the answer. Remove the feature.',
          column,
        ),
        { details: { column } },
      );
    }
    if (column === splitColumn) {
      const message = l10n.t('Column "{0}" says the split; it is not used as a feature.', column);
      issues.push({ severity: 'info', code: 'feature.isSplit', message, column });
      continue;
    }
    features.push(feature);
    requests.set(column, { name: column, as: readAs(feature.type) });
  }
  if (features.length === 0) {
    throw new BenchError(
      'config.noFeatures',
      l10n.t('No feature is used; expected at least one column with "use" true that is not an id.'),
    );
  }
  requests.set(target.column, {
    name: target.column,
    as: target.task === 'regression' ? 'number' : 'text',
  });
  if (splitColumn !== undefined) {
    if (splitColumn === target.column) {
      throw new BenchError(
        'config.splitIsTarget',
        l10n.t('Column "{0}" is both target and split column. Choose another one.', splitColumn),
        { details: { column: splitColumn } },
      );
    }
    requests.set(splitColumn, { name: splitColumn, as: 'text' });
  }
  return { features, requests: [...requests.values()], issues };
}

/** A number target with a cell that is none: guessing would teach the model a wrong answer. */
async function checkTargetNumbers(
  column: string,
  table: ReadTable,
  source: CsvSource,
  options: PrepareOptions,
): Promise<void> {
  const bad = table.badCells.get(column);
  if (bad === undefined) return;
  const line = await source.lineOf(bad.firstRow, options);
  throw new BenchError(
    'target.notNumber',
    l10n.t(
      'Target "{0}": line {1} has "{2}"; the task "regression" expects numbers. Cells like this: {3}. Correct them or choose another task.',
      column,
      line ?? '?',
      bad.firstText,
      bad.count,
    ),
    { details: { column, ...(line === undefined ? {} : { line }) } },
  );
}

async function badCellsIssue(
  column: string,
  bad: BadCells,
  source: CsvSource,
  options: PrepareOptions,
): Promise<DataIssue> {
  const line = await source.lineOf(bad.firstRow, options);
  const message = l10n.t(
    'Column "{0}": line {1} has "{2}"; expected a number. Cells like this: {3}; they count as missing.',
    column,
    line ?? '?',
    bad.firstText,
    bad.count,
  );
  return {
    severity: 'warning',
    code: 'data.notNumber',
    message,
    column,
    count: bad.count,
    ...(line === undefined ? {} : { line }),
  };
}

function rowsWithTarget(table: Table, column: string): Uint32Array {
  const target = table.columns.get(column);
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
  if (target === undefined) return rows;
  return target.kind === 'number'
    ? rows.filter((row) => !Number.isNaN(target.values[row] ?? NaN))
    : rows.filter((row) => (target.values[row] ?? null) !== null);
}

/** Said before the split, where the count is the whole file's. */
function checkTargetValues(column: string, task: Experiment['data']['target']['task'], rows: Table): void {
  if (task === 'regression') {
    const values = numberValues(rows, column);
    const first = values[0] ?? NaN;
    if (values.every((value) => value === first)) throw singleValue(column, String(first));
    return;
  }
  const classes = new Set(textValues(rows, column));
  const [first] = classes;
  if (classes.size < 2) throw singleValue(column, first ?? '');
  if (task === 'binary' && classes.size > 2) throw notBinary(column, classes.size);
}

async function unseenClass(
  recipe: FittedRecipe,
  table: Table,
  row: number,
  source: CsvSource,
): Promise<BenchError> {
  const { column } = recipe.target;
  const line = await source.lineOf(table.sourceRows[row] ?? 0);
  return new BenchError(
    'split.unseenClass',
    l10n.t(
      'Target "{0}": line {1} has the class "{2}", which no train row has. Use a stratified split, or leave that class out.',
      column,
      line ?? '?',
      textValues(table, column)[row] ?? '',
    ),
    { details: { column, ...(line === undefined ? {} : { line }) } },
  );
}
