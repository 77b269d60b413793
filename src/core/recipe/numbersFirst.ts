// Owns which columns a recipe uses as numbers before anything else looks at them: a large file gives them as numbers from
// the start, which is a fraction of the work of texts, and nothing that comes out differs.
import type { Split, Target } from '../../shared/schema/experiment';
import type { RecipeStep, StepKind } from '../../shared/schema/recipeSteps';
import { splitColumnOf } from './split';

export interface NumbersFirstJob {
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
  /** Columns that are read as numbers behind the last step. */
  readonly read?: readonly string[] | undefined;
}

/** They take each named column for numbers, and leave numbers in its place. */
const NUMBER_STEPS: ReadonlySet<StepKind> = new Set<StepKind>([
  'standardise',
  'minMaxScale',
  'robustScale',
  'clip',
  'powerTransform',
  'quantileTransform',
]);
/** They look at no cell. */
const BLIND_STEPS: ReadonlySet<StepKind> = new Set<StepKind>(['selectColumns', 'dropColumns', 'shuffle']);

/** Ends at the first step that may look at columns it does not name. */
export function numbersFirst({ steps, split, target, read = [] }: NumbersFirstJob): string[] {
  const numbers = new Set<string>();
  const texts = new Set<string>();
  if (target !== undefined && !read.includes(target.column)) texts.add(target.column);
  const splitColumn = split === undefined ? undefined : splitColumnOf(split)?.name;
  if (splitColumn !== undefined) texts.add(splitColumn);
  for (const step of steps) {
    if (!step.enabled || BLIND_STEPS.has(step.step)) continue;
    const columns = namedColumns(step);
    if (columns.length === 0) return [...numbers];
    if (isNumberStep(step)) {
      for (const name of columns) if (!texts.has(name)) numbers.add(name);
    }
    for (const name of textsIn(step)) if (!numbers.has(name)) texts.add(name);
  }
  for (const name of read) if (!texts.has(name)) numbers.add(name);
  return [...numbers];
}

function isNumberStep(step: RecipeStep): boolean {
  if (step.step === 'fillMissing') return step.with === 'mean' || step.with === 'median';
  return NUMBER_STEPS.has(step.step);
}

function namedColumns(step: RecipeStep): readonly string[] {
  return 'columns' in step && Array.isArray(step.columns)
    ? step.columns.filter((name): name is string => typeof name === 'string')
    : [];
}

/** All texts of a step, whatever they are in it: names of columns are among them. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
