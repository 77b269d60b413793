// Owns turning a tree into SQL over the columns of a relation. Types are decided by shared/expression/types.ts; here is
// what they are in SQL. Nothing it writes can make DuckDB throw, but a pattern (pattern.ts checks those).
import {
  childrenOf,
  columnsOfExpression,
  type ComparisonOperator,
  type Expression,
  type ExpressionOf,
} from '../../../shared/expression/ast';
import { expressionError } from '../../../shared/expression/issues';
import { parseExpression } from '../../../shared/expression/parse';
import {
  checkExpression,
  comparisonMode,
  type ComparisonMode,
  type ValueKind,
} from '../../../shared/expression/types';
import type { NumberFormat } from '../../data/cells';
import { sqlText } from '../../data/database';
import { columnOf, type Relation } from '../../data/relation';
import { bindAllSql, bindSql, doubleSql, presentTextSql } from '../../data/scalarSql';
import { checkPattern } from '../pattern';
import type { StepContext } from '../steps/step';
import { calls } from './calls';
import { columnValue, Conversions, isWild, type Binder, type Value } from './values';

export interface CompiledExpression {
  /** number: a finite DOUBLE or NULL. text: never ''. datetime: a TIMESTAMP. boolean: a BOOLEAN. */
  readonly sql: string;
  readonly kind: 'number' | 'text' | 'datetime' | 'boolean';
  /** How numbers are written in the text, where it is a choice of texts of the file. */
  readonly numbers?: NumberFormat | undefined;
}

type CompileContext = Pick<StepContext, 'database' | 'signal'>;

/**
 * Read, typed, its patterns tried.
 * @throws BenchError 'recipe.expression' with `offset` and `length` in its details
 */
export async function compileText(
  text: string,
  relation: Relation,
  context: CompileContext,
): Promise<CompiledExpression> {
  const ast = parsed(text);
  const compiled = compileExpression(ast, relation);
  await requirePatterns(ast, context);
  return compiled;
}

/**
 * A condition as SQL: a BOOLEAN, NULL where nobody can say. Numbers other than 0 and texts such as "yes" hold too.
 * @throws BenchError 'recipe.expression' with `offset` and `length` in its details
 */
export async function compileCondition(
  text: string,
  relation: Relation,
  context: CompileContext,
): Promise<string> {
  const ast = parsed(text);
  const { compiler, value } = compile({ kind: 'not', operand: ast, at: ast.at }, relation);
  await requirePatterns(ast, context);
  return `(NOT ${compiler.to.boolean(value)})`;
}

/** Patterns are taken as they are: compileText tries them first. @throws BenchError 'recipe.expression' */
export function compileExpression(ast: Expression, relation: Relation): CompiledExpression {
  const { compiler, value } = compile(ast, relation);
  switch (value.kind) {
    case 'number':
      return { kind: 'number', sql: compiler.to.finite(value) };
    case 'boolean':
    case 'datetime':
      return { kind: value.kind, sql: value.sql };
    case 'text':
    case 'missing':
      return { kind: 'text', sql: presentTextSql(compiler.to.text(value)) };
    case 'cell':
    case 'pair': {
      const columns = columnsOfExpression(ast).map((name) => columnOf(relation, name));
      const numbers = columns.find((column) => column.numbers !== undefined)?.numbers;
      return { kind: 'text', sql: compiler.to.text(value), numbers };
    }
  }
}

function parsed(text: string): Expression {
  const result = parseExpression(text);
  if ('issues' in result) throw expressionError(result.issues[0]);
  return result.ast;
}

function compile(
  ast: Expression,
  relation: Relation,
): { readonly compiler: Compiler; readonly value: Value } {
  const { kinds, issues } = checkExpression(ast, relation.columns);
  const [issue] = issues;
  if (issue !== undefined) throw expressionError(issue);
  const compiler = new Compiler(relation, kinds);
  return { compiler, value: compiler.value(ast) };
}

async function requirePatterns(ast: Expression, context: CompileContext): Promise<void> {
  for (const pattern of patternsOf(ast)) {
    const issue = await checkPattern(pattern.value, context);
    if (issue !== undefined) throw expressionError({ ...pattern.at, message: issue });
  }
}

