// Owns New Experiment: a config scaffolded beside its CSV, opened for reading. Never replaces a file.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { BenchError } from '../../shared/errors';
import { isExperimentUri } from '../experiments';
import type { Services } from '../services';
import { showError } from '../ui';
import { chooseFile, draftOf, pickTarget, settleUnsaved } from './choose';
import { createExperiment, targetsOf, type CsvSource } from './createExperiment';

/** @param recipe the draft of the data tab the command came from */
export async function newExperiment(
  services: Services,
  argument: unknown,
  target: unknown,
  recipe: unknown,
): Promise<void> {
  const csv = argument instanceof vscode.Uri ? argument : await chooseFile(services);
  if (csv === undefined) return;
  try {
    if (isExperimentUri(csv))
      throw new BenchError(
        'cli.notCsv',
        vscode.l10n.t('{0} is not a CSV. Choose the CSV to make an experiment for.', path.basename(csv.path)),
      );
    if (!(await settleUnsaved(csv))) return;
    const source = { csv, draft: draftOf(recipe) };
    const column = typeof target === 'string' ? target : await askTarget(services, source);
    if (column === undefined) return;
    const { uri } = await createExperiment(services, source, column);
    await vscode.window.showTextDocument(uri);
  } catch (error) {
    await showError(services.log, error);
  }
}

async function askTarget(services: Services, source: CsvSource): Promise<string | undefined> {
  const title = vscode.l10n.t('New experiment on {0}', path.basename(source.csv.path));
  const choice = await pickTarget(title, await targetsOf(services, source));
  return typeof choice === 'string' ? choice : undefined;
}
