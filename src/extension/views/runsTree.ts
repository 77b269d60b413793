// Owns the Runs tree: what every run is, how it ended and what it scored.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { assertNever } from '../../shared/errors';
import { formatDuration } from '../../shared/format';
import type { RunState, RunSummary } from '../../shared/schema/run';
import type { BrokenRun, ListedRun } from '../../core/runs/runStore';
import type { RunManager } from '../runs/runManager';
import { scoreText, stateText } from '../runs/runText';

export type RunItem = ListedRun | BrokenRun;

export function isListedRun(item: unknown): item is ListedRun {
  return typeof item === 'object' && item !== null && 'summary' in item && 'folder' in item;
}

export class RunsTree implements vscode.TreeDataProvider<RunItem> {
  readonly onDidChangeTreeData: vscode.Event<void>;

  constructor(private readonly runs: RunManager) {
    this.onDidChangeTreeData = runs.onDidChangeRuns;
  }

  async getChildren(): Promise<RunItem[]> {
    if (this.runs.runs.length === 0) await this.runs.refresh();
    return [...this.runs.runs, ...this.runs.broken];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(item: RunItem): vscode.TreeItem {
    const tree = new vscode.TreeItem(path.basename(item.folder));
    tree.id = item.folder;
    if (!isListedRun(item)) {
      tree.description = vscode.l10n.t('unreadable');
      tree.tooltip = item.reason;
      tree.iconPath = new vscode.ThemeIcon('warning');
      tree.contextValue = 'run.broken';
      return tree;
    }
    const { summary } = item;
    tree.label = summary.name;
    tree.description = describe(summary);
    tree.tooltip = tooltip(summary);
    tree.iconPath = icon(summary.state);
    tree.contextValue = summary.state === 'running' ? 'run.running' : 'run.ended';
    tree.accessibilityInformation = {
      label: `${summary.name}, ${stateText(summary.state)}, ${describe(summary)}`,
    };
    tree.command = {
      command: 'modelBench.showLossCurves',
      title: vscode.l10n.t('Show Loss Curves'),
      arguments: [item],
    };
    return tree;
  }
}

function describe(summary: RunSummary): string {
  const progress =
    summary.state === 'running'
      ? vscode.l10n.t('epoch {0}/{1}', summary.epoch, summary.epochs)
      : stateText(summary.state);
  const when = new Date(summary.createdMs).toLocaleString(vscode.env.language, {
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return [progress, scoreText(summary), when].filter((part) => part !== undefined).join(' · ');
}

function tooltip(summary: RunSummary): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const line = (name: string, value: string | undefined): void => {
    if (value === undefined) return;
    text.appendText(`${name}: ${value}`);
    text.appendMarkdown('  \n');
  };
  line(vscode.l10n.t('Run'), summary.runId);
  line(vscode.l10n.t('State'), stateText(summary.state));
  line(vscode.l10n.t('Target'), `${summary.target} (${summary.task})`);
  line(vscode.l10n.t('Data'), summary.dataPath);
  line(vscode.l10n.t('Backend'), summary.backend?.chosen);
  line(vscode.l10n.t('Epochs'), `${summary.epoch}/${summary.epochs}`);
  line(vscode.l10n.t('Score'), scoreText(summary));
  line(
    vscode.l10n.t('Took'),
    summary.endedMs === undefined ? undefined : formatDuration(summary.endedMs - summary.createdMs),
  );
  line(vscode.l10n.t('Error'), summary.error?.message);
  return text;
}

function icon(state: RunState): vscode.ThemeIcon {
  switch (state) {
    case 'running':
      return new vscode.ThemeIcon('sync~spin');
    case 'completed':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'stopped':
      return new vscode.ThemeIcon('debug-stop');
    case 'failed':
    case 'crashed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    default:
      return assertNever(state);
  }
}
