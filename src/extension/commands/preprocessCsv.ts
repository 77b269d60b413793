// Owns Preprocess CSV: opens the data tab of the CSV at hand.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { activeUri, isCsvUri, TABLE_EXTENSIONS } from '../experiments';
import type { Services } from '../services';

export async function preprocessCsv(services: Services, argument: unknown): Promise<void> {
  const csv = argument instanceof vscode.Uri ? argument : (activeCsv() ?? (await pickCsv()));
  if (csv !== undefined) services.preprocess.show(csv);
}

function activeCsv(): vscode.Uri | undefined {
  const active = activeUri();
  return active !== undefined && isCsvUri(active) ? active : undefined;
}

async function pickCsv(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(
    `**/*.{${TABLE_EXTENSIONS}}`,
    '**/{node_modules,.modelbench}/**',
    200,
  );
  if (files.length === 0) {
    const open = vscode.l10n.t('Open Sample');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t('There is no CSV in this workspace. Open one first.'),
      open,
    );
    if (choice === open) await vscode.commands.executeCommand('modelBench.openSample');
    return undefined;
  }
  const items = files.map((uri) => ({
    label: path.basename(uri.path),
    description: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  return (
    await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Preprocess CSV'),
      placeHolder: vscode.l10n.t('Which CSV?'),
    })
  )?.uri;
}
