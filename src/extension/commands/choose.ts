// Owns the questions that commands ask: which file, which target, what about unsaved edits. Starts nothing.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { draftSchema, type RecipeDraft } from '../../shared/protocol/view';
import type { TargetCandidate } from '../../shared/schema/profile';
import {
  activeUri,
  isCsvUri,
  isExperimentUri,
  TABLE_EXTENSIONS,
  type LoadedExperiment,
} from '../experiments';
import type { Services } from '../services';
import { offer } from '../ui';

/** What the active tab shows, else a pick of what the workspace has. */
export async function chooseFile(services: Services): Promise<vscode.Uri | undefined> {
  const active = activeUri() ?? services.preprocess.activeUri();
  if (active !== undefined && (isExperimentUri(active) || isCsvUri(active))) return active;
  const files = await vscode.workspace.findFiles(
    `**/*.{experiment.json,${TABLE_EXTENSIONS}}`,
    '**/{node_modules,.modelbench}/**',
    200,
  );
  if (files.length === 0) {
    await offer(
      vscode.window.showInformationMessage,
      vscode.l10n.t('Open a CSV file, or a folder that has one, then train.'),
      [
        {
          title: vscode.l10n.t('Open File...'),
          run: () => vscode.commands.executeCommand('workbench.action.files.openFile'),
        },
        {
          title: vscode.l10n.t('Open Sample'),
          run: () => vscode.commands.executeCommand('modelBench.openSample'),
        },
      ],
    );
    return undefined;
  }
  const items = files
    .map((uri) => ({
      label: path.basename(uri.path),
      description: vscode.workspace.asRelativePath(path.dirname(uri.fsPath)),
      uri,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Train Model'),
    placeHolder: vscode.l10n.t('A CSV or an experiment'),
  });
  return chosen?.uri;
}

/** A CSV is read from disk: unsaved edits would not be seen. False when the user backs out. */
export async function settleUnsaved(uri: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isDirty !== true || isExperimentUri(uri)) return true;
  const save = vscode.l10n.t('Save and Continue');
  const saved = vscode.l10n.t('Use the Saved File');
  const message = vscode.l10n.t(
    '{0} has unsaved changes, and training reads the saved file.',
    path.basename(uri.path),
  );
  const choice = await vscode.window.showWarningMessage(message, { modal: true }, save, saved);
  if (choice === save) return document.save();
  return choice === saved;
}

/** The recipe a command was given; another argument (VS Code adds some of its own) is none. */
export function draftOf(argument: unknown): RecipeDraft | undefined {
  return draftSchema.safeParse(argument).data;
}

/** A column name, or a config that is there already. */
export async function pickTarget(
  title: string,
  candidates: readonly TargetCandidate[],
  existing: readonly LoadedExperiment[] = [],
): Promise<string | LoadedExperiment | undefined> {
  type Item = vscode.QuickPickItem & { choice?: string | LoadedExperiment };
  const configs = existing.map((loaded): Item => ({
    label: `$(beaker) ${path.basename(loaded.uri.path)}`,
    description: vscode.l10n.t('target {0}', loaded.experiment.data.target.column),
    choice: loaded,
  }));
  const columns = candidates.map(({ column, task, reason }): Item => ({
    label: column,
    description: task,
    detail: reason,
    choice: column,
  }));
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items =
    configs.length === 0
      ? columns
      : [
          heading(vscode.l10n.t('Experiments')),
          ...configs,
          heading(vscode.l10n.t('New experiment for')),
          ...columns,
        ];
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Which column is to be predicted?'),
    matchOnDescription: true,
  });
  return chosen?.choice;
}
