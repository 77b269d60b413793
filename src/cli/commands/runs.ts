// Owns `runs list` and `runs show`.
import * as path from 'node:path';
import * as fs from 'node:fs';
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../../shared/didYouMean';
import { BenchError } from '../../shared/errors';
import { formatNumber, formatScore, headlineScore } from '../../shared/format';
import { isRunId } from '../../shared/ids';
import type { RunSummary } from '../../shared/schema/run';
import type { RunStore } from '../../core/runs/runStore';
import { EXIT_OK, print, printJson, table } from '../output';

interface Options {
  readonly json: boolean;
}

function scoreOf(summary: RunSummary): string {
  const test = summary.test === undefined ? undefined : headlineScore(summary.test);
  if (test !== undefined) return `${test.name} ${formatScore(test)} (test)`;
  const validation = summary.validation === undefined ? undefined : headlineScore(summary.validation);
  return validation === undefined ? '-' : `${validation.name} ${formatScore(validation)} (validation)`;
}

export async function listRuns(store: RunStore, { json }: Options): Promise<number> {
  const { runs, broken } = await store.list();
  if (json) {
    for (const { folder, summary } of runs) printJson({ event: 'run', folder, ...summary });
    for (const run of broken) printJson({ event: 'brokenRun', ...run });
    return EXIT_OK;
  }
  if (runs.length + broken.length === 0) {
    print(l10n.t('No runs in {0}. Start one with: modelbench train <csv> --target <column>', store.root));
    return EXIT_OK;
  }
  const header = [l10n.t('run'), l10n.t('state'), l10n.t('epoch'), l10n.t('score')];
  const rows = runs.map(({ summary }) => [
    summary.runId,
    summary.state,
    `${summary.epoch}/${summary.epochs}`,
    scoreOf(summary),
  ]);
  print(table([header, ...rows]));
  for (const run of broken) print(`${path.basename(run.folder)}  ${run.reason}`);
  return EXIT_OK;
}

/** @param run a run id, or a run's folder */
export async function showRun(store: RunStore, run: string, { json }: Options): Promise<number> {
  const summary = await store.read(runFolderOf(store, run));
  if (json) {
    printJson({ event: 'run', ...summary });
    return EXIT_OK;
  }
  const lines: [string, string | undefined][] = [
    [l10n.t('run'), summary.runId],
    [
      l10n.t('state'),
      summary.endReason === undefined ? summary.state : `${summary.state} (${summary.endReason})`,
    ],
    [l10n.t('data'), summary.dataPath],
    [l10n.t('target'), `${summary.target} (${summary.task})`],
    [l10n.t('epochs'), `${summary.epoch}/${summary.epochs}, ${l10n.t('best {0}', summary.bestEpoch || '-')}`],
    [l10n.t('backend'), summary.backend?.chosen],
    [l10n.t('parameters'), summary.parameters?.toLocaleString('en')],
    ...(['train', 'validation', 'test'] as const).map((split): [string, string | undefined] => [
      split,
      scores(summary[split]),
    ]),
    [
      l10n.t('baseline'),
      summary.baseline && `${summary.baseline.kind}: ${scores(summary.baseline.test) ?? ''}`,
    ],
    ...summary.warnings.map(({ message }): [string, string] => [l10n.t('warning'), message]),
    [l10n.t('error'), summary.error?.message],
    [l10n.t('stderr'), summary.stderrTail],
  ];
  print(table(lines.filter((line): line is [string, string] => line[1] !== undefined)));
  return EXIT_OK;
}

/** @throws BenchError 'cli.unknownRun' */
export function runFolderOf(store: RunStore, run: string): string {
  if (fs.existsSync(path.join(run, 'run.json'))) return path.resolve(run);
  const folder = isRunId(run) ? store.folderOf(run) : undefined;
  if (folder !== undefined && fs.existsSync(folder)) return folder;
  const ids = fs.existsSync(store.root) ? fs.readdirSync(store.root).filter(isRunId) : [];
  const near = didYouMean(run, ids);
  throw new BenchError(
    'cli.unknownRun',
    near === undefined
      ? l10n.t('No run "{0}" in {1}. See: modelbench runs list', run, store.root)
      : l10n.t('No run "{0}" in {1}. Did you mean "{2}"?', run, store.root, near),
  );
}

function scores(values: RunSummary['test']): string | undefined {
  if (values === undefined) return undefined;
  return Object.entries(values)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ');
}
