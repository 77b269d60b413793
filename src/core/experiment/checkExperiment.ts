// Owns whether a config fits its data, before anything is written or started. Looks at a profile only, never at rows.
import * as l10n from '@vscode/l10n';
import type { ErrorCode } from '../../shared/errors';
import { didYouMean } from '../../shared/didYouMean';
import { METRICS } from '../../shared/metricCatalogue';
import { metricNameSchema, type Experiment } from '../../shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';
import { unknownColumn } from '../columnErrors';
import { requireNoError, type ExperimentFinding } from '../../shared/schema/experimentFinding';
import type { RecipeStep } from '../../shared/schema/recipeSteps';
import { splitPosition, stepCatalogue } from '../../shared/schema/stepCatalogue';
import { columnsAfter } from '../recipe/pipeline';
import { splitColumnOf, splitProblem } from '../recipe/split';
import { checkModel } from './checkModel';
import { checkSplitColumn } from './splitColumn';

/** Fewer rows cannot be split into three parts and still say anything. */
const MIN_ROWS = 10;

export function checkExperiment(experiment: Experiment, profile: DatasetProfile): ExperimentFinding[] {
  const atEnd = columnsAfterRecipe(experiment.recipe, profile);
  const atSplit = columnsAfterRecipe(experiment.recipe.slice(0, splitPosition(experiment.recipe)), profile);
  return [
    ...checkTarget(experiment, profile, atSplit),
    ...checkFeatures(experiment, profile, atEnd),
    ...checkSplit(experiment, profile, atSplit),
    ...checkEvaluation(experiment),
    ...checkModel(experiment, profile),
    ...profileWarnings(experiment, profile),
  ];
}

/** What decides about a run has to be defined for its task. */
function checkEvaluation({ evaluation, data }: Experiment): ExperimentFinding[] {
  const { metric, costs } = evaluation;
  const { task } = data.target;
  if (metric !== 'auto' && !METRICS[metric].tasks.includes(task)) {
    const fitting = metricNameSchema.options.filter((name) => METRICS[name].tasks.includes(task));
    const near = didYouMean(metric, fitting) ?? 'auto';
    const message = l10n.t(
      'evaluation.metric: "{0}" is no metric of the task "{1}". Take "{2}", or one of: {3}.',
      metric,
      task,
      near,
      fitting.join(', '),
    );
    return [{ severity: 'error', code: 'config.metricForTask', message, path: ['evaluation', 'metric'] }];
  }
  if (costs === undefined || task === 'binary') return [];
  const message = l10n.t('evaluation.costs says something of two classes only; the task is "{0}".', task);
  return [{ severity: 'warning', code: 'config.costsForTask', message, path: ['evaluation', 'costs'] }];
}

/** What the profile warns of, where the config uses it. */
function profileWarnings(experiment: Experiment, profile: DatasetProfile): ExperimentFinding[] {
  const { target } = experiment.data;
  return profile.issues.flatMap(({ severity, code, message, column }): ExperimentFinding[] => {
    const index = experiment.features.findIndex((feature) => feature.column === column);
    if (severity === 'info') return [];
    const path =
      column === undefined
        ? ['data', 'path']
        : column === target.column
          ? ['data', 'target', 'column']
          : index === -1
            ? undefined
            : ['features', index, 'column'];
    return path === undefined ? [] : [{ severity: 'warning', code, message, path }];
  });
}

/** @throws BenchError with the first error, if there is one */
export function requireRunnable(
  experiment: Experiment,
  profile: DatasetProfile,
): readonly ExperimentFinding[] {
  return requireNoError(checkExperiment(experiment, profile));
}

/** "Unknown column", with the nearest name, or the names there are. Nothing where only the data says which there are. */
function unknown(
  code: ErrorCode,
  column: string,
  { profile, columns }: { readonly profile: DatasetProfile; readonly columns: Columns },
  path: ExperimentFinding['path'],
): ExperimentFinding[] {
  if (columns.names === undefined) return [];
  const { message } = unknownColumn(code, column, { path: profile.path, columns: columns.names });
  return [{ severity: 'error', code, message, path }];
}

/** The columns at a place of the recipe, as far as the profile of the file tells. */
interface Columns {
  /** Undefined when only the train rows decide which columns there are. */
  readonly names: readonly string[] | undefined;
  /** Of columns that no step mentions: the file's. */
  get(name: string): ColumnProfile | undefined;
  has(name: string): boolean;
  /** Whether rows may have left, so that a count in the profile is only a most. */
  readonly mayLackRows: boolean;
}

function columnsAfterRecipe(steps: readonly RecipeStep[], profile: DatasetProfile): Columns {
  const active = steps.filter(({ enabled }) => enabled);
  const names = columnsAfter(
    active,
    profile.columns.map(({ name }) => name),
  );
  const mentioned = new Set(active.flatMap((step) => textsIn(step)));
  const known = new Map(
    profile.columns.filter(({ name }) => !mentioned.has(name)).map((column) => [column.name, column]),
  );
  return {
    names,
    get: (name) => (names === undefined || names.includes(name) ? known.get(name) : undefined),
    has: (name) => names === undefined || names.includes(name),
    mayLackRows: active.some(({ step }) => ['rows', 'missing'].includes(stepCatalogue[step].group)),
  };
}

