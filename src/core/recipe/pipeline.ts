// Owns running a recipe: the steps that learn nothing, then the split, then the steps that learn, each from the train
// rows that the step before left. The same code fits (training, export, preview) and applies (prediction).
import * as l10n from '@vscode/l10n';
import { throwIfAborted } from '../../shared/abort';
import { BenchError, toErrorData } from '../../shared/errors';
import { columnsOfExpression } from '../../shared/expression/ast';
import { parseExpression } from '../../shared/expression/parse';
import { fittedStates, type FittedKind, type FittedStep } from '../../shared/schema/fittedSteps';
import type { RecipeStep } from '../../shared/schema/recipeSteps';
import { placementOf, splitPosition, stepCatalogue } from '../../shared/schema/stepCatalogue';
import { countRows } from '../data/countRows';
import { addColumns, trainRows, type Relation } from '../data/relation';
import { stepDefinition } from './steps/registry';
import type { ApplyContext, StepContext } from './steps/step';
import { targetSources } from './targetSources';

export interface RecipeRun {
  /** After the last step. Split only when there was a splitter. */
  readonly relation: Relation;
  /** The enabled steps, as they were pinned and fitted. */
  readonly steps: readonly FittedStep[];
}

export interface FitRecipeOptions extends StepContext {
  /** Gives every row its part. Without one, steps that learn are an error. */
  readonly split?: ((relation: Relation) => Promise<Relation>) | undefined;
  /**
   * After each enabled step. `index` counts the steps as written, steps that are off included. What it gives back, such
   * as the same rows written down, is what the next step is given.
   */
  readonly onStep?:
    ((index: number, relation: Relation, fitted: FittedStep) => Promise<Relation>) | undefined;
}

/**
 * Fits and applies.
 * @throws BenchError 'recipe.order', and what a step throws with the number of the step before its message
 */
export async function fitRecipeSteps(
  steps: readonly RecipeStep[],
  base: Relation,
  options: FitRecipeOptions,
): Promise<RecipeRun> {
  checkOrder(steps);
  const splitAt = splitPosition(steps);
  const context: ApplyContext = { ...options, mode: 'fit' };
  const fitted: FittedStep[] = [];
  let relation = base;
  let trainCount: number | undefined;
  const countTrainRows = async (input: Relation): Promise<number> =>
    (trainCount ??= await countRows(trainRows(input), context));
  const split = async (): Promise<void> => {
    if (options.split !== undefined && !relation.isSplit) relation = await options.split(relation);
  };
  for (const [index, step] of steps.entries()) {
    throwIfAborted(options.signal);
    if (!step.enabled) continue;
    if (index === splitAt) await split();
    const [next, done] = await atStep(index, step, () =>
      fitStep(step, relation, { ...context, countTrainRows }),
    );
    relation = next;
    if (!keepsRows(step)) trainCount = undefined;
    fitted.push(done);
    if (options.onStep !== undefined) relation = await options.onStep(index, relation, done);
  }
  await split();
  return { relation, steps: fitted };
}

/**
 * Does the same to new rows: nothing is learnt. New rows may lack the target, and what it is made from, so these count as
 * missing where they do, and no row leaves for that.
 */
export async function applyRecipeSteps(
  steps: readonly FittedStep[],
  base: Relation,
  context: StepContext,
): Promise<Relation> {
  const written = steps.map(({ step }) => step);
  const sources = context.target === undefined ? [] : targetSources(written, context.target.column);
  const known = new Set(base.columns.map(({ name }) => name));
  const absent = [...(sources[0] ?? [])].filter((name) => !known.has(name));
  let relation = addColumns(
    base,
    absent.map((name) => ({ name, kind: 'text', sql: 'NULL::VARCHAR' })),
  );
  for (const [index, { step: asWritten, fit }] of steps.entries()) {
    throwIfAborted(context.signal);
    // A column that new rows have is one to filter by, although the target is made from it too.
    const lacking = new Set([...(sources[index] ?? [])].filter((name) => !known.has(name)));
    if (context.target !== undefined) lacking.add(context.target.column);
    const step = stepForNewRows(asWritten, relation, lacking);
    if (step === undefined) continue;
    relation = await atStep(index, step, () =>
      applyStep(step, fit?.state, relation, { ...context, mode: 'predict' }),
    );
  }
  return relation;
}