/** The patterns of `matches`. */
function patternsOf(ast: Expression): readonly ExpressionOf<'text'>[] {
  const patterns: ExpressionOf<'text'>[] = [];
  const visit = (node: Expression): void => {
    if (node.kind === 'call' && node.name === 'matches' && node.args[1]?.kind === 'text')
      patterns.push(node.args[1]);
    childrenOf(node).forEach(visit);
  };
  visit(ast);
  return patterns;
}

const SQL_COMPARISON: Readonly<Record<ComparisonOperator, string>> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

class Compiler {
  private names = 0;
  private readonly bind: Binder = {
    one: (value, body) => bindSql(`e${this.names++}`, value, body),
    all: (values, body) => bindAllSql(`e${this.names++}`, values, body),
  };
  readonly to = new Conversions(this.bind);

  constructor(
    private readonly relation: Relation,
    private readonly kinds: ReadonlyMap<Expression, ValueKind>,
  ) {}

  value(node: Expression): Value {
    switch (node.kind) {
      case 'number':
        return { kind: 'number', sql: doubleSql(node.value), wild: false };
      case 'text':
        return { kind: 'text', sql: sqlText(node.value) };
      case 'boolean':
        return { kind: 'boolean', sql: String(node.value) };
      case 'missing':
        return { kind: 'missing' };
      case 'column':
        return columnValue(columnOf(this.relation, node.name));
      case 'negate': {
        const operand = this.value(node.operand);
        return { kind: 'number', sql: `(-${this.to.number(operand)})`, wild: isWild(operand) };
      }
      case 'arithmetic':
        return this.arithmetic(node);
      case 'not':
        return condition(`(NOT ${this.boolean(node.operand)})`);
      case 'and':
      case 'or':
        return condition(
          `(${this.boolean(node.left)} ${node.kind.toUpperCase()} ${this.boolean(node.right)})`,
        );
      case 'isMissing':
        return condition(`(${this.to.present(this.value(node.operand))} IS NULL)`);
      case 'compare':
        return condition(this.comparison(this.value(node.left), node.operator, this.value(node.right)));
      case 'between':
        return condition(this.range(node));
      case 'in':
        return condition(this.membership(node));
      case 'call':
        if (node.name === 'if') return this.choice(node);
        if (node.name === 'coalesce') return this.firstPresent(node);
        return calls[node.name](
          node.args.map((arg) => this.value(arg)),
          { to: this.to, bind: this.bind, node },
        );
    }
  }

  private boolean(node: Expression): string {
    return this.to.boolean(this.value(node));
  }

  private arithmetic({ operator, left, right }: ExpressionOf<'arithmetic'>): Value {
    const [l, r] = [this.value(left), this.value(right)];
    const { to } = this;
    switch (operator) {
      case '+':
      case '-':
      case '*':
        return wild(`(${to.number(l)} ${operator} ${to.number(r)})`);
      case '/':
      case '%':
        // x / inf is 0, and x % inf is x: what is missing must not become a number again.
        return wild(`(${to.number(l)} ${operator} ${to.finite(r)})`);
      case '^': {
        const isPositive = right.kind === 'number' && right.value > 0;
        // inf ^ 0 is 1, and so is NaN ^ 0.
        return wild(`pow(${isPositive ? to.number(l) : to.finite(l)}, ${to.finite(r)})`);
      }
    }
  }

  private comparison(left: Value, operator: ComparisonOperator, right: Value): string {
    const mode = comparisonMode(kindOf(left), kindOf(right));
    return mode === undefined ? 'NULL::BOOLEAN' : this.compared(left, SQL_COMPARISON[operator], right, mode);
  }

  private compared(left: Value, operator: string, right: Value, mode: ComparisonMode): string {
    const { to } = this;
    switch (mode) {
      case 'number':
        return `(${to.finite(left)} ${operator} ${to.finite(right)})`;
      case 'text':
        return `(${to.comparedText(left)} ${operator} ${to.comparedText(right)})`;
      case 'boolean':
        return `(${to.boolean(left)} ${operator} ${to.boolean(right)})`;
      case 'datetime':
        return `(${to.datetime(left)} ${operator} ${to.datetime(right)})`;
      case 'cells':
        return this.bind.all([to.pair(left), to.pair(right)], ([l = '', r = '']) => {
          const [x, y] = [`struct_extract(${l}, 'n')`, `struct_extract(${r}, 'n')`];
          const [a, b] = [`struct_extract(${l}, 't')`, `struct_extract(${r}, 't')`];
          return `(CASE WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN ${x} ${operator} ${y} ELSE ${a} ${operator} ${b} END)`;
        });
    }
  }

