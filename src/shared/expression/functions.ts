// Owns the functions of expressions: names, parameters, results and what they do in words. What they are in SQL is in
// core/recipe/expression.
import * as l10n from '@vscode/l10n';

/**
 * pattern: a text as written, in RE2 syntax. digits: a whole number as written, -15 to 15. any: whatever there is.
 */
export type ParameterKind = 'number' | 'text' | 'boolean' | 'datetime' | 'any' | 'pattern' | 'digits';

export interface FunctionSignature {
  /** Name and kind of each. */
  readonly parameters: readonly (readonly [name: string, kind: ParameterKind])[];
  /** Parameters behind this many may be left out. */
  readonly required: number;
  /** Whether the last parameter may come again and again. */
  readonly repeats: boolean;
  /** branches: what the branches have in common. */
  readonly result: 'number' | 'text' | 'boolean' | 'branches';
  /** A thunk, because the language is known only after this module was loaded. */
  readonly help: () => string;
}

interface Arity {
  readonly required?: number;
  readonly repeats?: boolean;
}

function define(
  result: FunctionSignature['result'],
  help: () => string,
  parameters: FunctionSignature['parameters'],
  { required = parameters.length, repeats = false }: Arity = {},
): FunctionSignature {
  return { result, help, parameters, required, repeats };
}

const X = ['x', 'number'] as const;
const TEXT = ['text', 'text'] as const;
const PART = ['part', 'text'] as const;
const DATE = ['date', 'datetime'] as const;

export const expressionFunctions = {
  abs: define('number', () => l10n.t('The number without its sign.'), [X]),
  sqrt: define('number', () => l10n.t('Square root; missing below 0.'), [X]),
  ln: define('number', () => l10n.t('Natural logarithm; missing at 0 and below.'), [X]),
  log10: define('number', () => l10n.t('Logarithm to base 10; missing at 0 and below.'), [X]),
  log2: define('number', () => l10n.t('Logarithm to base 2; missing at 0 and below.'), [X]),
  exp: define('number', () => l10n.t('e to the power of x.'), [X]),
  floor: define('number', () => l10n.t('The whole number at or below x.'), [X]),
  ceil: define('number', () => l10n.t('The whole number at or above x.'), [X]),
  round: define(
    'number',
    () => l10n.t('Rounded to so many digits (0 when left out); a half goes away from zero.'),
    [X, ['digits', 'digits']],
    { required: 1 },
  ),
  min: define('number', () => l10n.t('The smallest; missing when one is missing.'), [X], { repeats: true }),
  max: define('number', () => l10n.t('The greatest; missing when one is missing.'), [X], { repeats: true }),
  if: define('branches', () => l10n.t('a where the condition holds, b where not, missing where unknown.'), [
    ['condition', 'boolean'],
    ['a', 'any'],
    ['b', 'any'],
  ]),
  coalesce: define('branches', () => l10n.t('The first that is not missing.'), [['x', 'any']], {
    repeats: true,
  }),
  length: define('number', () => l10n.t('Number of characters.'), [TEXT]),
  lower: define('text', () => l10n.t('In small letters.'), [TEXT]),
  upper: define('text', () => l10n.t('In capital letters.'), [TEXT]),
  trim: define('text', () => l10n.t('Without the space around it.'), [TEXT]),
  contains: define('boolean', () => l10n.t('Whether the part is somewhere in the text.'), [TEXT, PART]),
  startsWith: define('boolean', () => l10n.t('Whether the text starts with the part.'), [TEXT, PART]),
  endsWith: define('boolean', () => l10n.t('Whether the text ends with the part.'), [TEXT, PART]),
  matches: define(
    'boolean',
    () => l10n.t('Whether a regular expression (RE2) matches somewhere in the text.'),
    [TEXT, ['pattern', 'pattern']],
  ),
  replace: define('text', () => l10n.t('The text with each find replaced.'), [
    TEXT,
    ['find', 'text'],
    ['with', 'text'],
  ]),
  concat: define(
    'text',
    () => l10n.t('All behind one another; missing when one is missing.'),
    [['x', 'any']],
    {
      repeats: true,
    },
  ),
  number: define('number', () => l10n.t('Read as a number; missing when it is none.'), [['x', 'any']]),
  text: define('text', () => l10n.t('Written as a text.'), [['x', 'any']]),
  year: define('number', () => l10n.t('Year of a date.'), [DATE]),
  month: define('number', () => l10n.t('Month of a date, 1 to 12.'), [DATE]),
  day: define('number', () => l10n.t('Day of the month, 1 to 31.'), [DATE]),
  weekday: define('number', () => l10n.t('Day of the week, 0 Monday to 6 Sunday.'), [DATE]),
  hour: define('number', () => l10n.t('Hour of the day, 0 to 23.'), [DATE]),
  daysBetween: define('number', () => l10n.t('Days from one date to the other, with parts of days.'), [
    ['from', 'datetime'],
    ['to', 'datetime'],
  ]),
} satisfies Record<string, FunctionSignature>;
export type FunctionName = keyof typeof expressionFunctions;

export const FUNCTION_NAMES: readonly string[] = Object.keys(expressionFunctions);

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(expressionFunctions, name);
}

export function signatureOf(name: FunctionName): FunctionSignature {
  return expressionFunctions[name];
}

/** As it is shown to who writes it: round(x, digits?), min(x, ...). */
export function signatureText(name: FunctionName): string {
  const { parameters, required, repeats } = signatureOf(name);
  const shown = parameters.map(([parameter], i) => (i < required ? parameter : `${parameter}?`));
  return `${name}(${[...shown, ...(repeats ? ['...'] : [])].join(', ')})`;
}
