// Owns new rows on their way to a model: the learnt recipe, then the learnt encoders. Nothing is learnt here.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { didYouMean } from '../../shared/didYouMean';
import type { DataIssue } from '../../shared/schema/profile';
import type { FittedRecipe } from '../../shared/schema/recipe';
import type { CsvSource } from '../data/csvSource';
import type { QueryOptions } from '../data/database';
import { readRelation } from '../data/readRelation';
import type { Relation } from '../data/relation';
import { createWorkbench } from '../data/workbench';
import { applyRecipe, recipeColumns } from './apply';
import { badCellsIssue } from './badCells';
import { applyRecipeSteps } from './pipeline';

export interface EncodedRows {
  /** [rows, featureNames.length], row-major, finite. */
  readonly x: Float32Array;
  readonly rows: number;
  /** 0-based data row of the file of each row: a recipe may leave rows out. */
  readonly sourceRows: Int32Array;
  readonly issues: readonly DataIssue[];
}

/** @throws BenchError 'predict.missingColumn', and of the areas data and recipe */
export async function encodeNewRows(
  recipe: FittedRecipe,
  source: CsvSource,
  options: QueryOptions = {},
): Promise<EncodedRows> {
  const { database, relation: base, issues: found } = await source.relation(options);
  const issues: DataIssue[] = [...found];
  const workbench = createWorkbench(database);
  try {
    const { column, task } = recipe.target;
    const applied = await applyRecipeSteps(recipe.steps, base, {
      database,
      workbench,
      target: { column, task },
      signal: options.signal,
      note: (issue) => void issues.push(issue),
    });
    requireColumns(recipe, applied, source.path);
    const relation = recipe.steps.length === 0 ? applied : await workbench.materialise(applied, options);
    const table = await readRelation(relation, recipeColumns(recipe), database, options);
    for (const [name, bad] of table.badCells) issues.push(await badCellsIssue(name, bad, source, options));
    return { ...applyRecipe(recipe, table), rows: table.rows, sourceRows: table.sourceRows, issues };
  } finally {
    workbench.dispose();
  }
}

function requireColumns(recipe: FittedRecipe, relation: Relation, path: string): void {
  const columns = relation.columns.map(({ name }) => name);
  for (const { column } of recipe.encoders) {
    if (columns.includes(column)) continue;
    const near = didYouMean(column, columns);
    const hint = near === undefined ? '' : ` ${l10n.t('Did you mean "{0}"? Rename it.', near)}`;
    throw new BenchError(
      'predict.missingColumn',
      l10n.t('{0}: expected a column "{1}", which the model was trained on; it is not there.', path, column) +
        hint,
    );
  }
}
