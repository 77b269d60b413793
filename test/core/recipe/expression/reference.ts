// Evaluates expressions row by row in plain JavaScript, as slowly and plainly as it can be done: what SQL must agree with.
import type { Expression } from '../../../../src/shared/expression/ast';
import type { ValueKind } from '../../../../src/shared/expression/types';

/** A date is a Date here, so that it is no number. */
export type Plain = number | string | boolean | Date | null;
export type Row = Readonly<Record<string, Plain>>;

const SPACES = /^[ \t\r\n\u00a0]+|[ \t\r\n\u00a0]+$/g;
const trimmed = (text: string): string => text.replace(SPACES, '');
const notEmpty = (text: string): string | null => (text === '' ? null : text);
const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);

function numberOf(value: Plain): number | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    const text = trimmed(value);
    return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) ? finite(Number(text)) : null;
  }
  return value instanceof Date ? value.getTime() : Number(value);
}

function textOf(value: Plain): string | null {
  if (value === null) return null;
  return value instanceof Date ? value.toISOString().slice(0, 19) : String(value);
}

function booleanOf(value: Plain): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return Number(value) !== 0;
  const text = trimmed(value).toLowerCase();
  if (['true', 'yes', 't', 'y', '1'].includes(text)) return true;
  return ['false', 'no', 'f', 'n', '0'].includes(text) ? false : null;
}

