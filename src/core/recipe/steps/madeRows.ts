// Owns train rows that augmentation makes: each starts from a train row, whose cells it has where nothing is said of a
// column. They come behind all other rows, which are not touched, with rid -1.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import type { ValueColumn } from '../../data/database';
import {
  numberOf,
  numberTextSql,
  PART_CODES,
  selectLive,
  type Relation,
  type RelationColumn,
} from '../../data/relation';
import { timestampOfMsSql } from '../../data/scalarSql';
import { growingTable, type GrowingTable } from './chunks';
import { finiteSql } from './numberSql';
import type { StepContext } from './step';

const MAX_MADE_ROWS = 20_000_000;
const CHUNK_ROWS = 2 ** 16;

/** @throws BenchError 'recipe.tooManyRows' */
export function checkMadeRows(count: number): void {
  if (count <= MAX_MADE_ROWS) return;
  throw new BenchError(
    'recipe.tooManyRows',
    l10n.t(
      'This step would make {0} rows; at most {1} can be made. Take fewer, or a sample of the rows before.',
      count,
      MAX_MADE_ROWS,
    ),
  );
}

/** What a made row has in a column, where it is not the cell of the row it started from. */
export interface MadeCell {
  readonly column: RelationColumn;
  /**
   * between: base + share * (other - base), in the plan's `other` and `share`. Else the plan's column of this id; NULL
   * there leaves the cell of the base.
   */
  readonly from: 'between' | { readonly number: string } | { readonly text: string };
}

/**
 * @param plan a table with a made row in each row: `base` is the `ord` of the row it starts from
 * @param rows written down
 */
export async function appendMade(
  plan: string,
  rows: Relation,
  cells: readonly MadeCell[],
  { database, workbench, signal }: StepContext,
): Promise<Relation> {
  const options = { signal };
  const table = workbench.tableName();
  await database.rows(`CREATE TABLE ${table} AS SELECT ${selectLive(rows)} FROM ${rows.from}`, options);
  const between = cells.filter(({ from }) => from === 'between').map(({ column }) => column);
  const numbers = between.map((column, i) => `${numberOf(column)} AS n${i}`);
  const base = `(SELECT ${['ord', ...rows.columns.map(({ id }) => id), ...numbers].join(', ')} FROM ${rows.from})`;
  const made = rows.columns.map((column) => {
    const cell = cells.find((found) => found.column.name === column.name);
    return cell === undefined ? `t.${column.id}` : madeCell(cell, between.indexOf(cell.column));
  });
  const other =
    between.length === 0
      ? ''
      : `JOIN (SELECT ${['ord', ...numbers].join(', ')} FROM ${rows.from}) o ON o.ord = p.other`;
  const last = `(SELECT coalesce(max(ord), -1) FROM ${rows.from})`;
  await database.rows(
    `INSERT INTO ${table} SELECT -1, ${last} + 1 + p.rowid, ${PART_CODES.train}, ${made.join(', ')}
     FROM ${plan} p JOIN ${base} t ON t.ord = p.base ${other} ORDER BY p.rowid`,
    options,
  );
  return { ...rows, from: table };
}

function madeCell({ column, from }: MadeCell, index: number): string {
  const old = `t.${column.id}`;
  if (from !== 'between' && 'text' in from) return `coalesce(p.${from.text}, ${old})`;
  const number =
    from === 'between'
      ? finiteSql(`t.n${index} + p.share * (o.n${index} - t.n${index})`)
      : `p.${from.number}`;
  return `coalesce(${asCell(number, column)}, ${old})`;
}

/** A number the way the column holds them. */
function asCell(number: string, { kind, numbers }: RelationColumn): string {
  switch (kind) {
    case 'number':
      return number;
    case 'datetime':
      return timestampOfMsSql(`round(${number})`);
    case 'text': {
      const text = numberTextSql(`(${number})`);
      return numbers?.decimal === ',' ? `replace(${text}, '.', ',')` : text;
    }
  }
}

interface PlanColumn {
  readonly id: string;
  readonly type: 'DOUBLE' | 'VARCHAR';
}

/** A plan that is written row by row, in chunks. */
export class MadePlan {
  private bases: number[] = [];
  private cells: (number | string | null)[][];

  private constructor(
    private readonly table: GrowingTable,
    private readonly columns: readonly PlanColumn[],
  ) {
    this.cells = columns.map(() => []);
  }

  static async open(columns: readonly PlanColumn[], context: StepContext): Promise<MadePlan> {
    return new MadePlan(await growingTable([{ id: 'base', type: 'BIGINT' }, ...columns], context), columns);
  }

  /** @param base the `ord` of the row it starts from @param cells one a column, in their order */
  add(base: number, cells: readonly (number | string | null)[]): void {
    this.bases.push(base);
    for (const [i, column] of this.cells.entries()) column.push(cells[i] ?? null);
  }

  /** To be awaited now and then, so that the plan does not grow in memory. */
  async flush(least = CHUNK_ROWS): Promise<void> {
    if (this.bases.length < least || this.bases.length === 0) return;
    const columns = this.columns.map(({ id, type }, i): ValueColumn => {
      const values = this.cells[i] ?? [];
      return type === 'DOUBLE'
        ? { id, type, values: values.map((value) => (typeof value === 'number' ? value : NaN)) }
        : { id, type, values: values.map((value) => (typeof value === 'string' ? value : null)) };
    });
    await this.table.append([{ id: 'base', type: 'DOUBLE', values: this.bases }, ...columns]);
    this.bases = [];
    this.cells = this.columns.map(() => []);
  }

  /** @returns the table, whole */
  async close(): Promise<string> {
    await this.flush(0);
    return this.table.name;
  }
}
