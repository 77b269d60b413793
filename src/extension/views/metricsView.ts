// Owns the Metrics view of the side panel and the dashboard tab: where MetricsPage is put, and its return after a reload.
import * as vscode from 'vscode';
import type { RunManager } from '../runs/runManager';
import { MetricsPage } from './metricsPage';

export const METRICS_VIEW = 'modelBench.metrics';
const DASHBOARD = 'modelBench.dashboard';

export class MetricsViews implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer {
  private dashboard: vscode.WebviewPanel | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly runs: RunManager,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewViewProvider(METRICS_VIEW, this),
      vscode.window.registerWebviewPanelSerializer(DASHBOARD, this),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = new MetricsPage(view, this.runs, this.log, {
      extensionUri: this.extensionUri,
      layout: 'side',
    });
    view.onDidChangeVisibility(() => page.visibilityChanged());
  }

  openDashboard(): void {
    if (this.dashboard !== undefined) {
      this.dashboard.reveal();
      return;
    }
    this.fill(
      vscode.window.createWebviewPanel(DASHBOARD, vscode.l10n.t('Dashboard'), vscode.ViewColumn.Active, {
        enableScripts: true,
      }),
    );
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.fill(panel);
    return Promise.resolve();
  }

  private fill(panel: vscode.WebviewPanel): void {
    this.dashboard = panel;
    const page = new MetricsPage(panel, this.runs, this.log, {
      extensionUri: this.extensionUri,
      layout: 'wide',
    });
    panel.onDidChangeViewState(() => page.visibilityChanged());
    panel.onDidDispose(() => (this.dashboard = undefined));
  }
}
