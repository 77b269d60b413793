// Owns the way from an experiment and an open CSV to encoded data: the recipe with the split in it, then the encoders,
// fitted on train, applied to each part. One path for training and for the widths that an architecture is drawn with.
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import type { Experiment, UsedFeature } from '../../shared/schema/experiment';
import type { DataIssue } from '../../shared/schema/profile';
import type { FittedRecipe } from '../../shared/schema/recipe';
import type { SplitName } from '../../shared/schema/run';
import { splitPosition } from '../../shared/schema/stepCatalogue';
import { oneColumn, unknownColumn } from '../columnErrors';
import type { CsvSource } from '../data/csvSource';
import { readRelation, type BadCells, type ColumnRequest } from '../data/readRelation';
import { columnOf, numberOf, PART_CODES, textOf, type Relation } from '../data/relation';
import type { Table } from '../data/table';
import { createWorkbench } from '../data/workbench';
import { badCellsIssue } from './badCells';
import { applyRecipe, readAs } from './apply';
import type { EncodedDataset, EncodedSplit } from './dataset';
import { fitFeatures, isUsed, numberValues, textValues } from './fit';
import { resolveLoss } from '../model/resolveLoss';
import { numbersFirst } from './numbersFirst';
import { columnsAfter, fitRecipeSteps } from './pipeline';
import { splitColumnOf } from './split';
import { splitRelation } from './splitRelation';
import type { StepContext } from './steps/step';
import { takeRows } from './tableRows';
import { encodeTarget, fitTarget, notBinary, outputWidth, singleValue, type TargetScaling } from './target';

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
    const weights = await weightsOf(experiment.data.weights, table, source);
    return {
      rows: table.rows,
      x,
      y,
      sourceRows: table.sourceRows,
      ...(weights === undefined ? {} : { weights }),
    };
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
  checkNames(experiment, source);
  const {
    database,
    relation: base,
    issues: found,
  } = await source.relation({
    ...options,
    numbers: numberColumns(experiment),
  });
  const workbench = createWorkbench(database);
  try {
    const issues: DataIssue[] = [...found];
    const { target } = experiment.data;
    const context = {
      database,
      workbench,
      target,
      signal: options.signal,
      note: (issue: DataIssue) => void issues.push(issue),
    };
    let droppedRows = 0;
    const split = async (rows: Relation): Promise<Relation> => {
      droppedRows = await checkTarget(rows, experiment, source, context);
      return splitRelation(rows, experiment.split, target, {
        ...context,
        lineOf: (row) => source.lineOf(row, options),
      });
    };
    const run = await fitRecipeSteps(experiment.recipe, base, { ...context, split });
    if (droppedRows > 0) issues.push(targetMissing(target.column, droppedRows));
    const relation = await workbench.materialise(run.relation, options);
    const plan = planColumns(experiment, source, relation);
    issues.push(...plan.issues);
    const table = await readRelation(relation, plan.requests, database, options);
    for (const { column: name } of plan.features) {
      const bad = table.badCells.get(name);
      if (bad !== undefined) issues.push(await badCellsIssue(name, bad, source, options));
    }
    throwIfAborted(options.signal);

    // From here on the fit knows the train rows only.
    const parts = rowsOfParts(table.parts);
    const train = takeRows(table, parts.train);
    const { recipe, issues: fitIssues } = fitRecipe(plan.features, target, train, {
      // A count is its own unit: its logarithm is what the network gives.
      scaled: resolveLoss(experiment).type !== 'poisson',
    });
    issues.push(...fitIssues);
    return {
      recipe: { ...recipe, numbers: numberFormatOf(source), steps: [...run.steps] },
      parts: { train, validation: takeRows(table, parts.validation), test: takeRows(table, parts.test) },
      droppedRows,
      issues,
    };
  } finally {
    workbench.dispose();
  }
}

/** Columns that are looked at as numbers only. */
function numberColumns({ recipe, split, data: { target, weights }, features }: Experiment): string[] {
  const read = features.flatMap((feature) =>
    isUsed(feature) && readAs(feature.type) === 'number' && feature.column !== target.column
      ? [feature.column]
      : [],
  );
  if (target.task === 'regression') read.push(target.column);
  if (weights !== undefined) read.push(weights);
  return numbersFirst({ steps: recipe, split, target, read });
}

/** @throws BenchError 'data.badWeight' for a weight that is missing, negative or infinite */
async function weightsOf(
  column: string | undefined,
  table: Table,
  source: CsvSource,
): Promise<Float32Array | undefined> {
  if (column === undefined) return undefined;
  const weights = Float32Array.from(numberValues(table, column));
  const bad = weights.findIndex((weight) => !(weight >= 0) || !Number.isFinite(weight));
  if (bad < 0) return weights;
  const line = await source.lineOf(table.sourceRows[bad] ?? 0);
  throw new BenchError(
    'data.badWeight',
    l10n.t(
      'Weight column "{0}": line {1} has {2}; expected a number of 0 or more. Fill it, or choose another column.',
      column,
      line ?? '?',
      Number.isNaN(weights[bad] ?? NaN) ? l10n.t('nothing') : String(weights[bad]),
    ),
    { details: { column, ...(line === undefined ? {} : { line }) } },
  );
}

function numberFormatOf({ file }: CsvSource): FittedRecipe['numbers'] {
  const { decimal, thousands } = file.dialect;
  return { decimal, thousands };
}

