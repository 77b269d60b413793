// Owns reading an experiment config from text: the one schema, with errors at line and column. No file access.
import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { core } from 'zod';
import { didYouMean } from '../../shared/didYouMean';
import { BenchError } from '../../shared/errors';
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

type Path = readonly (string | number)[];

/** Parses strict JSON and checks it. Never throws for bad text. */
export function parseExperiment(text: string): ParsedExperiment {
  const bare = text.replace(/^\uFEFF/, ' ');
  const errors: ParseError[] = [];
  const tree = parseTree(bare, errors, { disallowComments: true });
  const first = errors[0];
  if (tree === undefined || first !== undefined) {
    const reason = first === undefined ? l10n.t('The file is empty') : printParseErrorCode(first.error);
    return {
      issues: [
        issueAt(bare, first?.offset ?? 0, first?.length ?? 0, l10n.t('This is not JSON: {0}.', reason)),
      ],
    };
  }
  const forbidden = findKey(tree, '__proto__');
  if (forbidden !== undefined) {
    return { issues: [issueOf(bare, forbidden, l10n.t('Unknown key "{0}". Remove it.', '__proto__'))] };
  }
  const parsed = experimentSchema.safeParse(getNodeValue(tree));
  if (parsed.success) return { experiment: parsed.data, issues: [] };
  return { issues: parsed.error.issues.flatMap((issue) => describe(bare, tree, issue)) };
}

/** @throws BenchError 'config.invalid' naming the file, line and column of the first problem */
export function requireExperiment(text: string, file: string): Experiment {
  const { experiment, issues } = parseExperiment(text);
  if (experiment !== undefined) return experiment;
  const [issue] = issues;
  const more = issues.length > 1 ? ` ${l10n.t('({0} more)', issues.length - 1)}` : '';
  throw new BenchError(
    'config.invalid',
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

function describe(text: string, tree: Node, issue: core.$ZodIssue): ConfigIssue[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const where = path.length === 0 ? l10n.t('the config') : `"${path.join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = didYouMean(key, keysAt(path, getNodeValue(tree)));
      const hint = near === undefined ? l10n.t('Remove it.') : l10n.t('Did you mean "{0}"?', near);
      return issueOf(
        text,
        propertyNode(tree, path, key),
        `${l10n.t('Unknown key "{0}" in {1}.', key, where)} ${hint}`,
      );
    });
  }
  const node = nearestNode(tree, path);
  if (issue.code === 'invalid_type' && issue.input === undefined && !findNodeAtLocation(tree, path)) {
    return [issueOf(text, node, l10n.t('{0} is missing; expected {1}.', where, issue.expected))];
  }
  const found =
    node === tree
      ? ''
      : ` ${l10n.t('Found {0}.', text.slice(node.offset, node.offset + Math.min(node.length, 40)))}`;
  return [issueOf(text, node, `${l10n.t('{0}: {1}.', where, expectation(issue))}${found}`)];
}

function expectation(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return l10n.t('expected {0}', issue.expected);
    case 'invalid_value':
      return l10n.t('expected {0}', issue.values.map((value) => JSON.stringify(value)).join(' | '));
    case 'too_small':
      return issue.inclusive === false
        ? l10n.t('expected more than {0}', String(issue.minimum))
        : l10n.t('expected at least {0}', String(issue.minimum));
    case 'too_big':
      return issue.inclusive === false
        ? l10n.t('expected less than {0}', String(issue.maximum))
        : l10n.t('expected at most {0}', String(issue.maximum));
    default:
      return issue.message.replace(/\.$/, '');
  }
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

function issueOf(text: string, node: Node, message: string): ConfigIssue {
  return issueAt(text, node.offset, node.length, message);
}

function issueAt(text: string, offset: number, length: number, message: string): ConfigIssue {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { message, offset, length, line, column: offset - before.lastIndexOf('\n') };
}
