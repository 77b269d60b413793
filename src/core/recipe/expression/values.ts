// Owns a value of an expression as SQL, and how it becomes one of another type.
import { isoDateTimeSql } from '../../data/datetimeSql';
import { sqlText } from '../../data/database';
import { numberSql } from '../../data/cells';
import { numberOf, numberTextSql, textOf, type RelationColumn } from '../../data/relation';
import { booleanOfTextSql } from '../../data/scalarSql';

/**
 * number: `wild` where it may be inf or NaN instead of NULL. These stay so through + - * and go where the number is used
 * (finiteSql): a guard around every operator would write out everything twice.
 * cell: a text column; both readings are cheap, so both are written out.
 * pair: a choice of cells, as a struct of both readings.
 */
export type Value =
  | { readonly kind: 'number'; readonly sql: string; readonly wild: boolean }
  | { readonly kind: 'text' | 'boolean' | 'datetime' | 'pair'; readonly sql: string }
  | { readonly kind: 'cell'; readonly text: string; readonly number: string }
  | { readonly kind: 'missing' };

/** @see bindSql and bindAllSql of core/data/scalarSql.ts; every name is another one. */
export interface Binder {
  one(value: string, body: (name: string) => string): string;
  all(values: readonly string[], body: (names: readonly string[]) => string): string;
}

const TRIMMED = sqlText(' \t\r\n\u00a0');

export function columnValue(column: RelationColumn): Value {
  switch (column.kind) {
    case 'number':
      return { kind: 'number', sql: column.id, wild: false };
    case 'datetime':
      return { kind: 'datetime', sql: column.id };
    case 'text':
      return { kind: 'cell', text: `(${textOf(column)})`, number: numberOf(column) };
  }
}

export function isWild(value: Value): boolean {
  return value.kind === 'number' && value.wild;
}

export class Conversions {
  constructor(private readonly bind: Binder) {}

  /** A DOUBLE, NULL, or where the value is wild inf or NaN. */
  number(value: Value): string {
    switch (value.kind) {
      case 'number':
        return value.sql;
      case 'boolean':
        return `(${value.sql})::DOUBLE`;
      case 'text':
        return this.bind.one(value.sql, (text) => `(${numberSql(`trim(${text}, ${TRIMMED})`)})`);
      case 'cell':
        return `(${value.number})`;
      case 'pair':
        return `struct_extract(${value.sql}, 'n')`;
      case 'datetime':
        return `(epoch_us(${value.sql}) / 1000.0)::DOUBLE`;
      case 'missing':
        return 'NULL::DOUBLE';
    }
  }

  /** A finite DOUBLE or NULL. */
  finite(value: Value): string {
    const sql = this.number(value);
    return isWild(value) ? this.bind.one(sql, (x) => `(CASE WHEN isfinite(${x}) THEN ${x} END)`) : sql;
  }

  text(value: Value): string {
    switch (value.kind) {
      case 'number':
        return this.bind.one(this.finite(value), (x) => `(${numberTextSql(x)})`);
      case 'boolean':
        return `(${value.sql})::VARCHAR`;
      case 'text':
        return value.sql;
      case 'cell':
        return value.text;
      case 'pair':
        return `struct_extract(${value.sql}, 't')`;
      case 'datetime':
        return `strftime(${value.sql}, '%Y-%m-%dT%H:%M:%S')`;
      case 'missing':
        return 'NULL::VARCHAR';
    }
  }

  /** A text that is compared: without the space around it. */
  comparedText(value: Value): string {
    return value.kind === 'text' ? `trim(${value.sql}, ${TRIMMED})` : this.text(value);
  }

  boolean(value: Value): string {
    switch (value.kind) {
      case 'boolean':
        return value.sql;
      case 'text':
      case 'cell':
      case 'pair':
        return `(${booleanOfTextSql(this.comparedText(value))})`;
      case 'missing':
        return 'NULL::BOOLEAN';
      case 'number':
      case 'datetime':
        return `(${this.finite(value)} <> 0)`;
    }
  }

  datetime(value: Value): string {
    switch (value.kind) {
      case 'datetime':
        return value.sql;
      case 'missing':
        return 'NULL::TIMESTAMP';
      default:
        return `(${isoDateTimeSql(this.comparedText(value))})`;
    }
  }

  /** What is NULL where the value is missing, whatever its type. */
  present(value: Value): string {
    if (value.kind === 'number') return this.finite(value);
    return value.kind === 'boolean' || value.kind === 'datetime' ? value.sql : this.text(value);
  }

  /** A struct of both readings of a cell. */
  pair(value: Value): string {
    if (value.kind === 'pair') return value.sql;
    return `{'t': ${this.text(value)}, 'n': ${this.number(value)}}`;
  }

  /** The values under names, so that they may be used more than once. */
  bound(values: readonly Value[], body: (values: readonly Value[]) => string): string {
    // Both readings of a cell are cheap enough to be written out.
    const heavy = values.filter((value) => value.kind !== 'missing' && value.kind !== 'cell');
    return this.bind.all(
      heavy.map(({ sql }) => sql),
      (names) => {
        const named = new Map(
          heavy.map((value, i): [Value, Value] => [value, { ...value, sql: names[i] ?? '' }]),
        );
        return body(values.map((value) => named.get(value) ?? value));
      },
    );
  }
}
