// Owns a recipe as a pandas script: the file read as it is read here, then each step with what it has learnt from the
// train rows written into it. What pandas cannot do alike is left out and said.
import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import { fittedStates, type FittedKind, type FittedStep } from '../../../shared/schema/fittedSteps';
import type { DataIssue, Dialect } from '../../../shared/schema/profile';
import { splitPosition } from '../../../shared/schema/stepCatalogue';
import { describeStep, stepTitle } from '../../../shared/stepTexts';
import type { CellSyntax } from '../../data/cells';
import type { CsvSource } from '../../data/csvSource';
import type { QueryOptions } from '../../data/database';
import { MISSING_TEXTS } from '../../data/missing';
import type { RelationColumn } from '../../data/relation';
import { createWorkbench } from '../../data/workbench';
import { runSteps } from '../session/runSteps';
import { pandasPrelude } from './pandasHelpers';
import { writtenAs } from './pandasExpression';
import { pandasSteps, type PandasContext } from './pandasSteps';
import { pyText, pyTexts } from './python';
import type { Script, ScriptJob } from './sqlScript';

interface DoneStep {
  readonly index: number;
  readonly fitted: FittedStep;
  readonly before: readonly RelationColumn[];
  readonly after: readonly RelationColumn[];
}

/**
 * Runs the recipe on the whole file.
 * @throws BenchError as a run of the recipe does
 */
export async function pandasScript(job: ScriptJob, { signal }: QueryOptions = {}): Promise<Script> {
  const { source } = job;
  const { database, relation: base, issues: found } = await source.relation({ signal });
  const workbench = createWorkbench(database);
  try {
    const lineOf = (row: number): Promise<number | undefined> => source.lineOf(row, { signal });
    const columns = new Map<number, Pick<DoneStep, 'before' | 'after'>>();
    const run = await runSteps(
      { ...job, base, database, workbench, lineOf, signal },
      {
        onStep: ({ summary, before, after }) =>
          columns.set(summary.index, { before: before.columns, after: after.columns }),
      },
    );
    const done = run.steps.flatMap(({ index }, i): DoneStep[] => {
      const [fitted, around] = [run.fitted[i], columns.get(index)];
      return fitted === undefined || around === undefined ? [] : [{ index, fitted, ...around }];
    });
    const later = run.steps.flatMap(({ issues }) =>
      issues.filter(({ code }) => code === 'split.laterThanFold'),
    );
    return render(job, base.columns, done, [...found, ...later]);
  } finally {
    workbench.dispose();
  }
}

function render(
  job: ScriptJob,
  columns: readonly RelationColumn[],
  done: readonly DoneStep[],
  found: readonly DataIssue[],
): Script {
  const issues = found.filter(({ code }) => code === 'split.laterThanFold');
  if (found.some(({ code }) => code === 'data.raggedRows' || code === 'data.malformedRows')) {
    const message = l10n.t('Rows that are broken are read in another way by pandas. Correct the file first.');
    issues.push({ severity: 'warning', code: 'recipe.scriptReadsRows', message });
  }
  const parts = [readLines(job.source, columns)];
  // What pandas leaves out may have made columns that a later step asks for.
  const missing = new Set<string>();
  const splitAt = splitPosition(job.steps);
  for (const { index, fitted, before, after } of done) {
    if (index === splitAt) parts.push(...targetLines(job.target, before));
    const about = [comment(aboutStep(index, fitted))];
    const there = after.map(({ name }) => name).filter((name) => !missing.has(name));
    const written = stepLines(fitted, before, there);
    const isBroken = [...missing].some((name) => written?.join('\n').includes(pyText(name)));
    const lines = isBroken ? undefined : written;
    if (lines === undefined) {
      const issue = leftOut(index, fitted, isBroken);
      issues.push(issue);
      about.push(comment(issue.message));
      const old = new Set(before.map(({ name }) => name));
      for (const { name } of after) if (!old.has(name)) missing.add(name);
    } else about.push(...differences(lines.join('\n')).map(comment));
    parts.push([...about, ...(lines ?? [])].join('\n'));
  }
  const body = parts.join('\n\n');
  const head = comment(l10n.t('Made by Model Bench for pandas 3. It leaves the table in df.'));
  return { text: `${head}\n${pandasPrelude(body)}\n\n\n${body}\n`, issues };
}