function rowsOfParts(codes: Uint8Array): Readonly<Record<SplitName, Uint32Array>> {
  const rows: Record<SplitName, number[]> = { train: [], validation: [], test: [] };
  const names = Object.keys(PART_CODES) as SplitName[];
  for (const [row, code] of codes.entries()) {
    const name = names.find((part) => PART_CODES[part] === code);
    if (name !== undefined) rows[name].push(row);
  }
  return {
    train: Uint32Array.from(rows.train),
    validation: Uint32Array.from(rows.validation),
    test: Uint32Array.from(rows.test),
  };
}

function targetMissing(column: string, count: number): DataIssue {
  const message = l10n.t('Rows left out because the target "{0}" is missing: {1}.', column, count);
  return { severity: 'info', code: 'target.missing', message, column, count };
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
  options: TargetScaling = { scaled: true },
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
      steps: [],
      encoders,
      target: fitTarget(target.column, target.task, train, options),
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

/** The config's names that are needed before the split, against the file: said before it is read. */
function checkNames(experiment: Experiment, source: CsvSource): void {
  const { recipe, split, data } = experiment;
  const inFile = source.columns();
  if (inFile.length < 2 && recipe.length === 0) throw oneColumn(inFile[0] ?? '', source.path);
  const columns = columnsAfter(recipe.slice(0, splitPosition(recipe)), inFile);
  if (columns === undefined) return;
  const file = { path: source.path, columns };
  const target = data.target.column;
  if (!columns.includes(target)) throw unknownColumn('target.unknown', target, file);
  const splitColumn = splitColumnOf(split)?.name;
  if (splitColumn === undefined) return;
  if (!columns.includes(splitColumn)) throw unknownColumn('split.unknownColumn', splitColumn, file);
  if (splitColumn === target) {
    throw new BenchError(
      'config.splitIsTarget',
      l10n.t('Column "{0}" is both target and split column. Choose another one.', splitColumn),
      { details: { column: splitColumn } },
    );
  }
}

/** Checks the features' names against the table after the recipe and lists the columns to read, each once. */
function planColumns(experiment: Experiment, source: CsvSource, relation: Relation): ColumnPlan {
  const columns = relation.columns.map(({ name }) => name);
  const file = { path: source.path, columns };
  const { target } = experiment.data;
  if (!columns.includes(target.column)) throw unknownColumn('target.unknown', target.column, file);
  const splitColumn = experiment.split.method === 'column' ? experiment.split.column : undefined;
  // Columns made by a step that learns, such as one a category, may be other ones with other train rows.
  const areLearnt = columnsAfter(experiment.recipe, source.columns()) === undefined;
  const issues: DataIssue[] = [];
  const requests = new Map<string, ColumnRequest>();
  const features: UsedFeature[] = [];
  const seen = new Set<string>();
  for (const feature of experiment.features) {
    const { column } = feature;
    if (!columns.includes(column)) {
      if (!areLearnt || source.columns().includes(column))
        throw unknownColumn('config.unknownColumn', column, file);
      const message = l10n.t('Column "{0}" was not made from these train rows; it is left out.', column);
      issues.push({ severity: 'warning', code: 'feature.notMade', message, column });
      continue;
    }
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
  const { weights } = experiment.data;
  if (weights !== undefined) {
    if (!columns.includes(weights)) throw unknownColumn('config.unknownColumn', weights, file);
    if (features.some(({ column }) => column === weights) || weights === target.column) {
      throw new BenchError(
        'config.weightsAmongFeatures',
        l10n.t(
          'Column "{0}" says how much rows count; it cannot be a feature or the target too. Set "use" to false.',
          weights,
        ),
        { details: { column: weights } },
      );
    }
    requests.set(weights, { name: weights, as: 'number' });
  }
  requests.set(target.column, {
    name: target.column,
    as: target.task === 'regression' ? 'number' : 'text',
  });
  return { features, requests: [...requests.values()], issues };
}

/**
 * Said before the split, where the count is the whole table's. A number target with a cell that is none is refused:
 * guessing would teach the model a wrong answer.
 * @returns rows without a target
 */
async function checkTarget(
  rows: Relation,
  experiment: Experiment,
  source: CsvSource,
  { database, signal }: StepContext,
): Promise<number> {
  const { column, task } = experiment.data.target;
  const found = columnOf(rows, column);
  const value = task === 'regression' ? numberOf(found) : textOf(found);
  const [row = []] = await database.rows(
    `SELECT count(v), count(DISTINCT v), min(v)::VARCHAR, count(*) FROM (SELECT ${value} AS v FROM ${rows.from})`,
    { signal },
  );
  const [present, distinct] = [Number(row[0] ?? 0), Number(row[1] ?? 0)];
  if (task === 'regression' && found.kind === 'text') {
    const { badCells } = await readRelation(rows, [{ name: column, as: 'number' }], database, { signal });
    const bad = badCells.get(column);
    if (bad !== undefined) throw await notNumber(column, bad, source, signal);
  }
  if (present === 0) {
    throw new BenchError(
      'target.allMissing',
      l10n.t('Target "{0}" has no value in any row. Choose another target.', column),
      { details: { column } },
    );
  }
  if (distinct < 2) throw singleValue(column, firstText(row[2]));
  if (task === 'binary' && distinct > 2) throw notBinary(column, distinct);
  return Number(row[3] ?? 0) - present;
}

/** As people write it: 3, not 3.0. */
function firstText(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

async function notNumber(
  column: string,
  bad: BadCells,
  source: CsvSource,
  signal: AbortSignal | undefined,
): Promise<BenchError> {
  const line = bad.firstRow < 0 ? undefined : await source.lineOf(bad.firstRow, { signal });
  return new BenchError(
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
