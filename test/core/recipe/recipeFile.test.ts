// A recipe file: what is wrong in it and where, and that what is written reads back as it was.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compactReading,
  compactStep,
  parseRecipeFile,
  recipeFileText,
  requireRecipeFile,
} from '../../../src/core/recipe/recipeFile';
import { recipeJsonSchema } from '../../../src/core/experiment/schemaKeys';
import { readingSchema } from '../../../src/shared/schema/reading';
import { recipeStepSchema, recipeStepsSchema } from '../../../src/shared/schema/recipeSteps';

const problem = (text: string): string => {
  const [issue] = parseRecipeFile(text).issues;
  return issue === undefined ? 'none' : `${issue.line}:${issue.column} ${issue.message}`;
};

describe('a recipe file', () => {
  it('is read with the defaults put in', () => {
    const { value, issues } = parseRecipeFile('{ "steps": [{ "step": "dropColumns", "columns": ["a"] }] }');
    expect(issues).toEqual([]);
    expect(value).toEqual({ version: 1, steps: [{ step: 'dropColumns', enabled: true, columns: ['a'] }] });
  });

  it('says at line and column what is wrong', () => {
    expect(problem('{\n  "steps": [\n    { "step": "dropColumn", "columns": ["a"] }\n  ]\n}')).toMatch(
      /^3:15 .*"steps\.0\.step".*Did you mean "dropColumns"\?/,
    );
    expect(problem('{"steps": [\n {"step": "bin", "columns": ["a"], "bin": 3}]}')).toMatch(
      /^2:36 Unknown key "bin".*Did you mean "bins"\?/,
    );
    expect(problem('{"steps": [{"step": "clip", "columns": []}]}')).toMatch(/at least 1 entry/);
    expect(problem('{"steps": [{"step": "lag"}]}')).toMatch(/"steps\.0\.columns" is missing/);
    expect(problem('{"steps": [,]}')).toMatch(/not JSON/);
    expect(problem('')).toMatch(/the file is empty/);
    expect(problem('{"steps": [], "__proto__": {}}')).toMatch(/Unknown key "__proto__"/);
    expect(problem('[]')).not.toBe('none');
  });

  it('that must be right names the file where it is not', () => {
    expect(() => requireRecipeFile('{"steps": 3}', 'my.recipe.json')).toThrow(
      expect.objectContaining({
        code: 'recipe.invalid',
        message: expect.stringMatching(/^my\.recipe\.json:1:11: /) as string,
      }),
    );
  });

  it('has a JSON Schema that knows every step', () => {
    const text = JSON.stringify(recipeJsonSchema());
    for (const { shape } of recipeStepSchema.options) expect(text).toContain(`"const":"${shape.step.value}"`);
  });
});

describe('what is written', () => {
  const steps = recipeStepsSchema.parse([
    { step: 'clip', columns: ['a'], low: 0.01, high: null },
    { step: 'fillMissing', columns: ['a'], with: 'median', groupBy: [], enabled: false },
    { step: 'jitter', columns: ['a'], seed: 7, description: 'why' },
    { step: 'dateParts', column: 'd', parts: ['year', 'month', 'weekday'] },
    { step: 'cast', columns: ['n'], to: 'number' },
  ]);

  it('leaves out what goes without saying, and nothing else', () => {
    expect(steps.map(compactStep)).toEqual([
      { step: 'clip', columns: ['a'], high: null },
      { step: 'fillMissing', columns: ['a'], with: 'median', enabled: false },
      { step: 'jitter', columns: ['a'], seed: 7, description: 'why' },
      { step: 'dateParts', column: 'd' },
      { step: 'cast', columns: ['n'], to: 'number' },
    ]);
  });

  it('reads back as it was', () => {
    expect(parseRecipeFile(recipeFileText({ description: 'd', steps })).value).toEqual({
      version: 1,
      description: 'd',
      steps,
    });
    fc.assert(
      fc.property(fc.subarray(steps), (some) => {
        expect(requireRecipeFile(recipeFileText({ steps: some }), '').steps).toEqual(some);
      }),
    );
  });

  it('of a reading is what was chosen', () => {
    expect(compactReading(readingSchema.parse({}))).toBeUndefined();
    const reading = readingSchema.parse({ decimal: ',', missing: ['-9'], header: 'auto' });
    expect(compactReading(reading)).toEqual({ decimal: ',', missing: ['-9'] });
    expect(readingSchema.parse(compactReading(reading))).toEqual(reading);
  });
});