/** Rows without target leave before anything is learnt. */
function targetLines(target: ScriptJob['target'], columns: readonly RelationColumn[]): string[] {
  const column = columns.find(({ name }) => name === target?.column);
  if (target === undefined || column === undefined) return [];
  const cell = `df[${pyText(column.name)}]`;
  const value = target.task === 'regression' ? `number(${cell}${writtenAs(column)})` : `text(${cell})`;
  const about = comment(l10n.t('Rows without a value of the target "{0}" are not learnt from.', column.name));
  return [`${about}\ndf = df[${value}.notna()]`];
}

/** Where pandas comes close, and may not be the same. */
function differences(lines: string): string[] {
  const found: string[] = [];
  if (/\bdates\(/.test(lines)) {
    found.push(l10n.t('pandas reads the common forms of dates; a rare one may come out otherwise.'));
  }
  return found;
}

function stepLines(
  { step, fit }: FittedStep,
  columns: readonly RelationColumn[],
  after: readonly string[],
): string[] | undefined {
  const state = Object.hasOwn(fittedStates, step.step)
    ? fittedStates[step.step as FittedKind].parse(fit?.state)
    : undefined;
  // The one place where a kind, its step and its state are known to belong together.
  const writer = pandasSteps[step.step] as (
    step: FittedStep['step'],
    context: PandasContext<never> | { state: unknown; columns: unknown; after: unknown },
  ) => string[] | undefined;
  return writer(step, { state, columns, after });
}

function aboutStep(index: number, { step, fit }: FittedStep): string {
  const text = l10n.t('Step {0}: {1}', index + 1, describeStep(step));
  return fit === undefined || fit.rows === 0
    ? text
    : `${text} ${l10n.t('(learnt from {0} train rows)', fit.rows)}`;
}

function leftOut(index: number, { step }: FittedStep, isBroken: boolean): DataIssue {
  const title = stepTitle(step.step);
  return {
    severity: 'warning',
    code: 'recipe.notInScript',
    message: isBroken
      ? l10n.t('Step {0} ({1}) is left out of the script: a step before it is.', index + 1, title)
      : l10n.t('Step {0} ({1}) is left out of the script: pandas cannot do it alike.', index + 1, title),
  };
}

/** In a line of its own, whatever is in a name. */
function comment(text: string): string {
  return `# ${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;
}

function readLines({ path, file }: CsvSource, columns: readonly RelationColumn[]): string {
  const names = pyTexts(columns.map(({ name }) => name));
  return [
    comment(basename(path)),
    `df = ${readCall(path, file.dialect)}`,
    `df.columns = ${names}`,
    ...missingLines(file.cells),
  ].join('\n');
}

function readCall(path: string, dialect: Dialect): string {
  if (dialect.format === 'parquet') return `pd.read_parquet(${pyText(path)}).astype(str)`;
  const compression = dialect.compression === 'none' ? '' : `, compression=${pyText(dialect.compression)}`;
  if (dialect.format === 'jsonl')
    return `pd.read_json(${pyText(path)}, lines=True, dtype=str${compression}).astype(object)`;
  const quoting = dialect.quote === '' ? 'quoting=3' : `quotechar=${pyText(dialect.quote)}`;
  const options = [
    `sep=${pyText(dialect.delimiter)}`,
    quoting,
    `header=${dialect.hasHeader ? '0' : 'None'}`,
    'dtype=str',
    'keep_default_na=False',
    'on_bad_lines="skip"',
    `encoding=${pyText(encodingOf(dialect.encoding))}`,
  ];
  return `pd.read_csv(${pyText(path)}, ${options.join(', ')}${compression})`;
}

/** As Python calls it; a mark at its start is none of the text. */
function encodingOf(encoding: string): string {
  return /^utf-8/i.test(encoding) ? 'utf-8-sig' : encoding;
}

function missingLines({ missing }: CellSyntax): string[] {
  return [
    `MISSING = ${pyTexts([...MISSING_TEXTS, ...missing])}`,
    'df = df.astype(object).map(lambda v: v if isinstance(v, str) and v.strip(" \\t\\r\\n\\u00a0") not in MISSING else None)',
  ];
}
