// Owns the commands that take a run up again: pause, resume, continue for more epochs; and the one that tries a remedy of
// its diagnosis beside it.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { applyRemedy } from '../../core/diagnosis/changes';
import { readExperimentOf } from '../../core/runs/runStore';
import { BenchError } from '../../shared/errors';
import { stringifyJson } from '../../shared/numbers';
import type { Remedy } from '../../shared/schema/diagnosis';
import { EXPERIMENT_FILE_SUFFIX } from '../../shared/schema/experiment';
import type { RunSummary } from '../../shared/schema/run';
import type { Services } from '../services';
import { showError } from '../ui';
import { METRICS_VIEW } from '../views/metricsView';
import { folderOf, shownFolder } from './runCommands';

/** Ends a run after its current batch without a look at the test rows. */
export async function pauseRun({ runs, log }: Services, argument: unknown): Promise<void> {
  await runs.refresh();
  const folder = folderOf(argument) ?? runs.running[0]?.folder;
  if (folder === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No run is at work.'));
    return;
  }
  try {
    await (await runs.session(folder)).pause();
  } catch (error) {
    await showError(log, error);
  }
}

/** A run that had come to its own end is asked for how many epochs it goes on. */
export async function resumeRun(services: Services, argument: unknown): Promise<void> {
  const { runs, log } = services;
  const folder = folderOf(argument) ?? (await shownFolder(services));
  const summary = runs.runs.find((run) => run.folder === folder)?.summary;
  if (folder === undefined || summary === undefined) return;
  const epochs = needsEpochs(summary) ? await askEpochs(summary) : summary.epochs;
  if (epochs === undefined) return;
  try {
    await runs.resume(folder, epochs);
    await vscode.commands.executeCommand(`${METRICS_VIEW}.focus`);
  } catch (error) {
    await showError(log, error);
  }
}

function needsEpochs({ epoch, epochs, endReason }: RunSummary): boolean {
  return epoch >= epochs || endReason === 'earlyStopping';
}

async function askEpochs({ name, epoch, epochs }: RunSummary): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Continue {0}', name),
    prompt: vscode.l10n.t('{0} epochs are done. How many should it be in all?', epoch),
    value: String(Math.max(epochs, epoch + Math.max(1, Math.round(epoch / 2)))),
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) > epoch && Number(value) <= 1_000_000
        ? undefined
        : vscode.l10n.t('Expected a whole number above {0}.', epoch),
  });
  return text === undefined ? undefined : Number(text);
}

/** Writes the changed config beside the run's own, and trains it: same data, same split, same seeds. */
export async function tryRemedy(
  services: Services,
  argument: unknown,
  finding: unknown,
  remedy: unknown,
): Promise<void> {
  const { runs, log } = services;
  const folder = folderOf(argument);
  const summary = runs.runs.find((run) => run.folder === folder)?.summary;
  if (folder === undefined || summary === undefined) return;
  const chosen = summary.findings?.[Number(finding)]?.remedies[Number(remedy)];
  if (chosen === undefined) return;
  try {
    const { uri, name, dataPath } = await changedConfigPlace(summary, folder);
    const experiment = applyRemedy(await readExperimentOf(folder), chosen);
    const changed = {
      ...experiment,
      name: `${experiment.name} ${name}`.slice(0, 100),
      description: `${chosen.label}. ${summary.runId}`,
      data: { ...experiment.data, path: path.relative(path.dirname(uri.fsPath), dataPath) },
    };
    await vscode.workspace.fs.writeFile(uri, Buffer.from(`${stringifyJson(changed, 2)}\n`, 'utf8'));
    await runs.start({ experiment: changed, experimentPath: uri.fsPath, dataPath });
    await vscode.commands.executeCommand(`${METRICS_VIEW}.focus`);
    tellWhere(uri, chosen);
  } catch (error) {
    await showError(log, error);
  }
}

function tellWhere(uri: vscode.Uri, { label }: Remedy): void {
  const open = vscode.l10n.t('Open Config');
  void vscode.window
    .showInformationMessage(vscode.l10n.t('{0}: training {1}.', label, path.basename(uri.fsPath)), open)
    .then((choice) => (choice === open ? vscode.window.showTextDocument(uri) : undefined));
}

interface Place {
  readonly uri: vscode.Uri;
  /** What tells it from the config it comes from: `try 2`. */
  readonly name: string;
  readonly dataPath: string;
}

/** A name that nothing has yet, beside the config of the run or beside its data. */
async function changedConfigPlace(
  { experimentPath, dataPath, name }: RunSummary,
  folder: string,
): Promise<Place> {
  const own =
    experimentPath !== undefined && path.dirname(experimentPath) !== folder ? experimentPath : undefined;
  const base = path.dirname(own ?? dataPath);
  const stem = own === undefined ? name : path.basename(own).slice(0, -EXPERIMENT_FILE_SUFFIX.length);
  const root = stem.replace(/ try \d+$/, '');
  for (let number = 1; number < 1000; number++) {
    const uri = vscode.Uri.file(path.join(base, `${root} try ${number}${EXPERIMENT_FILE_SUFFIX}`));
    const isTaken = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!isTaken) return { uri, name: `try ${number}`, dataPath };
  }
  throw new BenchError('io.createConfig', vscode.l10n.t('There are a thousand tries of {0} already.', root));
}
