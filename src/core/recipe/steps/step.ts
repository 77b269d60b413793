// Owns the contract of a recipe step. `fit` is given the train rows and nothing else; `apply` turns a relation into the
// next one, the same way for training, preview, export and prediction.
import type { FittedKind, FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind, StepOf } from '../../../shared/schema/recipeSteps';
import type { Target } from '../../../shared/schema/experiment';
import type { DataIssue } from '../../../shared/schema/profile';
import type { Database, QueryOptions } from '../../data/database';
import type { Relation } from '../../data/relation';
import type { Workbench } from '../../data/workbench';

export interface StepContext extends QueryOptions {
  readonly database: Database;
  /** Temporary tables, and columns computed in JavaScript. */
  readonly workbench: Workbench;
  /** What is predicted, when it is known. */
  readonly target: Target | undefined;
  /** What the reader should know: cells that could not be read, columns without a value. */
  readonly note: (issue: DataIssue) => void;
}

export interface ApplyContext extends StepContext {
  /**
   * fit: the rows the recipe is fitted on (with `part`): train-only steps work, out-of-fold values are given.
   * predict: new rows: what is learnt is applied to all of them alike.
   */
  readonly mode: 'fit' | 'predict';
}

interface Common<K extends StepKind> {
  /** The columns after the step, or undefined when only its fit knows. Names as they come in. @throws BenchError */
  readonly columns: (step: StepOf<K>, columns: readonly string[]) => readonly string[] | undefined;
}

/** Learns nothing. */
export interface PlainStep<K extends StepKind> extends Common<K> {
  readonly kind: 'plain';
  /**
   * Decides what the step leaves to the data ("auto"), from all rows, as column types are. What it returns is what the
   * recipe keeps, so that new rows are read the same way.
   */
  readonly pin?: (step: StepOf<K>, input: Relation, context: StepContext) => Promise<StepOf<K>>;
  readonly apply: (step: StepOf<K>, input: Relation, context: ApplyContext) => Promise<Relation> | Relation;
}

/** Learns from train rows. */
export interface FittingStep<K extends StepKind & FittedKind> extends Common<K> {
  readonly kind: 'fitted';
  /** @param train the train rows only */
  readonly fit: (step: StepOf<K>, train: Relation, context: StepContext) => Promise<FittedStates[K]>;
  readonly apply: (
    step: StepOf<K>,
    state: FittedStates[K],
    input: Relation,
    context: ApplyContext,
  ) => Promise<Relation> | Relation;
}

/** Adds or takes away train rows; nothing at prediction. */
export interface TrainOnlyStep<K extends StepKind> extends Common<K> {
  readonly kind: 'trainOnly';
  /** @param input all rows, with `part`; rows of other parts must come back as they are */
  readonly apply: (step: StepOf<K>, input: Relation, context: ApplyContext) => Promise<Relation>;
}

export type StepDefinition<K extends StepKind> = K extends FittedKind
  ? FittingStep<K>
  : PlainStep<K> | TrainOnlyStep<K>;
