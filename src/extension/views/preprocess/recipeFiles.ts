// Owns recipes as files of the user's: where to save one, which one to open. What is in them is core/recipe/recipeFile's.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { BenchError } from '../../../shared/errors';
import { RECIPE_FILE_SUFFIX, type RecipeStep } from '../../../shared/schema/recipeSteps';
import { isSameFile } from '../../../core/files';
import { recipeFileText, requireRecipeFile } from '../../../core/recipe/recipeFile';
import { writeFileAtomic } from '../../../core/runs/atomicFile';
import { isExperimentUri, loadExperiment, openJson, stemOf } from '../../experiments';

/** Asks where to and writes. @throws BenchError 'recipe.wouldReplaceData', the system's error */
export async function saveRecipe(csv: vscode.Uri, steps: readonly RecipeStep[]): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Recipe'),
    defaultUri: vscode.Uri.joinPath(csv, '..', stemOf(csv) + RECIPE_FILE_SUFFIX),
    filters: { [vscode.l10n.t('Recipe')]: ['json'] },
  });
  if (target === undefined) return;
  if (await isSameFile(target.fsPath, csv.fsPath)) {
    throw new BenchError(
      'recipe.wouldReplaceData',
      vscode.l10n.t('{0} is the file the recipe is for. Choose another name.', path.basename(csv.path)),
    );
  }
  await writeFileAtomic(target.fsPath, recipeFileText({ steps: [...steps] }));
  const name = vscode.workspace.asRelativePath(target);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', name), 5000);
}

/**
 * Asks for a recipe, or a config whose recipe is taken.
 * @returns undefined when the user backs out
 * @throws BenchError naming file, line and column
 */
export async function openRecipe(csv: vscode.Uri): Promise<RecipeStep[] | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Open Recipe'),
      defaultUri: vscode.Uri.joinPath(csv, '..'),
      filters: { [vscode.l10n.t('Recipe')]: ['json'] },
    })) ?? [];
  return chosen && readRecipe(chosen);
}

/** An open, unsaved text is what counts. */
export async function readRecipe(uri: vscode.Uri): Promise<RecipeStep[]> {
  if (isExperimentUri(uri)) return (await loadExperiment(uri)).experiment.recipe;
  const document = await openJson(uri);
  return requireRecipeFile(document.getText(), vscode.workspace.asRelativePath(uri)).steps;
}
