// Holds forms made from schemas: every step has one, and what is filled in comes back as it was.
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { splitSchema } from '../../../../src/shared/schema/experiment';
import { readingSchema } from '../../../../src/shared/schema/reading';
import { exportOptionsSchema } from '../../../../src/shared/schema/recipeResult';
import {
  binSchema,
  castSchema,
  clipSchema,
  recipeStepSchema,
} from '../../../../src/shared/schema/recipeSteps';
import {
  formVariants,
  isAskedFor,
  startValues,
  type FieldSpec,
} from '../../../../webview/preprocess/form/fieldSpec';
import { parseForm } from '../../../../webview/preprocess/form/parseForm';

const fields = (schema: z.ZodType): Map<string, FieldSpec> =>
  new Map(formVariants(schema).flatMap((variant) => variant.fields.map((field) => [field.name, field])));

describe('a form', () => {
  it.each(recipeStepSchema.options.map((option) => [option.shape.step.value, option] as const))(
    'of %s asks for each of its fields, and starts with its defaults',
    (kind, schema) => {
      const [variant] = formVariants(schema);
      const asked = variant!.fields.map(({ name }) => name).sort();
      const own = Object.keys(schema.shape).filter((name) => !['step', 'enabled'].includes(name));
      expect(asked).toEqual(own.sort());
      expect(startValues(variant!)).toMatchObject({ step: kind });
      for (const field of variant!.fields) {
        if (field.fallback !== undefined) expect(startValues(variant!)[field.name]).toEqual(field.fallback);
      }
    },
  );

  it('knows what kind of value a field is', () => {
    expect(fields(castSchema).get('columns')).toMatchObject({ kind: 'columns', isRequired: true });
    expect(fields(castSchema).get('to')).toMatchObject({ kind: 'choice', isOpen: false });
    expect(fields(clipSchema).get('low')).toMatchObject({ kind: 'number', isNullable: true, fallback: 0.01 });
    expect(fields(binSchema).get('edges')).toMatchObject({ kind: 'numbers' });
    expect(fields(readingSchema).get('delimiter')).toMatchObject({ kind: 'choice', isOpen: true });
    expect(fields(exportOptionsSchema).get('format')).toMatchObject({ kind: 'choice', isRequired: true });
    expect(
      fields(z.object({ w: z.union([z.literal('auto'), z.number()]).default('auto') })).get('w'),
    ).toMatchObject({
      kind: 'number',
      word: 'auto',
    });
  });

  it('asks for a field only while another one makes it matter', () => {
    const value = fields(binSchema).get('edges')!;
    expect(isAskedFor(value, { strategy: 'edges' })).toBe(true);
    expect(isAskedFor(value, { strategy: 'uniform' })).toBe(false);
    expect(isAskedFor(fields(binSchema).get('strategy')!, {})).toBe(true);
    // A word of the schema that names no field, or no value of it, would hide a field for ever.
    for (const schema of [...recipeStepSchema.options, exportOptionsSchema]) {
      const all = fields(schema);
      for (const { showIf } of all.values()) {
        if (showIf === undefined) continue;
        const other = all.get(showIf.field);
        if (other?.kind === 'choice') expect(other.options).toEqual(expect.arrayContaining([...showIf.is]));
        else expect(other?.fallback).toBe(showIf.is[0]);
      }
    }
  });

  it('takes the ways of a union by their constant, and names of columns by their name', () => {
    const variants = formVariants(splitSchema);
    expect(variants.map(({ constants }) => constants['method'])).toEqual(
      splitSchema.options.map((option) => option.shape.method.value),
    );
    const byColumn = variants.find(({ constants }) => constants['method'] === 'column');
    expect(byColumn?.fields[0]).toMatchObject({ name: 'column', kind: 'column' });
  });

  it('chooses the first of a choice that must be made, and what is known already', () => {
    const [variant] = formVariants(castSchema);
    expect(startValues(variant!, { columns: ['a'] })).toMatchObject({ columns: ['a'], to: 'number' });
  });
});

describe('what is filled in', () => {
  it('is a value, or says beside which field what is wrong', () => {
    expect(parseForm(castSchema, { step: 'cast', columns: ['a'], to: 'text' })).toMatchObject({
      value: { step: 'cast', columns: ['a'], to: 'text', decimal: '.' },
    });
    const bad = parseForm(castSchema, { step: 'cast', columns: [], to: 'text' });
    expect('issues' in bad && bad.issues.get('columns')).toBe('At least one is needed.');
    const missing = parseForm(castSchema, { step: 'cast', columns: [''], to: 'text' });
    expect('issues' in missing && missing.issues.has('columns')).toBe(true);
  });

  it('says the bounds of numbers in plain words', () => {
    const words = (schema: z.ZodType, value: unknown): string | undefined => {
      const parsed = parseForm(z.object({ n: schema }), { n: value });
      return 'issues' in parsed ? parsed.issues.get('n') : undefined;
    };
    expect(words(z.int().min(2), 1)).toBe('Must be 2 or more.');
    expect(words(z.number().gt(0), 0)).toBe('Must be more than 0.');
    expect(words(z.number().lt(1), 1)).toBe('Must be less than 1.');
    expect(words(z.int(), 1.5)).toBe('Must be a whole number.');
    expect(words(z.number(), 'x')).toBe('Must be a number.');
    expect(words(z.number(), undefined)).toBe('This is needed.');
  });
});
