// Owns the types of expressions: what a tree is over given columns, and where it does not fit together. What it decides
// here is what core/recipe/expression turns into SQL.
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../didYouMean';
import { childrenOf, type Expression, type ExpressionOf } from './ast';
import { signatureOf, signatureText, type ParameterKind } from './functions';
import { issueAt, type ExpressionIssue } from './issues';

/**
 * cell: a text column as it comes from the file. It is a number where a number is wanted, and a text where a text is.
 * text: a text for sure (a literal, or what a text function gives).
 * missing: the word `missing`.
 */
export type ValueKind = 'number' | 'text' | 'cell' | 'boolean' | 'datetime' | 'missing';

export interface ExpressionColumn {
  readonly name: string;
  /** unknown: before there is data; it is taken for a text column, and never an issue. */
  readonly kind: 'text' | 'number' | 'datetime' | 'unknown';
}

export interface CheckedExpression {
  readonly kind: ValueKind;
  readonly issues: readonly ExpressionIssue[];
  /** Of every node of the tree. */
  readonly kinds: ReadonlyMap<Expression, ValueKind>;
}

/** As what two values are compared. cells: as numbers where both are numbers, else as texts. */
export type ComparisonMode = 'number' | 'text' | 'boolean' | 'datetime' | 'cells';

/** A date as ISO 8601 writes it, with or without a time: what a text must be to be compared with a date. */
const ISO_DATE = /^\d{4}([-/])\d{1,2}(\1\d{1,2}([T ]\s*\d{1,2}:\d{2}.*)?)?$/;
const BOOLEAN_TEXTS: ReadonlySet<string> = new Set([
  'true',
  'false',
  'yes',
  'no',
  't',
  'f',
  'y',
  'n',
  '1',
  '0',
]);

/** @returns undefined when they cannot be compared */
export function comparisonMode(left: ValueKind, right: ValueKind): ComparisonMode | undefined {
  const kinds = [left, right];
  if (kinds.includes('missing')) return undefined;
  if (kinds.includes('datetime')) {
    return kinds.includes('number') || kinds.includes('boolean') ? undefined : 'datetime';
  }
  if (kinds.includes('number')) return 'number';
  if (kinds.includes('boolean')) return 'boolean';
  return kinds.includes('text') ? 'text' : 'cells';
}

/** What the branches of if and coalesce are together, or undefined when they do not go together. */
export function commonKind(kinds: readonly ValueKind[]): ValueKind | undefined {
  const present = new Set(kinds.filter((kind) => kind !== 'missing'));
  const [only = 'missing'] = present;
  if (present.size <= 1) return only;
  if (present.has('datetime')) {
    return present.has('number') || present.has('boolean') ? undefined : 'datetime';
  }
  if (present.has('text')) return 'text';
  return present.has('number') ? 'number' : 'boolean';
}

/** @param columns those there are at this step */
export function checkExpression(ast: Expression, columns: readonly ExpressionColumn[]): CheckedExpression {
  const checker = new Checker(columns);
  return { kind: checker.visit(ast), issues: checker.issues, kinds: checker.kinds };
}

class Checker {
  readonly issues: ExpressionIssue[] = [];
  readonly kinds = new Map<Expression, ValueKind>();
  private readonly columns: ReadonlyMap<string, ExpressionColumn>;

  constructor(columns: readonly ExpressionColumn[]) {
    this.columns = new Map(columns.map((column) => [column.name, column]));
  }

  visit(node: Expression): ValueKind {
    for (const child of childrenOf(node)) this.visit(child);
    const kind = this.kindOf(node);
    this.kinds.set(node, kind);
    return kind;
  }

  /** Of a child, which was visited before. */
  private kindAt(node: Expression): ValueKind {
    return this.kinds.get(node) ?? 'missing';
  }

