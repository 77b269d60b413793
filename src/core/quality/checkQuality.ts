// Owns making all checks on a file: one after the other, each answered by a status, then the lines of all rows they
// name in one pass over the file.
import { isCancelled, throwIfAborted } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import { splitSchema, type Split, type Target } from '../../shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';
import {
  QUALITY_CHECKS,
  qualityStatusSchema,
  type QualityCheckId,
  type QualityFinding,
  type QualityReport,
  type QualityStatus,
} from '../../shared/schema/quality';
import type { CsvSource } from '../data/csvSource';
import type { QueryOptions } from '../data/database';
import { columnOf } from '../data/relation';
import { createWorkbench } from '../data/workbench';
import { splitColumnOf } from '../recipe/split';
import type { CheckContext, Found, NotMade, NumberCells, PartedRows } from './check';
import { countNumberCells } from './numberCells';
import { partRows } from './partedRows';
import { qualityChecks } from './registry';

export interface QualityOptions extends QueryOptions {
  readonly profile: DatasetProfile;
  readonly target?: Target | undefined;
  /** The one the experiment would use; one at random, stratified for classes, when it is not known yet. */
  readonly split?: Split | undefined;
  /** Milliseconds since 1970: dates behind it have not come yet. */
  readonly nowMs: number;
  /** All, when it is not said. */
  readonly only?: readonly QualityCheckId[] | undefined;
}

/** @throws BenchError recipe.unknownColumn for a target or a split column that is not there, and what reading throws */
export async function checkQuality(source: CsvSource, options: QualityOptions): Promise<QualityReport> {
  const { profile, signal, onProgress } = options;
  const { database } = await source.relation({ signal });
  const workbench = createWorkbench(database);
  try {
    const context = await createContext(source, options, { database, workbench });
    const checks: MadeCheck[] = [];
    const wanted = QUALITY_CHECKS.filter((check) => options.only?.includes(check) ?? true);
    for (const check of wanted) {
      throwIfAborted(signal);
      checks.push({ check, title: qualityChecks[check].title(), made: await make(check, context) });
      onProgress?.(checks.length / wanted.length);
    }
    const lines = await linesOf(checks, source, signal);
    return {
      path: profile.path,
      modifiedMs: profile.modifiedMs,
      rows: profile.rows,
      checks: checks.map((check) => reported(check, lines)),
    };
  } finally {
    workbench.dispose();
  }
}

interface MadeCheck {
  readonly check: QualityCheckId;
  readonly title: string;
  readonly made: readonly Found[] | NotMade;
}

/** A split or a target that does not work is said by the checks that need it; the others are made. */
async function make(check: QualityCheckId, context: CheckContext): Promise<readonly Found[] | NotMade> {
  try {
    return await qualityChecks[check].run(context);
  } catch (error) {
    if (isCancelled(error) || !(error instanceof BenchError) || !error.isBadInput) throw error;
    return { notMade: error.message };
  }
}

async function createContext(
  source: CsvSource,
  { profile, target, split, nowMs, signal }: QualityOptions,
  { database, workbench }: Pick<CheckContext, 'database' | 'workbench'>,
): Promise<CheckContext> {
  const { relation: all } = await source.relation({ signal });
  if (target !== undefined) columnOf(all, target.column);
  const by = split === undefined ? undefined : splitColumnOf(split);
  if (by !== undefined) columnOf(all, by.name);
  const numbers = new Map<string, Promise<NumberCells>>();
  let parted: Promise<PartedRows> | undefined;
  const context: CheckContext = {
    profile,
    target,
    split: split ?? splitSchema.parse({ method: isClasses(target) ? 'stratified' : 'random' }),
    nowMs,
    signal,
    database,
    workbench,
    lineOf: (row) => source.lineOf(row, { signal }),
    query: (sql) => database.rows(sql, { signal }),
    async relation(names) {
      const { relation } = await source.relation({ columns: names, signal });
      return { ...relation, columns: names.map((name) => columnOf(relation, name)) };
    },
    numbers(column: ColumnProfile) {
      const counted = numbers.get(column.name) ?? countNumberCells(context, column);
      numbers.set(column.name, counted);
      return counted;
    },
    parted: () => (parted ??= partRows(context)),
  };
  return context;
}

function isClasses(target: Target | undefined): boolean {
  return target !== undefined && target.task !== 'regression';
}

/** Lines of all rows that are named, by row. */
async function linesOf(
  checks: readonly MadeCheck[],
  source: CsvSource,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, number>> {
  const rows = new Set<number>();
  for (const { made } of checks) {
    if ('notMade' in made) continue;
    for (const finding of made) for (const { row } of finding.rows) rows.add(row);
  }
  const ascending = [...rows].sort((a, b) => a - b);
  const lines = await source.linesOf(ascending, { signal });
  return new Map(lines.map((line, index) => [ascending[index] ?? -1, line]));
}

function reported(
  { check, title, made }: MadeCheck,
  lines: ReadonlyMap<number, number>,
): QualityReport['checks'][number] {
  if ('notMade' in made) return { check, title, status: 'skipped', reason: made.notMade, findings: [] };
  const findings = made.map((found): QualityFinding => ({
    ...found,
    check,
    rows: found.rows.map((row) => {
      const line = lines.get(row.row);
      return line === undefined ? row : { ...row, line };
    }),
  }));
  return { check, title, status: worst(findings), findings };
}

function worst(findings: readonly QualityFinding[]): QualityStatus {
  const order = qualityStatusSchema.options;
  return findings.reduce<QualityStatus>(
    (most, { status }) => (order.indexOf(status) > order.indexOf(most) ? status : most),
    'pass',
  );
}