function dateOf(value: Plain): Date | null {
  if (value instanceof Date || value === null) return value instanceof Date ? value : null;
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(trimmed(String(value)));
  if (match === null) return null;
  const date = new Date(`${match[0]}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(match[3]) ? null : date;
}

/** By code point, as bytes of UTF-8 compare. */
function order<T extends number | string | boolean>(a: T, b: T): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function lift<A, R>(values: readonly (A | null)[], work: (...present: A[]) => R | null): R | null {
  return values.includes(null) ? null : work(...(values as A[]));
}

export function evaluate(root: Expression, row: Row, kinds: ReadonlyMap<Expression, ValueKind>): Plain {
  const number = (node: Expression): number | null => numberOf(value(node));
  const text = (node: Expression): string | null => textOf(value(node));
  const truth = (node: Expression): boolean | null => booleanOf(value(node));
  const date = (node: Expression): Date | null => dateOf(value(node));

  const compared = (left: Expression, right: Expression): number | null => {
    const sides = [left, right];
    const found = sides.map((side) => kinds.get(side));
    if (found.includes('datetime')) return lift(sides.map(date), (a, b) => order(a.getTime(), b.getTime()));
    if (found.includes('number')) return lift(sides.map(number), order);
    if (found.includes('boolean')) return lift(sides.map(truth), order);
    const numbers = sides.map(number);
    if (!found.includes('text') && !numbers.includes(null)) return lift(numbers, order);
    return lift(
      sides.map((side) => {
        const written = text(side);
        return written === null ? null : trimmed(written);
      }),
      order,
    );
  };
  const both = (a: boolean | null, b: boolean | null): boolean | null =>
    a === false || b === false ? false : a === null || b === null ? null : true;
  const not = (a: boolean | null): boolean | null => (a === null ? null : !a);

  function value(node: Expression): Plain {
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'boolean':
        return node.value;
      case 'missing':
        return null;
      case 'column': {
        const cell = row[node.name] ?? null;
        return typeof cell === 'string' ? notEmpty(trimmed(cell)) : cell;
      }
      case 'negate':
        return lift([number(node.operand)], (x) => finite(-x));
      case 'not':
        return not(truth(node.operand));
      case 'isMissing':
        return value(node.operand) === null;
      case 'and':
        return both(truth(node.left), truth(node.right));
      case 'or':
        return not(both(not(truth(node.left)), not(truth(node.right))));
      case 'arithmetic':
        return lift([number(node.left), number(node.right)], (a, b) => {
          const results = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b, '^': a ** b };
          return finite(results[node.operator]);
        });
      case 'compare':
        return lift([compared(node.left, node.right)], (c) => {
          const results = { '=': c === 0, '!=': c !== 0, '<': c < 0, '<=': c <= 0, '>': c > 0, '>=': c >= 0 };
          return results[node.operator];
        });
      case 'between': {
        const low = compared(node.operand, node.low);
        const high = compared(node.operand, node.high);
        return both(low === null ? null : low >= 0, high === null ? null : high <= 0);
      }
      case 'in': {
        const found = node.options.map((option) => compared(node.operand, option));
        return found.includes(0) ? true : found.includes(null) ? null : false;
      }
      case 'call':
        return call(node.name, node.args, kinds.get(node));
    }
  }

  function converted(node: Expression, kind: ValueKind | undefined): Plain {
    switch (kind) {
      case 'number':
        return number(node);
      case 'boolean':
        return truth(node);
      case 'datetime':
        return date(node);
      default:
        return text(node);
    }
  }

  function call(name: string, args: readonly Expression[], kind: ValueKind | undefined): Plain {
    const [first, second, third] = args as [Expression, Expression, Expression];
    const math = (work: (x: number) => number): number | null =>
      lift([number(first)], (x) => finite(work(x)));
    const part = (work: (d: Date) => number): number | null => lift([date(first)], work);
    switch (name) {
      case 'abs':
      case 'sqrt':
      case 'exp':
      case 'floor':
      case 'ceil':
      case 'log10':
      case 'log2':
        return math((x) => Math[name](x));
      case 'ln':
        return math(Math.log);
      case 'round': {
        const digits = args[1] === undefined ? 0 : (number(args[1]) ?? 0);
        const scale = 10 ** digits;
        return math((x) => (Math.sign(x) * Math.round(Math.abs(x) * scale)) / scale);
      }
      case 'min':
      case 'max':
        return lift(args.map(number), (...all: number[]) => Math[name](...all));
      case 'if': {
        const test = truth(first);
        return test === null ? null : converted(test ? second : third, kind);
      }
      case 'coalesce':
        return args.map((arg) => converted(arg, kind)).find((item) => item !== null) ?? null;
      case 'length':
        return lift([text(first)], (x) => Array.from(x).length);
      case 'lower':
        return lift([text(first)], (x) => x.toLowerCase());
      case 'upper':
        return lift([text(first)], (x) => x.toUpperCase());
      case 'trim':
        return lift([text(first)], (x) => notEmpty(trimmed(x)));
      case 'contains':
        return lift([text(first), text(second)], (x, y) => x.includes(y));
      case 'startsWith':
        return lift([text(first), text(second)], (x, y) => x.startsWith(y));
      case 'endsWith':
        return lift([text(first), text(second)], (x, y) => x.endsWith(y));
      case 'matches':
        return lift([text(first), text(second)], (x, y) => new RegExp(y).test(x));
      case 'replace':
        return lift([text(first), text(second), text(third)], (x, find, other) =>
          notEmpty(find === '' ? x : x.replaceAll(find, () => other)),
        );
      case 'concat':
        return lift(args.map(text), (...all: string[]) => all.join(''));
      case 'number':
        return number(first);
      case 'text':
        return text(first);
      case 'year':
        return part((d) => d.getUTCFullYear());
      case 'month':
        return part((d) => d.getUTCMonth() + 1);
      case 'day':
        return part((d) => d.getUTCDate());
      case 'weekday':
        return part((d) => (d.getUTCDay() + 6) % 7);
      case 'hour':
        return part((d) => d.getUTCHours());
      case 'daysBetween':
        return lift([date(first), date(second)], (a, b) => (b.getTime() - a.getTime()) / 86_400_000);
      default:
        throw new Error(`No reference for ${name}`);
    }
  }

  const result = value(root);
  return result === '' ? null : result;
}