/** Undefined when new rows pass as they are: also where the step would ask for their target. */
function stepForNewRows(
  step: RecipeStep,
  relation: Relation,
  lacking: ReadonlySet<string>,
): RecipeStep | undefined {
  if (!stepCatalogue[step.step].atPrediction) return undefined;
  if (step.step === 'dropMissing') {
    const asked = step.columns.length > 0 ? step.columns : relation.columns.map(({ name }) => name);
    const columns = asked.filter((name) => !lacking.has(name));
    return columns.length === 0 ? undefined : { ...step, columns };
  }
  if (step.step === 'filterRows') {
    const parsed = parseExpression(step.condition);
    const asksTarget = 'ast' in parsed && columnsOfExpression(parsed.ast).some((name) => lacking.has(name));
    return asksTarget ? undefined : step;
  }
  return step;
}

/** Between the split and the end: what works across rows comes before. */
function keepsRows({ step }: RecipeStep): boolean {
  const { group } = stepCatalogue[step];
  return group !== 'rows' && group !== 'augmentation';
}

interface FitContext extends ApplyContext {
  /** Counted again only after rows came or went: on a large file that takes as long as learning. */
  readonly countTrainRows: (input: Relation) => Promise<number>;
}

async function fitStep(
  written: RecipeStep,
  input: Relation,
  { countTrainRows, ...context }: FitContext,
): Promise<[Relation, FittedStep]> {
  const definition = stepDefinition(written.step);
  if (definition.kind === 'plain') {
    const step = (await definition.pin?.(written, input, context)) ?? written;
    return [await definition.apply(step, input, context), { step }];
  }
  if (definition.kind === 'trainOnly') {
    const rows = await countTrainRows(input);
    return [await definition.apply(written, input, context), { step: written, fit: { rows, state: null } }];
  }
  if (placementOf(written) !== 'fitted') {
    // It may learn, and does not as it is written.
    const state = await definition.fit(written, input, context);
    return [
      await definition.apply(written, state, input, context),
      { step: written, fit: { rows: 0, state } },
    ];
  }
  if (!input.isSplit) {
    throw new BenchError(
      'recipe.noSplit',
      l10n.t('This step learns from train rows, but there is no split. Choose a split.'),
    );
  }
  const rows = await countTrainRows(input);
  const state = await definition.fit(written, trainRows(input), context);
  return [await definition.apply(written, state, input, context), { step: written, fit: { rows, state } }];
}

async function applyStep(
  step: RecipeStep,
  state: unknown,
  input: Relation,
  context: ApplyContext,
): Promise<Relation> {
  const definition = stepDefinition(step.step);
  if (definition.kind !== 'fitted') return definition.apply(step, input, context);
  // A recipe read from disk: what it learnt is checked like all that comes from outside.
  const parsed = fittedStates[step.step as FittedKind].safeParse(state);
  if (!parsed.success) {
    throw new BenchError(
      'recipe.state',
      l10n.t('What this step learnt cannot be read: {0}', parsed.error.issues[0]?.message ?? ''),
      { cause: parsed.error },
    );
  }
  return definition.apply(step, parsed.data, input, context);
}

/** An error says which step it is about; steps are counted from 1, as the panel shows them. */
async function atStep<T>(index: number, step: RecipeStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BenchError) || !error.code.startsWith('recipe.')) throw error;
    throw new BenchError(
      error.code,
      l10n.t('Recipe step {0} ({1}): {2}', index + 1, step.step, toErrorData(error).message),
      { details: { ...error.details, step: index }, cause: error },
    );
  }
}

/** @throws BenchError 'recipe.order' */
export function checkOrder(steps: readonly RecipeStep[]): void {
  const splitAt = splitPosition(steps);
  for (const [index, step] of steps.entries()) {
    if (!step.enabled || index < splitAt || placementOf(step) !== 'beforeSplit') continue;
    throw new BenchError(
      'recipe.order',
      l10n.t(
        'Recipe step {0} ({1}) looks across rows, so it must come before step {2} ({3}), which learns from train rows. Move it up.',
        index + 1,
        step.step,
        splitAt + 1,
        steps[splitAt]?.step ?? '',
      ),
      { details: { step: index } },
    );
  }
}

/** The columns after the steps, as far as that is known without data; undefined from a step on whose fit decides. */
export function columnsAfter(
  steps: readonly RecipeStep[],
  columns: readonly string[],
): readonly string[] | undefined {
  let current: readonly string[] | undefined = columns;
  for (const step of steps) {
    if (!step.enabled || current === undefined) continue;
    current = stepDefinition(step.step).columns(step, current);
  }
  return current;
}
