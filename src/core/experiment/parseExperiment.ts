// Owns reading an experiment config from text, or another file with a schema: with errors at line and column. No file
// access.
import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { core, ZodType } from 'zod';
import { didYouMean } from '../../shared/didYouMean';
import { BenchError, type ErrorCode } from '../../shared/errors';
import { experimentSchema, type Experiment } from '../../shared/schema/experiment';
import { keysAt } from './schemaKeys';

/** A problem in the text; offset and length in UTF-16 units, line and column 1-based. */
export interface ConfigIssue {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

export interface ParsedExperiment {
  /** Absent when there is any issue. */
  readonly experiment?: Experiment;
  readonly issues: readonly ConfigIssue[];
}

export interface ParsedConfig<T> {
  /** Absent when there is any issue. */
  readonly value?: T;
  readonly issues: readonly ConfigIssue[];
}

/** Longer values are cut in a message. */
const MAX_FOUND = 40;

type Path = readonly (string | number)[];

/** Parses strict JSON and checks it. Never throws for bad text. */
export function parseExperiment(text: string): ParsedExperiment {
  const { value, issues } = parseConfig(text, experimentSchema);
  return value === undefined ? { issues } : { experiment: value, issues };
}

/** The same for any file with a schema. */
export function parseConfig<T>(text: string, schema: ZodType<T>): ParsedConfig<T> {
  // The mark stays a character, so that offsets are those of the file.
  const bare = text.replace(/^\uFEFF/, ' ');
  if (bare.trim() === '') return { issues: [notJson(text, 0, 0, l10n.t('the file is empty'))] };
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(bare, errors, { disallowComments: true });
  } catch {
    // The parser is recursive: some ten thousand open brackets end its stack.
    return { issues: [notJson(text, 0, 0, l10n.t('it is nested too deeply'))] };
  }
  const first = errors[0];
  if (tree === undefined || first !== undefined) {
    const { offset = 0, length = 0 } = first ?? {};
    const code = first === undefined ? 'ValueExpected' : printParseErrorCode(first.error);
    const reason = syntaxProblem(code, bare.slice(offset, offset + length));
    return { issues: [notJson(text, offset, length, reason)] };
  }
  const forbidden = findKey(tree, '__proto__');
  if (forbidden !== undefined) {
    return { issues: [issueOf(text, forbidden, l10n.t('Unknown key "{0}". Remove it.', '__proto__'))] };
  }
  const repeated = repeatedKeys(tree);
  if (repeated.length > 0) {
    return {
      issues: repeated.map((key) =>
        issueOf(text, key, l10n.t('The key "{0}" is written twice. Remove one.', String(key.value))),
      ),
    };
  }
  const parsed = schema.safeParse(getNodeValue(tree));
  if (parsed.success) return { value: parsed.data, issues: [] };
  return { issues: parsed.error.issues.flatMap((issue) => describe({ text, tree, schema }, issue)) };
}

function notJson(text: string, offset: number, length: number, reason: string): ConfigIssue {
  return issueAt(text, offset, length, l10n.t('This is not JSON: {0}.', reason));
}

/** @param code as jsonc-parser names it */
function syntaxProblem(code: string, found: string): string {
  switch (code) {
    case 'InvalidCommentToken':
      return l10n.t('a comment is not allowed; use a "description"');
    case 'PropertyNameExpected':
    case 'ValueExpected':
      return found === '}' || found === ']'
        ? l10n.t('a value is missing before {0}; remove the comma before it', found)
        : l10n.t('a value or a quoted key was expected');
    case 'ColonExpected':
      return l10n.t('a colon was expected');
    case 'CommaExpected':
      return l10n.t('a comma was expected');
    case 'CloseBraceExpected':
    case 'CloseBracketExpected':
      return l10n.t('a bracket is not closed');
    case 'EndOfFileExpected':
      return l10n.t('the end of the file was expected');
    case 'UnexpectedEndOfString':
    case 'InvalidUnicode':
    case 'InvalidEscapeCharacter':
    case 'InvalidCharacter':
      return l10n.t('a string is not closed, or holds a character that must be escaped');
    default:
      return l10n.t('{0} was not expected', found.slice(0, 40));
  }
}

/** @throws BenchError 'config.invalid' naming the file, line and column of the first problem */
export function requireExperiment(text: string, file: string): Experiment {
  return requireConfig(text, file, { schema: experimentSchema, code: 'config.invalid' });
}

/** @throws BenchError of this code naming the file, line and column of the first problem */
export function requireConfig<T>(
  text: string,
  file: string,
  { schema, code }: { readonly schema: ZodType<T>; readonly code: ErrorCode },
): T {
  const { value, issues } = parseConfig(text, schema);
  if (value !== undefined) return value;
  const [issue] = issues;
  const more = issues.length > 1 ? ` ${l10n.t('({0} more)', issues.length - 1)}` : '';
  throw new BenchError(
    code,
    `${file}:${issue?.line ?? 1}:${issue?.column ?? 1}: ${issue?.message ?? ''}${more}`,
    {
      details: { file, line: issue?.line ?? 1, column: issue?.column ?? 1 },
    },
  );
}

