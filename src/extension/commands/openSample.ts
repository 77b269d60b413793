// Owns Open Sample: a copy of a shipped CSV in the extension's own storage, so that no folder of the user's is written.
import * as vscode from 'vscode';
import type { Services } from '../services';
import { showError } from '../ui';

export async function openSample(services: Services): Promise<void> {
  const name = 'penguins.csv';
  const folder = vscode.Uri.joinPath(services.context.globalStorageUri, 'samples');
  const copy = vscode.Uri.joinPath(folder, name);
  try {
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.copy(
      vscode.Uri.joinPath(services.context.extensionUri, 'examples', name),
      copy,
      { overwrite: true },
    );
    await vscode.window.showTextDocument(copy);
  } catch (error) {
    await showError(services.log, error);
  }
}
