// The texts of recipe steps: one for every kind, field and option that the schemas know, and none that says otherwise.
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { STEP_GROUPS } from '../../src/shared/schema/stepCatalogue';
import { recipeStepSchema, type RecipeStepInput, type StepKind } from '../../src/shared/schema/recipeSteps';
import { fieldHelp, fieldLabel, optionLabel } from '../../src/shared/stepFieldTexts';
import { describeStep, groupTitle, stepHelp, stepTitle } from '../../src/shared/stepTexts';

interface FieldFacts {
  readonly kind: StepKind;
  readonly field: string;
  readonly description: string;
  readonly options: readonly string[];
}

/** The schema under defaults and lists, with the outermost description. */
function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; description: string } {
  let inner = schema;
  let description = '';
  for (;;) {
    description ||= z.globalRegistry.get(inner)?.description ?? '';
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodNullable)
      inner = inner.def.innerType;
    else if (inner instanceof z.ZodArray) inner = inner.def.element;
    else return { inner, description };
  }
}

function fieldsOf(kind: StepKind, object: z.ZodObject): FieldFacts[] {
  return Object.entries(object.shape).flatMap(([field, schema]) => {
    if (field === 'step') return [];
    const { inner, description } = unwrap(schema as z.ZodType);
    const options = inner instanceof z.ZodEnum ? inner.options.map(String) : [];
    const nested = inner instanceof z.ZodObject ? fieldsOf(kind, inner) : [];
    return [{ kind, field, description, options }, ...nested];
  });
}

const schemas = recipeStepSchema.options.map((schema) => ({
  kind: schema.shape.step.value,
  help: schema.description ?? '',
  fields: fieldsOf(schema.shape.step.value, schema),
}));

const step = (input: RecipeStepInput): string => describeStep(recipeStepSchema.parse(input));

describe('names of steps', () => {
  it('are there, short and different for every kind and group', () => {
    const titles = schemas.map(({ kind }) => stepTitle(kind));
    expect(new Set(titles).size).toBe(53);
    expect(titles.filter((title) => title.length > 30 || !/^[A-Z]/.test(title))).toEqual([]);
    expect(new Set(STEP_GROUPS.map(groupTitle)).size).toBe(STEP_GROUPS.length);
  });

  it('are explained as the schema explains them', () => {
    expect(schemas.map(({ kind }) => [kind, stepHelp(kind)])).toEqual(
      schemas.map(({ kind, help }) => [kind, help]),
    );
  });
});

