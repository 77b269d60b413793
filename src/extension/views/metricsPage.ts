// Owns one live Metrics page, in the side panel or in an editor tab: the run that is selected, a snapshot when it becomes
// visible, deltas after, at 10 Hz at most. A hidden page costs nothing.
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../shared/disposable';
import { toErrorData } from '../../shared/errors';
import type { SeriesCursor } from '../../shared/metricSeries';
import { serve, type ServerChannel } from '../../shared/protocol/channel';
import { metricsContract, type MetricsContract } from '../../shared/protocol/view';
import type { RunManager } from '../runs/runManager';
import type { RunSession } from '../runs/runSession';
import { loadPage, webviewTransport } from './page';

const FRAME_MS = 100;

interface PageHost {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  readonly onDidDispose: vscode.Event<void>;
}

export class MetricsPage implements Disposable {
  private readonly resources = new DisposableStore();
  private readonly channel: ServerChannel<MetricsContract>;
  private session: RunSession | undefined;
  private sessionListener: Disposable | undefined;
  private cursor: SeriesCursor = new Map();
  /** Of the series as the page has them. */
  private revision = 0;
  private frame: NodeJS.Timeout | undefined;
  private ready = false;

  constructor(
    private readonly host: PageHost,
    private readonly runs: RunManager,
    private readonly log: vscode.LogOutputChannel,
    options: { extensionUri: vscode.Uri; layout: 'side' | 'wide' },
  ) {
    const command = (id: string, ...args: unknown[]): Record<string, never> => {
      void vscode.commands.executeCommand(id, ...args);
      return {};
    };
    const onRun =
      (id: string) =>
      ({ runId }: { runId: string }) =>
        command(id, this.runs.folderOf(runId));
    this.channel = serve(webviewTransport(host.webview, host.onDidDispose), metricsContract, {
      ready: async () => {
        this.ready = true;
        await this.showSelected();
        return {};
      },
      stop: onRun('modelBench.stopRun'),
      pause: onRun('modelBench.pauseRun'),
      resume: onRun('modelBench.resumeRun'),
      tryRemedy: ({ runId, finding, remedy }) =>
        command('modelBench.tryRemedy', this.runs.folderOf(runId), finding, remedy),
      openDashboard: () => command('modelBench.openDashboard'),
      showArchitecture: onRun('modelBench.showArchitecture'),
      openFolder: onRun('modelBench.openRunFolder'),
      showLog: () => command('modelBench.showLog'),
      openConfig: onRun('modelBench.openConfig'),
      train: () => command('modelBench.trainModel'),
      openSample: () => command('modelBench.openSample'),
    });
    this.resources.add(runs.onDidChangeSelection(() => void this.showSelected()));
    this.resources.add(host.onDidDispose(() => this.dispose()));
    loadPage(host.webview, options.extensionUri, {
      page: 'metrics',
      title: vscode.l10n.t('Metrics'),
      layout: options.layout,
    });
  }

  /** Call when the page was shown or hidden: messages to a hidden page may be lost, so it starts from a snapshot. */
  visibilityChanged(): void {
    if (this.host.visible && this.ready) void this.showSelected();
  }

  dispose(): void {
    clearTimeout(this.frame);
    this.sessionListener?.dispose();
    this.resources.dispose();
  }

  private async showSelected(): Promise<void> {
    if (!this.ready) return;
    await this.runs.refresh();
    const folder = this.runs.selectedFolder;
    try {
      this.follow(folder === undefined ? undefined : await this.runs.session(folder));
    } catch (error) {
      this.log.error(`${folder ?? ''}: ${toErrorData(error).message}`);
      this.follow(undefined);
    }
  }

  private follow(session: RunSession | undefined): void {
    this.sessionListener?.dispose();
    this.session = session;
    this.cursor = new Map();
    this.sessionListener = session?.onDidChange(() => this.schedule());
    this.send(true);
  }

  private schedule(): void {
    if (!this.host.visible) return;
    this.frame ??= setTimeout(() => {
      this.frame = undefined;
      this.send(false);
    }, FRAME_MS);
  }

  private send(anew: boolean): void {
    const session = this.session;
    if (session === undefined) {
      this.channel.emit('run', { run: null });
      return;
    }
    const timeLeftMs = session.timeLeftMs();
    const run = session.summary;
    this.channel.emit('run', { run, ...(timeLeftMs === undefined ? {} : { timeLeftMs }) });
    // A run that went on from a checkpoint took points back.
    const reset = anew || session.series.revision !== this.revision;
    if (reset) this.cursor.clear();
    this.revision = session.series.revision;
    const chunks = session.series.takeDelta(this.cursor);
    if (reset || chunks.length > 0) this.channel.emit('series', { runId: run.runId, reset, chunks });
  }
}