  private kindOf(node: Expression): ValueKind {
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'boolean':
      case 'missing':
        return node.kind;
      case 'column':
        return this.column(node);
      case 'negate':
        this.expect(node.operand, 'number');
        return 'number';
      case 'arithmetic':
        this.expect(node.left, 'number');
        this.expect(node.right, 'number');
        return 'number';
      case 'not':
        this.expect(node.operand, 'boolean');
        return 'boolean';
      case 'and':
      case 'or':
        this.expect(node.left, 'boolean');
        this.expect(node.right, 'boolean');
        return 'boolean';
      case 'isMissing':
        return 'boolean';
      case 'compare':
        this.compare(node.left, node.right);
        return 'boolean';
      case 'between':
        this.compare(node.operand, node.low);
        this.compare(node.operand, node.high);
        return 'boolean';
      case 'in':
        for (const option of node.options) this.compare(node.operand, option);
        return 'boolean';
      case 'call':
        return this.call(node);
    }
  }

  private column(node: ExpressionOf<'column'>): ValueKind {
    const column = this.columns.get(node.name);
    if (column !== undefined)
      return column.kind === 'unknown' || column.kind === 'text' ? 'cell' : column.kind;
    const names = [...this.columns.keys()];
    const near = didYouMean(node.name, names);
    const message =
      near === undefined
        ? l10n.t(
            'There is no column "{0}" at this step; there are {1}. A text goes in quotes.',
            node.name,
            names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : ''),
          )
        : l10n.t('There is no column "{0}" at this step. Did you mean "{1}"?', node.name, near);
    this.issues.push(issueAt(node.at, message, near));
    return 'cell';
  }

  private call(node: ExpressionOf<'call'>): ValueKind {
    const { parameters, result } = signatureOf(node.name);
    for (const [i, arg] of node.args.entries()) {
      const [, wanted] = parameters[Math.min(i, parameters.length - 1)] ?? ['', 'any'];
      this.expect(arg, wanted, signatureText(node.name));
    }
    if (result !== 'branches') return result;
    const branches = branchesOf(node);
    const kinds = branches.map((branch) => this.kindAt(branch));
    const common = commonKind(kinds);
    if (common === undefined) {
      this.issues.push(
        issueAt(
          node.at,
          l10n.t('A date and a number do not go together in {0}. Give both the same type.', node.name),
        ),
      );
      return 'missing';
    }
    if (common === 'datetime') for (const branch of branches) this.expect(branch, 'datetime');
    return common;
  }

  private compare(left: Expression, right: Expression): void {
    const missing = [left, right].find((side) => side.kind === 'missing');
    if (missing !== undefined) {
      this.issues.push(
        issueAt(missing.at, l10n.t('Nothing equals missing. Write: is missing, or: is not missing.')),
      );
      return;
    }
    const [leftKind, rightKind] = [this.kindAt(left), this.kindAt(right)];
    if (leftKind === 'missing' || rightKind === 'missing') return;
    const empty = [left, right].find((side) => side.kind === 'text' && side.value.trim() === '');
    if (empty !== undefined) {
      this.issues.push(
        issueAt(empty.at, l10n.t('An empty text is missing. Write: is missing, or: is not missing.')),
      );
      return;
    }
    const mode = comparisonMode(leftKind, rightKind);
    if (mode === 'text' || mode === 'cells') return;
    // Only a date cannot be compared with everything.
    this.expect(left, mode ?? 'datetime');
    this.expect(right, mode ?? 'datetime');
  }

  /** Says so where a value can never be what is wanted. */
  private expect(node: Expression, wanted: ParameterKind, where?: string): void {
    const kind = this.kindAt(node);
    const expected = expectedText(node, kind, wanted);
    if (expected === undefined) return;
    const message = l10n.t('Expected {0}, found {1}.', expected, foundText(node, kind));
    this.issues.push(issueAt(node.at, where === undefined ? message : `${where}: ${message}`));
  }
}

/** The values of if and coalesce that may be its result. */
export function branchesOf(node: ExpressionOf<'call'>): readonly Expression[] {
  return node.name === 'if' ? node.args.slice(1) : node.args;
}

/** What is wanted, in words, when the value can never be it. */
function expectedText(node: Expression, kind: ValueKind, wanted: ParameterKind): string | undefined {
  const literal = node.kind === 'text' ? node.value.trim() : undefined;
  switch (wanted) {
    case 'any':
    case 'text':
      return undefined;
    case 'number':
      if (kind === 'datetime') return l10n.t('a number (days between two dates: daysBetween)');
      return literal !== undefined && !isNumberText(literal) ? l10n.t('a number') : undefined;
    case 'boolean':
      if (kind === 'datetime') return l10n.t('a condition');
      return literal !== undefined && !BOOLEAN_TEXTS.has(literal.toLowerCase())
        ? l10n.t('a condition')
        : undefined;
    case 'datetime':
      if (kind === 'number' || kind === 'boolean') return l10n.t('a date');
      return literal !== undefined && !ISO_DATE.test(literal)
        ? l10n.t('a date such as "2020-12-31"')
        : undefined;
    case 'pattern':
      return node.kind === 'text' ? undefined : l10n.t('a pattern in quotes');
    case 'digits':
      return digitsOf(node) === undefined ? l10n.t('a whole number from -15 to 15') : undefined;
  }
}

function isNumberText(text: string): boolean {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text));
}

/** Digits of round as they are written, or undefined when they are no such number. */
export function digitsOf(node: Expression): number | undefined {
  const [sign, number] = node.kind === 'negate' ? [-1, node.operand] : [1, node];
  if (number.kind !== 'number' || !Number.isInteger(number.value) || number.value > 15) return undefined;
  return sign * number.value + 0;
}

function foundText(node: Expression, kind: ValueKind): string {
  if (node.kind === 'text') return `"${node.value}"`;
  switch (kind) {
    case 'number':
      return node.kind === 'number' ? String(node.value) : l10n.t('a number');
    case 'text':
    case 'cell':
      return l10n.t('a text');
    case 'boolean':
      return l10n.t('a condition');
    case 'datetime':
      return l10n.t('a date');
    case 'missing':
      return 'missing';
  }
}
