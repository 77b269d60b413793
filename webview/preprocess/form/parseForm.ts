// Owns turning what a form holds into a value of its schema, or into words beside the fields that are not right yet.
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import type { FormValues } from './fieldSpec';

export type ParsedForm<T> =
  | { readonly value: T }
  /** By the name of the field; '' is the form as a whole. */
  | { readonly value: undefined; readonly issues: ReadonlyMap<string, string> };

export function parseForm<S extends z.ZodType>(schema: S, values: FormValues): ParsedForm<z.output<S>> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return { value: parsed.data };
  const issues = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? '');
    if (!issues.has(name)) issues.set(name, issueText(issue, valueAt(values, issue.path)));
  }
  return { value: undefined, issues };
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

/** zod's own words are for programmers. */
function issueText(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'array') return l10n.t('At least one is needed.');
      if (issue.origin === 'string') return l10n.t('This is needed.');
      return issue.inclusive === false
        ? l10n.t('Must be more than {0}.', String(issue.minimum))
        : l10n.t('Must be {0} or more.', String(issue.minimum));
    case 'too_big':
      if (issue.origin === 'string') return l10n.t('At most {0} characters.', String(issue.maximum));
      if (issue.origin === 'array') return l10n.t('At most {0}.', String(issue.maximum));
      return issue.inclusive === false
        ? l10n.t('Must be less than {0}.', String(issue.maximum))
        : l10n.t('Must be {0} or less.', String(issue.maximum));
    case 'invalid_type':
      if (value === undefined || value === null) return l10n.t('This is needed.');
      if (issue.expected === 'int') return l10n.t('Must be a whole number.');
      if (issue.expected === 'number') return l10n.t('Must be a number.');
      return issue.message;
    case 'invalid_union':
      return l10n.t('This cannot be read.');
    default:
      return issue.message;
  }
}
