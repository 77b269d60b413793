// Owns New Experiment: a config scaffolded beside its CSV, opened for reading. Never replaces a file.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { BenchError } from '../../shared/errors';
import { isCsvUri } from '../experiments';
import type { Services } from '../services';
import { showError, withCancel } from '../ui';
import { chooseFile, pickTarget, settleUnsaved } from './choose';
import { createExperiment } from './createExperiment';

export async function newExperiment(services: Services, argument: unknown, target: unknown): Promise<void> {
  const csv = argument instanceof vscode.Uri ? argument : await chooseFile(services);
  if (csv === undefined) return;
  try {
    if (!isCsvUri(csv))
      throw new BenchError(
        'cli.notCsv',
        vscode.l10n.t('{0} is not a CSV. Choose the CSV to make an experiment for.', path.basename(csv.path)),
      );
    if (!(await settleUnsaved(csv))) return;
    const column = typeof target === 'string' ? target : await askTarget(services, csv);
    if (column === undefined) return;
    const { uri } = await createExperiment(services, csv, column);
    await vscode.window.showTextDocument(uri);
  } catch (error) {
    await showError(services.log, error);
  }
}

async function askTarget(services: Services, csv: vscode.Uri): Promise<string | undefined> {
  const name = path.basename(csv.path);
  const candidates = await withCancel(vscode.l10n.t('Reading {0}', name), (signal) =>
    services.data.request('targets', { path: csv.fsPath }, { signal }),
  );
  const choice = await pickTarget(vscode.l10n.t('New experiment on {0}', name), candidates);
  return typeof choice === 'string' ? choice : undefined;
}
