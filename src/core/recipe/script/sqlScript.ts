// Owns a recipe as an SQL script for DuckDB: what the recipe asked of the database while it ran, step by step, with all
// that was learnt written into it. So the script does what the recipe does; what it cannot do it says.
import * as l10n from '@vscode/l10n';
import type { Split, Target } from '../../../shared/schema/experiment';
import type { FittedStep } from '../../../shared/schema/fittedSteps';
import type { DataIssue } from '../../../shared/schema/profile';
import type { RecipeStep } from '../../../shared/schema/recipeSteps';
import { placementOf, splitPosition } from '../../../shared/schema/stepCatalogue';
import { describeStep, stepTitle } from '../../../shared/stepTexts';
import { isMissingCellSql, type CellSyntax } from '../../data/cells';
import type { CsvSource } from '../../data/csvSource';
import { sqlName, type QueryOptions } from '../../data/database';
import {
  columnOf,
  hiddenColumns,
  numberOf,
  textOf,
  type ColumnKind,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import type { Scan } from '../../data/rowLoader';
import { createWorkbench } from '../../data/workbench';
import { fitRecipeSteps } from '../pipeline';
import { defaultSplit } from '../session/runSteps';
import { splitRelation } from '../splitRelation';
import type { StepContext } from '../steps/step';
import { recordTables, type Recorder } from './recorder';

export interface ScriptJob {
  readonly source: CsvSource;
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target?: Target | undefined;
}

export interface Script {
  readonly text: string;
  /** What the script leaves out, and why. */
  readonly issues: readonly DataIssue[];
}

/** A step, or the split, as it was recorded. */
interface Section {
  /** What its tables are called in the script. */
  readonly name: string;
  readonly about: string;
  /** Undefined for the split. */
  readonly step?: { readonly index: number; readonly fitted: FittedStep };
  readonly before: Relation;
  /** Written down: `from` is the name of a table. */
  readonly after: Relation;
}

/**
 * Runs the recipe on the whole file.
 * @throws BenchError as a run of the recipe does
 */
export async function sqlScript(job: ScriptJob, { signal }: QueryOptions = {}): Promise<Script> {
  const read = await job.source.relation({ signal });
  const scan = await job.source.scan({ signal });
  const recorder = recordTables(read.database);
  const workbench = createWorkbench(recorder.database);
  try {
    const sections = await runRecorded(job, read.relation, { recorder, workbench, signal });
    return render({ job, scan, base: read.relation, recorder, sections });
  } finally {
    workbench.dispose();
  }
}

interface Recording extends QueryOptions {
  readonly recorder: Recorder;
  readonly workbench: StepContext['workbench'];
}

async function runRecorded(job: ScriptJob, base: Relation, recording: Recording): Promise<Section[]> {
  const { recorder, workbench, signal } = recording;
  const { source, steps, target } = job;
  const context = { database: recorder.database, workbench, target, signal, note: (): void => undefined };
  const sections: Section[] = [];
  let before = base;
  const keep = async (section: Omit<Section, 'before' | 'after'>, relation: Relation): Promise<Relation> => {
    const after = await workbench.materialise(relation, { signal });
    sections.push({ ...section, before, after });
    // A step's rows are all that the next one needs: the tables behind them would fill the memory.
    for (const name of recorder.tables.keys()) {
      if (name !== after.from) await recorder.database.rows(`DROP TABLE IF EXISTS ${name}`);
    }
    before = after;
    return after;
  };
  const split = async (relation: Relation): Promise<Relation> => {
    const wanted = job.split ?? defaultSplit(target);
    const parted = await splitRelation(relation, wanted, target, {
      ...context,
      lineOf: (row) => source.lineOf(row, { signal }),
    });
    return keep({ name: 'parted', about: l10n.t('Split: {0}', JSON.stringify(wanted)) }, parted);
  };
  await fitRecipeSteps(steps, base, {
    ...context,
    ...(splitPosition(steps) < steps.length ? { split } : {}),
    onStep: (index, relation, fitted) =>
      keep({ name: `step_${index + 1}`, about: aboutStep(index, fitted), step: { index, fitted } }, relation),
  });
  return sections;
}

function aboutStep(index: number, { step, fit }: FittedStep): string {
  const text = l10n.t('Step {0}: {1}', index + 1, describeStep(step));
  return fit === undefined || fit.rows === 0
    ? text
    : `${text} ${l10n.t('(learnt from {0} train rows)', fit.rows)}`;
}

interface Recorded {
  readonly job: ScriptJob;
  readonly scan: Scan;
  readonly base: Relation;
  readonly recorder: Recorder;
  readonly sections: readonly Section[];
}

interface ScriptTable {
  readonly name: string;
  readonly select: string;
  /** Its rows are put beside others by their order, so they must be computed once. */
  readonly isKept: boolean;
}

function render(recorded: Recorded): Script {
  const { job, scan, base, sections, recorder } = recorded;
  const issues: DataIssue[] = [];
  if (scan.isOfCopy) {
    const message = l10n.t(
      'The script reads the file as plain UTF-8, which it is not. Save it as UTF-8 first.',
    );
    issues.push({ severity: 'warning', code: 'recipe.scriptReadsCopy', message });
  }
  const rowNumber = 'row_number() OVER () - 1 AS rowid';
  const texts = [
    tableText([l10n.t('The file: {0}', legend(base.columns))], {
      name: 'cells',
      select: `SELECT ${rowNumber}, * FROM (${scan.sql})`,
      isKept: true,
    }),
    `${comment(l10n.t('Its rows; texts that mean "no value" are NULL.'))}\nsource AS ${base.from}`,
  ];
  const names = new Map<string, string>();
  const parts = partsOf(recorded);
  for (const section of sections) {
    const { tables, issue } = tablesOfSection(section, parts, { ...recorded, names });
    if (issue !== undefined) issues.push(issue);
    const heading = [section.about, legend(addedColumns(section)), issue?.message ?? ''];
    for (const [index, table] of tables.entries()) {
      texts.push(
        tableText(
          heading.filter((line) => index === 0 && line !== ''),
          table,
        ),
      );
    }
  }
  const last = sections.at(-1);
  const columns = (last?.after ?? base).columns;
  const selected = columns.map(({ id, name }) => `  ${id} AS ${sqlName(name)}`);
  const head = comment(l10n.t('Made by Model Bench for DuckDB 1.5.'));
  const { settings, query: renamed } = withVariables(texts.join(',\n\n'), recorder);
  const { macros, query } = withMacros(renamed, job.source.file.cells);
  const rows = `SELECT\n${selected.join(',\n')}\nFROM ${last?.name ?? 'source'}\nORDER BY ord;`;
  return { text: `${[head, ...macros, ...settings, 'WITH', query, '', rows].join('\n')}\n`, issues };
}

/** How a cell is read, once for all the columns it is read in: the texts alone would hide what a step does. */
function withMacros(
  query: string,
  syntax: CellSyntax,
): { readonly macros: readonly string[]; readonly query: string } {
  const { numbers } = syntax;
  const text = { name: 'x', kind: 'text' } as const;
  // A longer one before those it is made of.
  const readers: readonly (readonly [name: string, sql: (id: string) => string])[] = [
    ['number_as_written', (id) => numberOf({ ...text, id, numbers })],
    ['number_of', (id) => numberOf({ ...text, id })],
    ['text_of', (id) => textOf({ ...text, id })],
    ['present', (id) => `CASE WHEN NOT ${isMissingCellSql(id, syntax)} THEN ${id} END`],
  ];
  const ids = new Set([...query.matchAll(/\bc\d+\b/g)].map(([id]) => id));
  const macros: string[] = [];
  let short = query;
  for (const [name, sql] of readers) {
    if (name === 'number_as_written' && numbers === undefined) continue;
    const before = short;
    for (const id of ids) short = short.replaceAll(sql(id), `${name}(${id})`);
    if (short !== before) macros.push(`CREATE OR REPLACE TEMP MACRO ${name}(x) AS (${sql('x')});`);
  }
  return { macros, query: short };
}

function tableText(about: readonly string[], { name, select, isKept }: ScriptTable): string {
  return [...about.map(comment), `${name} AS ${isKept ? 'MATERIALIZED ' : ''}(${select})`].join('\n');
}

/** In a line of its own, whatever is in a name. */
function comment(text: string): string {
  return `-- ${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;
}

const MAX_LEGEND = 200;

/** Which name stands for which column. */
function legend(columns: readonly RelationColumn[]): string {
  const shown = columns.slice(0, MAX_LEGEND).map(({ id, name }) => `${id} = ${name}`);
  return shown.join(', ') + (columns.length > MAX_LEGEND ? ', …' : '');
}

function addedColumns({ before, after }: Section): RelationColumn[] {
  const old = new Set(before.columns.map(({ id, name }) => `${id} ${name}`));
  return after.columns.filter(({ id, name }) => !old.has(`${id} ${name}`));
}

/**
 * written: the script says the part of each row. unneeded: nothing in it asks for that. unknown: there are too many rows
 * to say it, and something asks.
 */
type Parts = 'written' | 'unneeded' | 'unknown';

function partsOf({ sections, recorder }: Recorded): Parts {
  const split = sections.find(({ step }) => step === undefined);
  if (split === undefined) return 'unneeded';
  const made = tablesBehind(split, recorder);
  const leavesRows = made?.some((name) => /\bWHERE part <> /.test(recorder.tables.get(name)?.select ?? ''));
  const isNeeded = leavesRows !== false || sections.some(needsParts);
  return !isNeeded ? 'unneeded' : made === undefined ? 'unknown' : 'written';
}

/** Steps that treat train rows in another way than the rest. */
function needsParts({ step }: Section): boolean {
  if (step === undefined) return false;
  const written = step.fitted.step;
  return placementOf(written) === 'trainOnly' || written.step === 'targetEncode';
}

function tablesOfSection(
  section: Section,
  parts: Parts,
  { job, base, recorder, names }: Recorded & { readonly names: Map<string, string> },
): { readonly tables: readonly ScriptTable[]; readonly issue?: DataIssue } {
  const { name, step, before, after } = section;
  const made = tablesBehind(section, recorder);
  const isWritten = step === undefined ? parts === 'written' : parts !== 'unknown' || !needsParts(section);
  if (made === undefined || made.length === 0 || !isWritten) {
    const select = step === undefined ? unpartedSql(before, job.target) : passedOnSql(section);
    const table = { name, select: inScript(select, base, names), isKept: false };
    names.set(after.from, name);
    return step === undefined || made?.length === 0
      ? { tables: [table] }
      : { tables: [table], issue: leftOut(step.index, step.fitted.step) };
  }
  for (const [index, own] of made.entries()) {
    names.set(own, own === after.from ? name : `${name}_${letters(index)}`);
  }
  return {
    tables: made.map((own) => ({
      name: names.get(own) ?? own,
      select: inScript(selectOf(own, recorder), base, names),
      isKept: own !== after.from,
    })),
  };
}

/** The tables that the rows after are made of, the rows before apart; undefined where one cannot be written down. */
function tablesBehind({ before, after }: Section, { tables, variables }: Recorder): string[] | undefined {
  const wanted = new Set([after.from]);
  const made: string[] = [];
  // Each is made of earlier ones.
  for (const { name, select } of [...tables.values()].reverse()) {
    if (!wanted.has(name) || name === before.from) continue;
    if (select === undefined) return undefined;
    if (variablesIn(select).some((variable) => variables.get(variable) === undefined)) return undefined;
    for (const [other] of select.matchAll(TABLE_NAME)) if (tables.has(other)) wanted.add(other);
    made.unshift(name);
  }
  return made;
}

/** As the workbench reads its variables. */
const VARIABLE = /\bgetvariable\('(\w+)'\)/g;

function variablesIn(sql: string): string[] {
  return [...sql.matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** Statements that set what the query reads, and the query with names of the script for them. */
function withVariables(
  query: string,
  { variables }: Recorder,
): { readonly settings: readonly string[]; readonly query: string } {
  const names = new Map([...new Set(variablesIn(query))].map((name, i) => [name, `list_${letters(i)}`]));
  const settings = [...names].map(([name, own]) => `SET VARIABLE ${own} = ${variables.get(name) ?? 'NULL'};`);
  const renamed = query.replaceAll(
    VARIABLE,
    (_, name: string) => `getvariable('${names.get(name) ?? name}')`,
  );
  return { settings, query: renamed };
}

/** As the workbench calls its tables; a column made in one has a number behind. */
const TABLE_NAME = /\bbench\d+_\d+(?=\b|_)/g;

function selectOf(name: string, { tables }: Recorder): string {
  const select = tables.get(name)?.select ?? '';
  const counts = new RegExp(`\\b${name}\\b`);
  const isCounted = [...tables.values()].some(
    (other) => other.select !== undefined && counts.test(other.select) && /\browid\b/.test(other.select),
  );
  return isCounted ? `SELECT row_number() OVER () - 1 AS rowid, * FROM (${select})` : select;
}

/** With the names of the script in place of those of the workbench; texts in it stay as they are. */
function inScript(select: string, base: Relation, names: ReadonlyMap<string, string>): string {
  return select
    .replaceAll(base.from, 'source')
    .split(/('(?:[^']|'')*')/)
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replaceAll(TABLE_NAME, (name) => names.get(name) ?? name),
    )
    .join('');
}

/** The rows with a target, their parts unsaid. */
function unpartedSql(before: Relation, target: Target | undefined): string {
  const select = `SELECT *, NULL::UTINYINT AS part FROM ${before.from}`;
  if (target === undefined) return select;
  const column = columnOf(before, target.column);
  return `${select} WHERE (${target.task === 'regression' ? numberOf(column) : textOf(column)}) IS NOT NULL`;
}

/** The rows before the step with the columns behind it, without what it would have done. */
function passedOnSql({ before, after }: Section): string {
  const types = { text: 'VARCHAR', number: 'DOUBLE', datetime: 'TIMESTAMP' } as const;
  const old = new Map(before.columns.map((column) => [column.id, column]));
  const columns = after.columns.map(({ id, kind }) => {
    const found = old.get(id);
    return found?.kind === kind ? id : `${asKind(found, kind) ?? `NULL::${types[kind]}`} AS ${id}`;
  });
  return `SELECT ${[...hiddenColumns(after), ...columns].join(', ')} FROM ${before.from}`;
}

function asKind(column: RelationColumn | undefined, kind: ColumnKind): string | undefined {
  if (column === undefined || kind === 'datetime') return undefined;
  return kind === 'number' ? numberOf(column) : textOf(column);
}

function leftOut(index: number, step: RecipeStep): DataIssue {
  return {
    severity: 'warning',
    code: 'recipe.notInScript',
    message: l10n.t(
      'Step {0} ({1}) is left out of the script: what it does is not computed in SQL.',
      index + 1,
      stepTitle(step.step),
    ),
  };
}

/** a, b, ..., z, aa, ab, ... */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