  private range({ operand, low, high }: ExpressionOf<'between'>): string {
    const values = [operand, low, high].map((node) => this.value(node));
    return this.to.bound(values, ([x = MISSING, least = MISSING, most = MISSING]) => {
      return `(${this.comparison(x, '>=', least)} AND ${this.comparison(x, '<=', most)})`;
    });
  }

  /** Literals of one type are looked up in a list: a long chain of OR takes seconds to plan. */
  private membership({ operand, options }: ExpressionOf<'in'>): string {
    const literals = options.filter(isLiteral).map((option) => this.value(option));
    const others = options.filter((option) => !isLiteral(option)).map((option) => this.value(option));
    return this.to.bound([this.value(operand), ...others], ([x = MISSING, ...rest]) => {
      const lists = { number: [] as string[], text: [] as string[] };
      const tests = rest.map((value) => this.comparison(x, '=', value));
      for (const value of literals) {
        const mode = comparisonMode(kindOf(x), kindOf(value));
        if (mode === 'number') lists.number.push(this.to.finite(value));
        else if (mode === 'text') lists.text.push(this.to.comparedText(value));
        else tests.push(this.comparison(x, '=', value));
      }
      if (lists.number.length > 0) tests.push(inList(lists.number, this.to.finite(x)));
      if (lists.text.length > 0) tests.push(inList(lists.text, this.to.comparedText(x)));
      return `(${tests.join(' OR ')})`;
    });
  }

  /**
   * An unknown condition gives missing, where CASE alone would take the other branch. By index, so that neither the
   * condition is written out twice nor a branch stands in a lambda.
   */
  private choice(node: ExpressionOf<'call'>): Value {
    const [test, then, otherwise] = node.args.map((arg) => this.value(arg));
    if (test === undefined || then === undefined || otherwise === undefined) return MISSING;
    return this.branches(node, [otherwise, then], (branches) => {
      return `list_extract([${branches.join(', ')}], (${this.to.boolean(test)})::INTEGER + 1)`;
    });
  }

  private firstPresent(node: ExpressionOf<'call'>): Value {
    const values = node.args.map((arg): Value => {
      const value = this.value(arg);
      return isWild(value) ? { kind: 'number', sql: this.to.finite(value), wild: false } : value;
    });
    return this.branches(node, values, (branches) => {
      const list = branches.join(', ');
      if (this.kinds.get(node) !== 'cell') return `coalesce(${list})`;
      // A struct of missing readings is not NULL.
      return `list_filter([${list}], lambda p: struct_extract(p, 't') IS NOT NULL)[1]`;
    });
  }

  /** The branches as what they have in common. (The cast is for branches that are all NULL: DuckDB forgets their type.) */
  private branches(
    node: Expression,
    values: readonly Value[],
    sql: (branches: readonly string[]) => string,
  ): Value {
    const { to } = this;
    const chosen = (convert: (value: Value) => string, type: string): string =>
      `(${sql(values.map(convert))})::${type}`;
    switch (this.kinds.get(node)) {
      case 'number':
        return {
          kind: 'number',
          wild: values.some(isWild),
          sql: chosen((value) => to.number(value), 'DOUBLE'),
        };
      case 'text':
        return { kind: 'text', sql: chosen((value) => to.text(value), 'VARCHAR') };
      case 'boolean':
        return { kind: 'boolean', sql: chosen((value) => to.boolean(value), 'BOOLEAN') };
      case 'datetime':
        return { kind: 'datetime', sql: chosen((value) => to.datetime(value), 'TIMESTAMP') };
      case 'cell':
        return { kind: 'pair', sql: chosen((value) => to.pair(value), 'STRUCT(t VARCHAR, n DOUBLE)') };
      default:
        return MISSING;
    }
  }
}

const MISSING: Value = { kind: 'missing' };
const condition = (sql: string): Value => ({ kind: 'boolean', sql });
const wild = (sql: string): Value => ({ kind: 'number', sql, wild: true });

function kindOf(value: Value): ValueKind {
  return value.kind === 'pair' ? 'cell' : value.kind;
}

function inList(list: readonly string[], value: string): string {
  return `list_contains([${list.join(', ')}], ${value})`;
}

function isLiteral(node: Expression): boolean {
  if (node.kind === 'negate') return node.operand.kind === 'number';
  return node.kind === 'number' || node.kind === 'text';
}
