// Owns what the functions of expressions are in SQL. DuckDB throws on ln(0) or sqrt(-1): each function is guarded, so that
// what has no answer is missing.
import { sqlText } from '../../data/database';
import type { ExpressionOf } from '../../../shared/expression/ast';
import type { FunctionName } from '../../../shared/expression/functions';
import { digitsOf } from '../../../shared/expression/types';
import { presentTextSql } from '../../data/scalarSql';
import { isWild, type Binder, type Conversions, type Value } from './values';

interface CallContext {
  readonly to: Conversions;
  readonly bind: Binder;
  readonly node: ExpressionOf<'call'>;
}
type Call = (args: readonly Value[], context: CallContext) => Value;

const NONE: Value = { kind: 'missing' };
const number = (sql: string, wild = false): Value => ({ kind: 'number', sql, wild });
const text = (sql: string): Value => ({ kind: 'text', sql });
const condition = (sql: string): Value => ({ kind: 'boolean', sql });

/** A function that keeps inf and NaN as they are. */
function plainNumber(sql: (x: string) => string): Call {
  return ([x = NONE], { to }) => number(sql(to.number(x)), isWild(x));
}

/** @param where NaN and inf pass it: DuckDB sorts NaN above all numbers */
function guarded(name: string, where: string): Call {
  return ([x = NONE], { to, bind }) => {
    const sql = bind.one(to.number(x), (value) => `(CASE WHEN ${value} ${where} THEN ${name}(${value}) END)`);
    return number(sql, isWild(x));
  };
}

/** Missing when one is missing: DuckDB's own leave NULL out. */
function extreme(name: 'list_min' | 'list_max'): Call {
  return (args, { to, bind }) => {
    const list = `[${args.map((arg) => to.finite(arg)).join(', ')}]`;
    return number(
      bind.one(list, (all) => `(CASE WHEN list_count(${all}) = ${args.length} THEN ${name}(${all}) END)`),
    );
  };
}

function textTest(name: 'contains' | 'starts_with' | 'ends_with'): Call {
  return ([whole = NONE, part = NONE], { to }) => condition(`${name}(${to.text(whole)}, ${to.text(part)})`);
}

function datePart(sql: (date: string) => string): Call {
  return ([date = NONE], { to }) => number(`(${sql(to.datetime(date))})::DOUBLE`);
}

/** if and coalesce are written in compile.ts: their type is that of their branches. */
export const calls: Readonly<Record<Exclude<FunctionName, 'if' | 'coalesce'>, Call>> = {
  abs: plainNumber((x) => `abs(${x})`),
  floor: plainNumber((x) => `floor(${x})`),
  ceil: plainNumber((x) => `ceil(${x})`),
  sqrt: guarded('sqrt', '>= 0'),
  ln: guarded('ln', '> 0'),
  log10: guarded('log10', '> 0'),
  log2: guarded('log2', '> 0'),
  exp: ([x = NONE], { to }) => number(`exp(${to.finite(x)})`, true),
  round: ([x = NONE], { to, node }) => {
    const digits = node.args[1] === undefined ? 0 : (digitsOf(node.args[1]) ?? 0);
    return number(`round(${to.number(x)}, ${digits})`, isWild(x));
  },
  min: extreme('list_min'),
  max: extreme('list_max'),
  length: ([x = NONE], { to }) => number(`length(${to.text(x)})::DOUBLE`),
  lower: ([x = NONE], { to }) => text(`lower(${to.text(x)})`),
  upper: ([x = NONE], { to }) => text(`upper(${to.text(x)})`),
  // A text is never empty: what is, is missing.
  trim: ([x = NONE], { to }) => text(presentTextSql(`trim(${to.text(x)}, ${sqlText(' \t\r\n\u00a0')})`)),
  contains: textTest('contains'),
  startsWith: textTest('starts_with'),
  endsWith: textTest('ends_with'),
  matches: ([x = NONE, pattern = NONE], { to }) =>
    condition(`regexp_matches(${to.text(x)}, ${to.text(pattern)})`),
  replace: ([x = NONE, find = NONE, replacement = NONE], { to }) =>
    text(presentTextSql(`replace(${to.text(x)}, ${to.text(find)}, ${to.text(replacement)})`)),
  // The cast, because DuckDB forgets the type where one is NULL for sure.
  concat: (args, { to }) => text(`(${args.map((arg) => to.text(arg)).join(' || ')})::VARCHAR`),
  number: ([x = NONE], { to }) => number(to.number(x), isWild(x)),
  text: ([x = NONE], { to }) => text(to.text(x)),
  year: datePart((date) => `year(${date})`),
  month: datePart((date) => `month(${date})`),
  day: datePart((date) => `day(${date})`),
  weekday: datePart((date) => `isodow(${date}) - 1`),
  hour: datePart((date) => `hour(${date})`),
  daysBetween: ([from = NONE, until = NONE], { to }) => {
    const [first, last] = [from, until].map((date) => `epoch_us(${to.datetime(date)})::DOUBLE`);
    return number(`((${last} - ${first}) / 8.64e10)`);
  },
};
