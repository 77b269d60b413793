// Owns tabs that each show one source: opened once, shown again when asked for twice, restored after a reload.
import * as vscode from 'vscode';

export class PanelSet implements vscode.WebviewPanelSerializer {
  private readonly open = new Map<string, vscode.WebviewPanel>();

  /** @param fill puts the page into a new panel and gives it `source.toString()` to keep */
  constructor(
    private readonly viewType: string,
    private readonly fill: (panel: vscode.WebviewPanel, source: vscode.Uri) => void,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(this.viewType, this);
  }

  show(source: vscode.Uri, viewColumn: vscode.ViewColumn): void {
    const shown = this.open.get(source.toString());
    if (shown !== undefined) shown.reveal();
    else
      this.add(
        vscode.window.createWebviewPanel(this.viewType, '', viewColumn, { enableScripts: true }),
        source,
      );
  }

  /** What the tab in front shows, if it is one of these. */
  activeSource(): vscode.Uri | undefined {
    const active = [...this.open].find(([, panel]) => panel.active);
    return active && vscode.Uri.parse(active[0]);
  }

  /** @param state what the page kept; a page without a source cannot be restored and is closed */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const source =
      typeof state === 'object' && state !== null && 'source' in state ? state.source : undefined;
    if (typeof source === 'string' && source !== '') this.add(panel, vscode.Uri.parse(source));
    else panel.dispose();
    return Promise.resolve();
  }

  private add(panel: vscode.WebviewPanel, source: vscode.Uri): void {
    const key = source.toString();
    this.open.set(key, panel);
    panel.onDidDispose(() => this.open.delete(key));
    this.fill(panel, source);
  }
}
