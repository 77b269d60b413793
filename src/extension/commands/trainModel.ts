// Owns Train Model: from a CSV, a config or nothing at hand to a run at work, asking at most for the target.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { requireNoError, type ExperimentFinding } from '../../shared/schema/experimentFinding';
import {
  experimentsFor,
  isExperimentUri,
  loadExperiment,
  readByEditor,
  type LoadedExperiment,
} from '../experiments';
import type { Services } from '../services';
import { METRICS_VIEW } from '../views/metricsView';
import { offer, showError, withCancel } from '../ui';
import { chooseFile, draftOf, pickTarget, settleUnsaved } from './choose';
import { createExperiment, targetsOf, type CsvSource } from './createExperiment';
import { followsDraft } from './followsDraft';

/** @param recipe the draft of the data tab the command came from */
export async function trainModel(
  services: Services,
  argument: unknown,
  target: unknown,
  recipe: unknown,
): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : await chooseFile(services);
  if (uri === undefined) return;
  try {
    if (!(await settleUnsaved(uri))) return;
    const loaded = isExperimentUri(uri)
      ? await loadExperiment(uri)
      : await experimentOfCsv(
          services,
          { csv: uri, draft: draftOf(recipe) },
          typeof target === 'string' ? target : undefined,
        );
    if (loaded !== undefined) await start(services, loaded);
  } catch (error) {
    await showError(services.log, error, isExperimentUri(uri) ? [openAction(uri)] : []);
  }
}

async function experimentOfCsv(
  services: Services,
  source: CsvSource,
  target: string | undefined,
): Promise<LoadedExperiment | undefined> {
  const { csv, draft } = source;
  const existing = (await experimentsFor(csv)).filter(
    ({ experiment }) => draft === undefined || followsDraft(experiment, draft),
  );
  const same = existing.find(({ experiment }) => experiment.data.target.column === target);
  if (same !== undefined) return same;
  if (target !== undefined) return createExperiment(services, source, target);

  const title = vscode.l10n.t('Train a model on {0}', path.basename(csv.path));
  const choice = await pickTarget(title, await targetsOf(services, source), existing);
  if (choice === undefined) return undefined;
  return typeof choice === 'string' ? createExperiment(services, source, choice) : choice;
}

async function start(services: Services, { uri, experiment, dataPath }: LoadedExperiment): Promise<void> {
  const { findings, reading } = await withCancel(
    vscode.l10n.t('Checking {0}', path.basename(dataPath)),
    (signal) => services.data.request('check', readByEditor(experiment, dataPath), { signal }),
  );
  warn(services, uri, requireNoError(findings));
  // The training process does not know the editor's settings.
  const asRead = { ...experiment, data: { ...experiment.data, reading } };
  const session = await services.runs.start({ experiment: asRead, experimentPath: uri.fsPath, dataPath });
  await vscode.commands.executeCommand(`${METRICS_VIEW}.focus`);
  services.progress.show(session);
}

/** What may be wrong with the data does not keep a run from starting, and is not kept from the user either. */
function warn({ log }: Services, config: vscode.Uri, findings: readonly ExperimentFinding[]): void {
  const [first, ...others] = findings;
  if (first === undefined) return;
  for (const { code, message } of findings) log.warn(`[${code}] ${message}`);
  const more = others.length === 0 ? '' : ` ${vscode.l10n.t('({0} more in the config)', others.length)}`;
  void offer(vscode.window.showWarningMessage, first.message + more, [openAction(config)]);
}

function openAction(uri: vscode.Uri): { title: string; run: () => unknown } {
  return { title: vscode.l10n.t('Open Config'), run: () => vscode.window.showTextDocument(uri) };
}