describe('fields of steps', () => {
  const fields = schemas.flatMap((schema) => schema.fields);

  it('have a label, each another within its step', () => {
    expect(fields.filter(({ kind, field }) => fieldLabel(kind, field) === field)).toEqual([]);
    for (const { kind, fields: own } of schemas) {
      const names = new Set(own.map(({ field }) => field));
      expect(new Set([...names].map((field) => fieldLabel(kind, field))).size, kind).toBe(names.size);
    }
  });

  it('are explained where the schema explains them', () => {
    const explained = (has: (field: FieldFacts) => boolean): string[] =>
      fields.filter(has).map(({ kind, field }) => `${kind}.${field}`);
    expect(explained(({ kind, field }) => fieldHelp(kind, field) !== '')).toEqual(
      explained(({ description }) => description !== ''),
    );
  });

  it('are explained in sentences with the words of the form, not with those of the file', () => {
    for (const { kind, field, options } of fields) {
      const help = fieldHelp(kind, field);
      if (help === '') continue;
      const where = `${kind}.${field}: ${help}`;
      // A sentence starts with a capital, a digit or a quoted word, and ends.
      expect(help, where).toMatch(/^["(A-Z0-9]/u);
      expect(help, where).toMatch(/\.$/u);
      expect(help.replaceAll(/\b(?:e\.g\.|E\.g\.)/gu, ''), where).not.toMatch(/\. [a-z]/u);
      expect(help.replaceAll(/\d[a-z]+[A-Z]/gu, ''), where).not.toMatch(/\b[a-z]+[A-Z]/u);
      // What is quoted is to be typed.
      expect(help.replaceAll(/"[^"]*"/gu, ''), where).not.toMatch(
        /\b(?:auto|null|true|false|regex|iqr|sd)\b/u,
      );
      for (const option of options) {
        if (optionLabel(kind, field, option) !== option && option !== '')
          expect(help, where).not.toContain(`${option}:`);
      }
    }
  });

  it('have a label for every option, each another within its field', () => {
    for (const { kind, field, options } of fields) {
      const labels = options.map((option) => optionLabel(kind, field, option));
      expect(new Set(labels).size, `${kind}.${field}`).toBe(options.length);
    }
  });

  it('take no name of an object for a text', () => {
    expect(fieldLabel('clip', 'constructor')).toBe('constructor');
    expect(fieldLabel('clip', '__proto__')).toBe('__proto__');
    expect(fieldHelp('clip', 'toString')).toBe('');
    expect(optionLabel('oneHot', 'hasOwnProperty', 'valueOf')).toBe('valueOf');
  });
});

describe('a step in one line', () => {
  it.each<[string, RecipeStepInput]>([
    [
      'Fill missing in Age, Fare with median',
      { step: 'fillMissing', columns: ['Age', 'Fare'], with: 'median' },
    ],
    [
      'Fill missing in Age with "0" of each Sex',
      { step: 'fillMissing', columns: ['Age'], with: 'constant', value: '0', groupBy: ['Sex'] },
    ],
    ['Fill missing in t with the value before', { step: 'fillMissing', columns: ['t'], with: 'forward' }],
    ['Drop a, b, c and 2 more', { step: 'dropColumns', columns: ['a', 'b', 'c', 'd', 'e'] }],
    [
      'Rename a → b, c → d',
      {
        step: 'renameColumns',
        renames: [
          { column: 'a', to: 'b' },
          { column: 'c', to: 'd' },
        ],
      },
    ],
    ['Clip x between quantile 0.01 and quantile 0.99', { step: 'clip', columns: ['x'] }],
    ['Clip x above 5', { step: 'clip', columns: ['x'], unit: 'value', low: null, high: 5 }],
    ['Clip x: no bounds', { step: 'clip', columns: ['x'], low: null, high: null }],
    ['Drop rows with a missing value', { step: 'dropMissing' }],
    ['Drop rows without any value in a', { step: 'dropMissing', columns: ['a'], when: 'all' }],
    ['Drop equal rows, keep none of them', { step: 'dropDuplicates', keep: 'none' }],
    ['Drop rows with equal a', { step: 'dropDuplicates', columns: ['a'] }],
    [
      'Sort by a, b descending',
      { step: 'sort', by: [{ column: 'a' }, { column: 'b', order: 'descending' }] },
    ],
    [
      'Map m → "", f → missing of sex',
      {
        step: 'mapValues',
        column: 'sex',
        values: [
          { from: 'm', to: '' },
          { from: 'f', to: null },
        ],
      },
    ],
    ['Remove "$" from price', { step: 'replaceText', columns: ['price'], find: '$' }],
    ['Group categories of c below 2.5 % as "other"', { step: 'groupRare', columns: ['c'], minShare: 0.025 }],
    ['Bin x into 5 of equally many rows', { step: 'bin', columns: ['x'] }],
    ['Bin x at 1, 2.5', { step: 'bin', columns: ['x'], strategy: 'edges', edges: [1, 2.5] }],
    ['Add the mean of x over 7 rows', { step: 'rolling', columns: ['x'] }],
  ])('%s', (text, input) => expect(step(input)).toBe(text));

  it('leaves braces, line ends and endless names of a file harmless', () => {
    expect(step({ step: 'dropColumns', columns: ['{1}', 'a\nb'] })).toBe('Drop {1}, a b');
    expect(step({ step: 'computeColumn', name: 'x', expression: '1 + '.repeat(1000) }).length).toBeLessThan(
      80,
    );
    expect(step({ step: 'dropColumns', columns: ['😀'.repeat(100)] })).toBe(`Drop ${'😀'.repeat(59)}…`);
  });

  it('is one line for the least that every kind needs', () => {
    for (const input of LEAST) {
      const text = step(input);
      expect(text, input.step).toMatch(/^[A-Zl][^\n{}]+$/);
      expect(text, input.step).not.toContain('undefined');
    }
    expect(new Set(LEAST.map((input) => input.step)).size).toBe(schemas.length);
  });
});

const columns = ['a'];
const LEAST: readonly RecipeStepInput[] = [
  { step: 'selectColumns', columns },
  { step: 'dropColumns', columns },
  { step: 'renameColumns', renames: [{ column: 'a', to: 'b' }] },
  { step: 'reorderColumns', columns },
  { step: 'cast', columns, to: 'number' },
  { step: 'computeColumn', name: 'b', expression: 'a + 1' },
  { step: 'splitColumn', column: 'a', separator: '-', into: ['b'] },
  { step: 'joinColumns', columns, name: 'b' },
  { step: 'trim', columns },
  { step: 'changeCase', columns, case: 'title' },
  { step: 'replaceText', columns, find: 'x', replace: 'y' },
  { step: 'extractText', column: 'a', pattern: '[0-9]+', name: 'b' },
  { step: 'mapValues', column: 'a', values: [{ from: 'x', to: 'y' }] },
  { step: 'cleanText', columns },
  { step: 'tokenise', columns },
  { step: 'tfIdf', column: 'a' },
  { step: 'parseDate', columns },
  { step: 'dateParts', column: 'a' },
  { step: 'filterRows', condition: 'a > 1' },
  { step: 'dropDuplicates' },
  { step: 'dropMissing' },
  { step: 'sample' },
  { step: 'shuffle' },
  { step: 'sort', by: [{ column: 'a' }] },
  { step: 'removeOutliers', columns },
  { step: 'groupAggregate', by: columns, aggregates: [{ column: 'a', function: 'count', name: 'n' }] },
  { step: 'fillMissing', columns, with: 'mode' },
  { step: 'knnImpute', columns },
  { step: 'missingIndicator', columns },
  { step: 'markMissing', columns, values: ['-999'] },
  { step: 'clip', columns },
  { step: 'standardise', columns },
  { step: 'minMaxScale', columns },
  { step: 'robustScale', columns },
  { step: 'logTransform', columns },
  { step: 'powerTransform', columns },
  { step: 'quantileTransform', columns },
  { step: 'bin', columns },
  { step: 'groupRare', columns },
  { step: 'oneHot', columns },
  { step: 'ordinalEncode', columns },
  { step: 'hashEncode', columns },
  { step: 'frequencyEncode', columns },
  { step: 'targetEncode', columns },
  { step: 'lag', columns },
  { step: 'rolling', columns },
  { step: 'jitter', columns },
  { step: 'mixup', columns },
  { step: 'smote', columns },
  { step: 'oversample' },
  { step: 'undersample' },
  { step: 'textDropout', columns },
  { step: 'textSwap', columns },
];