/** Every text in a step: more than its columns, never less, but for those inside an expression. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function checkTarget(experiment: Experiment, profile: DatasetProfile, columns: Columns): ExperimentFinding[] {
  const { column: name, task } = experiment.data.target;
  const target = columns.get(name);
  const at = (key: string): readonly string[] => ['data', 'target', key];
  if (!columns.has(name)) return unknown('target.unknown', name, { profile, columns }, at('column'));
  if (target === undefined) return [];
  const rows = profile.rows - target.missing;
  const fail = (code: ErrorCode, message: string, key: string): ExperimentFinding[] => [
    { severity: 'error', code, message, path: at(key) },
  ];
  if (rows === 0) {
    return fail(
      'target.allMissing',
      l10n.t('{0}: target "{1}" has no value in any row. Choose another target.', profile.path, name),
      'column',
    );
  }
  if (target.distinct < 2) {
    return fail(
      'target.singleValue',
      l10n.t(
        '{0}: target "{1}" has one value in all rows; there is nothing to learn. Choose another target.',
        profile.path,
        name,
      ),
      'column',
    );
  }
  if (rows < MIN_ROWS) {
    return fail(
      'split.tooFewRows',
      l10n.t('{0} has {1} rows with a target; at least {2} are needed.', profile.path, rows, MIN_ROWS),
      'column',
    );
  }
  if (task === 'regression' && target.type !== 'number') {
    return fail(
      'target.notNumber',
      l10n.t(
        '{0}: target "{1}" holds {2}, and regression needs numbers. Set task to "multiclass" or "binary".',
        profile.path,
        name,
        target.type,
      ),
      'task',
    );
  }
  if (task === 'binary' && target.distinct !== 2 && !columns.mayLackRows) {
    return fail(
      'target.notBinary',
      l10n.t(
        '{0}: target "{1}" has {2} different values, and binary needs two. Set task to "multiclass".',
        profile.path,
        name,
        target.distinct,
      ),
      'task',
    );
  }
  return [];
}

function checkFeatures(
  experiment: Experiment,
  profile: DatasetProfile,
  columns: Columns,
): ExperimentFinding[] {
  const seen = new Set<string>();
  let usable = 0;
  const findings = experiment.features.flatMap((feature, index): ExperimentFinding[] => {
    const path = ['features', index, 'column'];
    const repeated = seen.has(feature.column);
    seen.add(feature.column);
    if (repeated) {
      return [
        {
          severity: 'error',
          code: 'config.repeatedColumn',
          message: l10n.t('Column "{0}" is listed twice. Remove one.', feature.column),
          path,
        },
      ];
    }
    const column = columns.get(feature.column);
    if (!columns.has(feature.column)) {
      return unknown('config.unknownColumn', feature.column, { profile, columns }, path);
    }
    if (feature.type === 'id' || !feature.use) return [];
    if (feature.column === experiment.data.target.column) {
      return [
        {
          severity: 'error',
          code: 'config.targetAmongFeatures',
          message: l10n.t(
            '"{0}" is the target; as a feature it would give the answer away. Remove it here.',
            feature.column,
          ),
          path,
        },
      ];
    }
    if (column?.missing === profile.rows) {
      return [
        {
          severity: 'warning',
          code: 'config.emptyColumn',
          message: l10n.t('Column "{0}" has no value in any row; it will be left out.', feature.column),
          path,
        },
      ];
    }
    usable++;
    return [];
  });
  const isBroken = findings.some(({ severity }) => severity === 'error');
  if (usable > 0 || isBroken) return findings;
  return [
    ...findings,
    {
      severity: 'error',
      code: 'config.noFeatures',
      message: l10n.t('No feature is used; expected at least one column with "use" true that is not an id.'),
      path: ['features'],
    },
  ];
}

function checkSplit(experiment: Experiment, profile: DatasetProfile, columns: Columns): ExperimentFinding[] {
  const { split, data } = experiment;
  const fail = (code: ErrorCode, message: string, ...path: string[]): ExperimentFinding[] => [
    { severity: 'error', code, message, path: ['split', ...path] },
  ];
  const problem = splitProblem(split, data.target.task !== 'regression');
  if (problem !== undefined) {
    return fail(problem.code, problem.message, ...(problem.key === undefined ? [] : [problem.key]));
  }
  const found = splitColumnOf(split);
  if (found === undefined) return [];
  const { name, says } = found;
  const path = ['split', 'column'];
  if (!columns.has(name)) return unknown('split.unknownColumn', name, { profile, columns }, path);
  if (name === data.target.column) {
    return fail(
      'config.splitIsTarget',
      l10n.t('Column "{0}" is both target and split column. Choose another one.', name),
      'column',
    );
  }
  const column = columns.get(name);
  const forgiven = columns.get(data.target.column)?.missing ?? profile.rows;
  const findings =
    column === undefined || columns.mayLackRows ? [] : checkSplitColumn(split, column, forgiven);
  if (findings.length > 0) return findings.map((finding) => ({ ...finding, path }));
  const isFeature = experiment.features.some(
    (feature) => feature.column === name && feature.type !== 'id' && feature.use,
  );
  if (!isFeature || says === 'time') return [];
  const message =
    says === 'part'
      ? l10n.t('"{0}" says which part a row belongs to; as a feature it teaches nothing.', name)
      : l10n.t(
          '"{0}" says the group of a row; the groups that are tested on are new to the model, so as a feature it teaches nothing.',
          name,
        );
  return [{ severity: 'warning', code: 'config.splitAmongFeatures', message, path }];
}
