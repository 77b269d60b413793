// Owns the commands on the data tab in front, with the recipe it has now.
import * as vscode from 'vscode';
import type { Services } from '../services';
import { showError } from '../ui';
import type { PreprocessPanel } from '../views/preprocess/panel';

export function exportTable(services: Services): Promise<void> {
  return onActiveTab(services, (tab) => tab.exportTable());
}

export function saveRecipe(services: Services): Promise<void> {
  return onActiveTab(services, (tab) => tab.saveRecipe());
}

async function onActiveTab(
  { preprocess, log }: Services,
  run: (tab: PreprocessPanel) => Promise<void>,
): Promise<void> {
  const tab = preprocess.active();
  if (tab === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open a CSV with Preprocess CSV first: this is about the table shown there.'),
    );
    return;
  }
  try {
    await run(tab);
  } catch (error) {
    await showError(log, error);
  }
}