/** The node of a value, for marking it in an editor. */
export function locate(text: string, path: Path): { offset: number; length: number } | undefined {
  const tree = parseTree(text);
  const node = tree && findNodeAtLocation(tree, [...path]);
  return node && { offset: node.offset, length: node.length };
}

interface Checked {
  readonly text: string;
  readonly tree: Node;
  readonly schema: ZodType;
}

function describe({ text, tree, schema }: Checked, issue: core.$ZodIssue): ConfigIssue[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.length === 0 ? l10n.t('the config') : `"${path.join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = didYouMean(key, keysAt(path, getNodeValue(tree), schema));
      const hint = near === undefined ? l10n.t('Remove it.') : didYouMeanText(near);
      return issueOf(
        text,
        propertyNode(tree, path, key),
        `${l10n.t('Unknown key "{0}" in {1}.', key, where)} ${hint}`,
      );
    });
  }
  const node = nearestNode(tree, path);
  if (findNodeAtLocation(tree, path) === undefined) {
    return [issueOf(text, node, l10n.t('{0} is missing; expected {1}.', where, expected(issue)))];
  }
  const message = l10n.t('{0}: expected {1}.', where, expected(issue));
  if (node === tree) return [issueOf(text, node, message)];
  const found = text.slice(node.offset, node.offset + node.length).replaceAll(/\s+/g, ' ');
  const near = nearestValue(issue, node.value);
  return [
    issueOf(
      text,
      node,
      [
        message,
        l10n.t('Found {0}.', found.length > MAX_FOUND ? `${found.slice(0, MAX_FOUND)}…` : found),
        ...(near === undefined ? [] : [didYouMeanText(near)]),
      ].join(' '),
    ),
  ];
}

function didYouMeanText(near: string): string {
  return l10n.t('Did you mean "{0}"?', near);
}

/** What would have been right, as a phrase behind "expected". */
function expected(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? l10n.t('a whole number') : issue.expected;
    case 'invalid_value':
      return listed(issue.values);
    case 'too_small':
      return issue.inclusive === false
        ? l10n.t('more than {0}', String(issue.minimum))
        : counted(issue.origin, issue.minimum, {
            number: () => l10n.t('at least {0}', String(issue.minimum)),
            string: (n) => (n === 1 ? l10n.t('at least 1 character') : l10n.t('at least {0} characters', n)),
            array: (n) => (n === 1 ? l10n.t('at least 1 entry') : l10n.t('at least {0} entries', n)),
          });
    case 'too_big':
      return issue.inclusive === false
        ? l10n.t('less than {0}', String(issue.maximum))
        : counted(issue.origin, issue.maximum, {
            number: () => l10n.t('at most {0}', String(issue.maximum)),
            string: (n) => l10n.t('at most {0} characters', n),
            array: (n) => l10n.t('at most {0} entries', n),
          });
    case 'invalid_union': {
      const options = 'options' in issue ? (issue.options ?? []) : [];
      if (options.length > 0) return listed(options);
      const alternatives = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expected(first)]));
      return [...new Set(alternatives)].join(' | ');
    }
    default:
      return issue.message.replace(/\.$/, '');
  }
}

function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' | ');
}

function counted(
  origin: string,
  limit: number | bigint,
  words: Readonly<Record<'number' | 'string' | 'array', (n: number) => string>>,
): string {
  return words[origin === 'string' || origin === 'array' ? origin : 'number'](Number(limit));
}

function nearestValue(issue: core.$ZodIssue, found: unknown): string | undefined {
  const values =
    issue.code === 'invalid_value' ? issue.values : 'options' in issue ? (issue.options ?? []) : [];
  return typeof found === 'string'
    ? didYouMean(
        found,
        values.filter((value) => typeof value === 'string'),
      )
    : undefined;
}

function nearestNode(tree: Node, path: Path): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return tree;
}

/** The key itself, not its value. */
function propertyNode(tree: Node, path: Path, key: string): Node {
  const value = findNodeAtLocation(tree, [...path, key]);
  return value?.parent?.children?.[0] ?? nearestNode(tree, path);
}

function findKey(node: Node, key: string): Node | undefined {
  const [name] = node.children ?? [];
  if (node.type === 'property' && name?.value === key) return name;
  for (const child of node.children ?? []) {
    const found = findKey(child, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The second and later ones of keys that one object has more than once. */
function repeatedKeys(node: Node): Node[] {
  const seen = new Set<unknown>();
  return (node.children ?? []).flatMap((child): Node[] => {
    const [name] = child.type === 'property' ? (child.children ?? []) : [];
    const isRepeated = name !== undefined && seen.has(name.value);
    if (name !== undefined) seen.add(name.value);
    return [...(isRepeated ? [name] : []), ...repeatedKeys(child)];
  });
}

function issueOf(text: string, node: Node, message: string): ConfigIssue {
  return issueAt(text, node.offset, node.length, message);
}

function issueAt(text: string, offset: number, length: number, message: string): ConfigIssue {
  // An editor does not count the byte order mark.
  const before = text.slice(0, offset).replace(/^\uFEFF/, '');
  const line = before.split('\n').length;
  return { message, offset, length, line, column: before.length - before.lastIndexOf('\n') };
}
