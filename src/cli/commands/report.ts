// Owns `report`: what a run ended with, readably or as it is kept.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import { formatInterval } from '../../shared/formatInterval';
import { metricLabel } from '../../shared/metricTexts';
import { metricNameSchema } from '../../shared/schema/experiment';
import type { HeldOutName, IntervalScores, RunReport } from '../../shared/schema/report';
import { readReport } from '../../core/runs/readReport';
import type { RunStore } from '../../core/runs/runStore';
import { EXIT_OK, print, printJson, table } from '../output';
import { detailBlocks, type Block } from './reportDetails';
import { runFolderOf } from './runs';

const SPLITS = ['validation', 'test'] as const;

/** @param run a run id, or a run's folder @throws BenchError 'cli.unknownRun', 'cli.noReport', 'run.unreadable' */
export async function showReport(
  store: RunStore,
  run: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const folder = runFolderOf(store, run);
  const report = await readReport(folder);
  if (report === undefined) {
    throw new BenchError(
      'cli.noReport',
      l10n.t(
        '{0} has no report: the run is not finished, failed, or is of an older version. Train again.',
        folder,
      ),
    );
  }
  if (json) {
    printJson({ event: 'report', ...report });
    return EXIT_OK;
  }
  print(report.verdict.text);
  for (const caution of report.verdict.cautions) print(`  ${caution}`);
  print(l10n.t('{0} decides. {1}', metricLabel(report.primary.metric), report.primary.reason));
  const blocks = [modelsBlock(report), scoresBlock(report), ...detailBlocks(report), endBlock(report)];
  for (const block of blocks) if (block !== undefined) printBlock(block);
  return EXIT_OK;
}

function printBlock({ title, rows }: Block): void {
  print();
  print(title);
  print(
    table(rows)
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n'),
  );
}

function shownSplits(report: RunReport): HeldOutName[] {
  return SPLITS.filter((name) => report[name] !== undefined);
}

function heading(report: RunReport, names: readonly HeldOutName[]): string[] {
  return names.map((name) =>
    name === 'test'
      ? l10n.t('test ({0} rows)', report.test?.rows ?? 0)
      : l10n.t('validation ({0} rows)', report.validation?.rows ?? 0),
  );
}

function modelsBlock(report: RunReport): Block | undefined {
  const splits = shownSplits(report);
  if (splits.length === 0) return undefined;
  const { metric } = report.primary;
  const cell = (scores: IntervalScores | undefined): string => {
    const score = scores?.[metric];
    return score === undefined ? '-' : formatInterval(score);
  };
  return {
    title: l10n.t('{0} of each model, with 95 % intervals', metricLabel(metric)),
    rows: [
      ['', ...heading(report, splits)],
      [l10n.t('this network'), ...splits.map((name) => cell(report[name]?.scores))],
      ...report.baselines.map((baseline) =>
        baseline.state === 'failed'
          ? [baseline.name, baseline.reason]
          : [baseline.name, ...splits.map((name) => cell(baseline[name]))],
      ),
    ],
  };
}

function scoresBlock(report: RunReport): Block | undefined {
  const splits = shownSplits(report);
  const names = metricNameSchema.options.filter((name) =>
    splits.some((split) => report[split]?.scores[name] !== undefined),
  );
  if (names.length === 0) return undefined;
  const rows = names.map((name) => [
    metricLabel(name),
    ...splits.map((split) => {
      const score = report[split]?.scores[name];
      return score === undefined ? '-' : formatInterval(score);
    }),
  ]);
  return {
    title: l10n.t('Scores of this network, with 95 % intervals'),
    rows: [['', ...heading(report, splits)], ...rows],
  };
}

function endBlock({ leftOut, notes }: RunReport): Block | undefined {
  const rows = [
    ...leftOut.map(({ part, message }) => [l10n.t('left out: {0}', part), message]),
    ...notes.map((note) => [l10n.t('note'), note]),
  ];
  return rows.length === 0 ? undefined : { title: l10n.t('What to know'), rows };
}
