// Owns the wiring, readable top to bottom: who exists, who knows whom. Nothing here starts a process.
import * as vscode from 'vscode';
import { ConfigCodeLens } from './language/configCodeLens';
import { ConfigDiagnostics } from './language/configDiagnostics';
import { CsvDiagnostics } from './language/csvDiagnostics';
import { DataClient } from './process/dataClient';
import { dataProgram, trainerProgram } from './process/nodeRuntime';
import { RunManager } from './runs/runManager';
import { RunProgress } from './runs/runProgress';
import { ArchitecturePanels } from './views/architecturePanel';
import { MetricsViews } from './views/metricsView';
import { PreprocessPanels } from './views/preprocess/preprocessPanels';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly data: DataClient;
  readonly runs: RunManager;
  readonly progress: RunProgress;
  readonly metrics: MetricsViews;
  readonly architecture: ArchitecturePanels;
  readonly preprocess: PreprocessPanels;
  readonly codeLens: ConfigCodeLens;
}

export function createServices(context: vscode.ExtensionContext): Services {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = own(vscode.window.createOutputChannel('Model Bench', { log: true }));
  const data = own(new DataClient(() => dataProgram(context.extensionPath), log));
  const runs = own(
    new RunManager(
      () => trainerProgram(context.extensionPath),
      { now: () => Date.now() },
      context.workspaceState,
      log,
    ),
  );
  own(new ConfigDiagnostics(data));
  own(new CsvDiagnostics(data, log));
  return {
    context,
    log,
    data,
    runs,
    progress: own(new RunProgress(runs, log)),
    metrics: new MetricsViews(context.extensionUri, runs, log),
    architecture: new ArchitecturePanels(context.extensionUri, data, runs),
    preprocess: own(new PreprocessPanels(context, data, log)),
    codeLens: own(new ConfigCodeLens(data, runs)),
  };
}
