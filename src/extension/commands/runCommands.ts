// Owns the commands on runs: show, stop, open, delete. Each takes a tree item or a run's folder; without one it asks or takes
// the run that is shown.
import * as vscode from 'vscode';
import { runPaths } from '../../core/runs/runFolder';
import type { Services } from '../services';
import { revealFile, showError } from '../ui';
import { METRICS_VIEW } from '../views/metricsView';

/** The folder an argument means. */
export function folderOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (
    typeof argument === 'object' &&
    argument !== null &&
    'folder' in argument &&
    typeof argument.folder === 'string'
  ) {
    return argument.folder;
  }
  return undefined;
}

export async function stopRun({ runs, log }: Services, argument: unknown): Promise<void> {
  await runs.refresh();
  const running = runs.running;
  let folder = folderOf(argument);
  if (folder === undefined) {
    if (running.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No run is at work.'));
      return;
    }
    folder =
      running.length === 1
        ? running[0]?.folder
        : await pickRun(
            running.map((run) => ({ ...run, label: run.summary.name, description: run.summary.runId })),
          );
  }
  if (folder === undefined) return;
  try {
    await (await runs.session(folder)).stop();
  } catch (error) {
    await showError(log, error);
  }
}

async function pickRun(items: (vscode.QuickPickItem & { folder: string })[]): Promise<string | undefined> {
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which run?') }))?.folder;
}

export async function showLossCurves({ runs }: Services, argument: unknown): Promise<void> {
  const folder = folderOf(argument);
  if (folder !== undefined) runs.select(folder);
  await vscode.commands.executeCommand(`${METRICS_VIEW}.focus`);
}

export async function openRunFolder(services: Services, argument: unknown): Promise<void> {
  const folder = folderOf(argument) ?? (await shownFolder(services));
  if (folder === undefined) return;
  await revealFile(vscode.Uri.file(runPaths(folder).summary));
}

/** The config a run was started from, or the run's own copy when that is gone. */
export async function openConfig(services: Services, argument: unknown): Promise<void> {
  const folder = folderOf(argument) ?? (await shownFolder(services));
  if (folder === undefined) return;
  const summary = services.runs.runs.find((run) => run.folder === folder)?.summary;
  const copy = vscode.Uri.file(runPaths(folder).experiment);
  const original = summary?.experimentPath === undefined ? copy : vscode.Uri.file(summary.experimentPath);
  try {
    await vscode.window.showTextDocument(original);
  } catch {
    await vscode.window.showTextDocument(copy);
  }
}

export async function deleteRun({ runs, log }: Services, argument: unknown): Promise<void> {
  const folder = folderOf(argument);
  if (folder === undefined) return;
  const name = runs.runs.find((run) => run.folder === folder)?.summary.runId ?? folder;
  const confirm = vscode.l10n.t('Delete');
  const detail = vscode.l10n.t(
    'Its curves, scores and weights are removed from disk. This cannot be undone.',
  );
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Delete run {0}?', name),
    { modal: true, detail },
    confirm,
  );
  if (choice !== confirm) return;
  try {
    await runs.remove(folder);
  } catch (error) {
    await showError(log, error);
  }
}

export async function shownFolder({ runs }: Services): Promise<string | undefined> {
  await runs.refresh();
  if (runs.selectedFolder === undefined)
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no run yet. Train a model first.'));
  return runs.selectedFolder;
}
