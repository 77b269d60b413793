// Entry of the extension host: registers, and does nothing else. What a command does is in commands/, who exists in services.ts.
import '../shared/jitless';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { newExperiment } from './commands/newExperiment';
import { openSample } from './commands/openSample';
import { preprocessCsv } from './commands/preprocessCsv';
import { exportTable, saveRecipe } from './commands/dataTabCommands';
import { pauseRun, resumeRun, tryRemedy } from './commands/resumeRun';
import { deleteRun, openConfig, openRunFolder, showLossCurves, stopRun } from './commands/runCommands';
import { showArchitecture } from './commands/showArchitecture';
import { trainModel } from './commands/trainModel';
import { CONFIG_SELECTOR } from './language/configCodeLens';
import { createServices, type Services } from './services';
import { RunsTree } from './views/runsTree';

type Command = (services: Services, ...args: readonly unknown[]) => unknown;

const COMMANDS: Readonly<Record<string, Command>> = {
  'modelBench.trainModel': (services, uri, target, recipe) => trainModel(services, uri, target, recipe),
  'modelBench.newExperiment': (services, uri, target, recipe) => newExperiment(services, uri, target, recipe),
  'modelBench.preprocessCsv': (services, uri) => preprocessCsv(services, uri),
  'modelBench.exportTable': (services) => exportTable(services),
  'modelBench.saveRecipe': (services) => saveRecipe(services),
  'modelBench.stopRun': (services, run) => stopRun(services, run),
  'modelBench.pauseRun': (services, run) => pauseRun(services, run),
  'modelBench.resumeRun': (services, run) => resumeRun(services, run),
  'modelBench.tryRemedy': (services, run, finding, remedy) => tryRemedy(services, run, finding, remedy),
  'modelBench.deleteRun': (services, run) => deleteRun(services, run),
  'modelBench.refreshRuns': ({ runs }) => runs.refresh(),
  'modelBench.showLossCurves': (services, run) => showLossCurves(services, run),
  'modelBench.openDashboard': ({ metrics }) => metrics.openDashboard(),
  'modelBench.showArchitecture': (services, target) => showArchitecture(services, target),
  'modelBench.openRunFolder': (services, run) => openRunFolder(services, run),
  'modelBench.openConfig': (services, run) => openConfig(services, run),
  'modelBench.openSample': (services) => openSample(services),
  'modelBench.showLog': ({ log }) => log.show(),
};

export function activate(context: vscode.ExtensionContext): void {
  // Shared and core rooms speak through @vscode/l10n; here they get the editor's language.
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });
  const services = createServices(context);
  for (const [id, run] of Object.entries(COMMANDS)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(id, (...args: unknown[]) => run(services, ...args)),
    );
  }
  const tree = vscode.window.createTreeView('modelBench.runs', {
    treeDataProvider: new RunsTree(services.runs),
    showCollapseAll: false,
  });
  context.subscriptions.push(
    tree,
    services.metrics.register(),
    services.architecture.register(),
    services.preprocess.register(),
    vscode.languages.registerCodeLensProvider(CONFIG_SELECTOR, services.codeLens),
  );
  void services.runs.refresh();
}

export function deactivate(): void {
  // Training goes on without this window; everything else was pushed to the subscriptions.
}
