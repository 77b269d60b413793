// Owns Show Architecture: of the config at hand, of a run, or of a config that is asked for.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { activeUri, experimentsFor, isCsvUri, isExperimentUri } from '../experiments';
import type { Services } from '../services';
import { showError } from '../ui';
import { pickTarget } from './choose';
import { createExperiment, targetsOf } from './createExperiment';

export async function showArchitecture(services: Services, argument: unknown): Promise<void> {
  const target = await targetOf(services, argument);
  if (target !== undefined) services.architecture.show(target);
}

async function targetOf(services: Services, argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri && isExperimentUri(argument)) return argument;
  if (typeof argument === 'string') return vscode.Uri.file(argument);
  if (
    typeof argument === 'object' &&
    argument !== null &&
    'folder' in argument &&
    typeof argument.folder === 'string'
  ) {
    return vscode.Uri.file(argument.folder);
  }
  const active = argument instanceof vscode.Uri ? argument : activeUri();
  if (active !== undefined && isExperimentUri(active)) return active;
  if (active !== undefined && isCsvUri(active)) return ofCsv(services, active);
  const configs = await vscode.workspace.findFiles(
    '**/*.experiment.json',
    '**/{node_modules,.modelbench}/**',
    200,
  );
  if (configs.length > 1) {
    const items = configs.map((uri) => ({
      label: path.basename(uri.path),
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which experiment?') }))
      ?.uri;
  }
  if (configs[0] !== undefined) return configs[0];
  await services.runs.refresh();
  const shown = services.runs.selectedFolder;
  if (shown !== undefined) return vscode.Uri.file(shown);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('There is no experiment yet. Open a CSV and run New Experiment.'),
  );
  return undefined;
}

async function ofCsv(services: Services, csv: vscode.Uri): Promise<vscode.Uri | undefined> {
  try {
    const [existing] = await experimentsFor(csv);
    if (existing !== undefined) return existing.uri;
    const choice = await pickTarget(
      vscode.l10n.t('New experiment on {0}', path.basename(csv.path)),
      await targetsOf(services, { csv }),
    );
    return typeof choice === 'string' ? (await createExperiment(services, { csv }, choice)).uri : choice?.uri;
  } catch (error) {
    await showError(services.log, error);
    return undefined;
  }
}
