// Owns what is said of runs outside the views: a notification with Cancel for a run started here, one status bar item
// while anything trains, and one message at the end.
import * as vscode from 'vscode';
import type { Disposable } from '../../shared/disposable';
import { formatDuration, formatNumber } from '../../shared/format';
import type { RunSummary } from '../../shared/schema/run';
import { offer, showError, showLogAction, type Action } from '../ui';
import { scoreText } from './runText';
import type { RunManager } from './runManager';
import type { RunSession } from './runSession';

export class RunProgress implements Disposable {
  private readonly subscriptions: Disposable[] = [];
  private readonly item: vscode.StatusBarItem;

  constructor(
    private readonly runs: RunManager,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item = vscode.window.createStatusBarItem('modelBench.running', vscode.StatusBarAlignment.Left);
    this.item.name = vscode.l10n.t('Model Bench runs');
    this.item.command = 'modelBench.showLossCurves';
    this.subscriptions.push(
      this.item,
      runs.onDidChangeRuns(() => this.updateItem()),
      runs.onDidEndRun((session) => void this.report(session)),
    );
  }

  /** Shows a run's progress until it ends; Cancel stops it. */
  show(session: RunSession): void {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Training {0}', session.summary.name),
      cancellable: true,
    };
    void vscode.window.withProgress(options, async (progress, token) => {
      let shown = 0;
      token.onCancellationRequested(() => {
        progress.report({ message: vscode.l10n.t('stopping after this batch') });
        session.stop().catch((error: unknown) => void showError(this.log, error));
      });
      const listener = session.onDidChange(() => {
        const { epoch, epochs } = session.summary;
        const percent = (100 * epoch) / Math.max(1, epochs);
        progress.report({ message: progressText(session), increment: percent - shown });
        shown = percent;
      });
      await session.ended.catch(() => undefined);
      listener.dispose();
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private updateItem(): void {
    const [first, ...others] = this.runs.running;
    if (first === undefined) {
      this.item.hide();
      return;
    }
    const { summary } = first;
    this.item.text = `$(sync~spin) ${summary.name} ${summary.epoch}/${summary.epochs}${others.length === 0 ? '' : ` +${others.length}`}`;
    this.item.tooltip = vscode.l10n.t('Model Bench is training. Click to see the loss curves.');
    this.item.show();
  }

  private async report(session: RunSession): Promise<void> {
    const { summary, folder } = session;
    const curves: Action = {
      title: vscode.l10n.t('Show Loss Curves'),
      run: () => vscode.commands.executeCommand('modelBench.showLossCurves', folder),
    };
    if (summary.error !== undefined) {
      const message = `${summary.name}: ${summary.error.message}`;
      await offer(vscode.window.showErrorMessage, message, [curves, showLogAction()]);
      return;
    }
    await offer(vscode.window.showInformationMessage, endText(summary), [curves]);
  }
}

function progressText(session: RunSession): string {
  const { summary } = session;
  if (summary.epoch === 0) return vscode.l10n.t('preparing');
  const left = session.timeLeftMs();
  const parts = [
    vscode.l10n.t('epoch {0} of {1}', summary.epoch, summary.epochs),
    vscode.l10n.t('loss {0}', formatNumber(summary.train?.loss ?? NaN)),
    left === undefined ? undefined : vscode.l10n.t('at most {0} left', formatDuration(left)),
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

function endText(summary: RunSummary): string {
  const score = scoreText(summary) ?? vscode.l10n.t('no score');
  return summary.state === 'stopped'
    ? vscode.l10n.t('{0} was stopped after epoch {1}: {2}.', summary.name, summary.epoch, score)
    : vscode.l10n.t('{0} is trained: {1}.', summary.name, score);
}
