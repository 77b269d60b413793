// Owns `check`: what is wrong with a CSV, each finding with its evidence, its lines and a recipe step against it.
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { QualityFinding, QualityReport, Remedy } from '../../shared/schema/quality';
import { openCsv } from '../../core/data/csvSource';
import { checkQuality } from '../../core/quality/checkQuality';
import { EXIT_FAILED, EXIT_OK, print, printJson, profilingProgress, ProgressLine, table } from '../output';
import { readingOf, type ReadingFlags } from '../readingOptions';
import { targetAndSplit } from './targetAndSplit';

export interface CheckOptions extends ReadingFlags {
  readonly target?: string;
  readonly splitColumn?: string;
  readonly strict: boolean;
  readonly json: boolean;
}

export async function check(csv: string, options: CheckOptions): Promise<number> {
  const source = await openCsv(path.resolve(csv), { reading: readingOf(options) });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  try {
    const profile = await source.profile({ onProgress: profilingProgress(progress) });
    const report = await checkQuality(source, {
      profile,
      ...(options.target === undefined ? {} : targetAndSplit(profile, options.target, options.splitColumn)),
      nowMs: Date.now(),
      onProgress: (fraction) => progress.update(() => l10n.t('Checking … {0} %', Math.round(100 * fraction))),
    });
    progress.end();
    if (options.json) printJson({ event: 'quality', ...report });
    else printReport(report);
    const hasFailed = report.checks.some(({ status }) => status === 'fail');
    return options.strict && hasFailed ? EXIT_FAILED : EXIT_OK;
  } finally {
    progress.end();
    source.close();
  }
}

function printReport({ path: file, rows, checks }: QualityReport): void {
  const findings = checks.flatMap((made) => made.findings);
  print(
    l10n.t(
      '{0}: {1} rows, {2} checks, {3} findings',
      file,
      rows.toLocaleString('en'),
      checks.length,
      findings.length,
    ),
  );
  print(
    table([
      [l10n.t('status'), l10n.t('check'), l10n.t('what it looks for')],
      ...checks.map(({ check: name, status, title, reason }) => [
        status,
        name,
        reason === undefined ? title : `${title}: ${reason}`,
      ]),
    ]),
  );
  for (const finding of findings) {
    print();
    printFinding(finding);
  }
}

function printFinding({ check: name, status, message, rows, remedies }: QualityFinding): void {
  print(`${status} [${name}] ${message}`);
  const lines = rows.flatMap(({ line, text }) =>
    line === undefined ? [] : [text === undefined ? String(line) : `${line} "${text}"`],
  );
  if (lines.length > 0) print(`  ${l10n.t('lines: {0}', lines.join(', '))}`);
  for (const remedy of remedies) print(`  ${remedy.label}: ${remedyText(remedy)}`);
}

/** As it stands in a config or a recipe; `enabled` goes without saying. */
function remedyText(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'steps':
      return remedy.steps.map(({ enabled: _, ...step }) => JSON.stringify(step)).join(' ');
    case 'split':
      return JSON.stringify({ split: remedy.split });
    case 'classWeights':
      return JSON.stringify({ training: { classWeights: 'balanced' } });
    case 'ignoreFeature':
      return JSON.stringify({ features: [{ column: remedy.column, use: false }] });
  }
}
