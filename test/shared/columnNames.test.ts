// Holds how a column's name goes through the renames of a recipe, in both directions.
import { describe, expect, it } from 'vitest';
import { nameAfter, nameInFile, nameWith } from '../../src/shared/columnNames';
import { recipeStepSchema, type RecipeStep } from '../../src/shared/schema/recipeSteps';

const rename = (pairs: Record<string, string>, enabled = true): RecipeStep =>
  recipeStepSchema.parse({
    step: 'renameColumns',
    enabled,
    renames: Object.entries(pairs).map(([column, to]) => ({ column, to })),
  });

describe('the name of a column', () => {
  it('goes through all renames that are on, and back', () => {
    const steps = [rename({ a: 'b' }), rename({ b: 'x' }, false), rename({ b: 'c' })];
    expect(nameAfter('a', steps)).toBe('c');
    expect(nameInFile('c', steps)).toBe('a');
    expect(nameAfter('other', steps)).toBe('other');
    expect(nameInFile(undefined, steps)).toBeUndefined();
  });

  it('is swapped where two columns swap theirs', () => {
    const steps = [rename({ a: 'b', b: 'a' })];
    expect(nameAfter('a', steps)).toBe('b');
    expect(nameInFile('a', steps)).toBe('b');
  });

  it('follows from one recipe to another', () => {
    expect(nameWith('b', [rename({ a: 'b' })], [rename({ a: 'c' })])).toBe('c');
    expect(nameWith('b', [rename({ a: 'b' })], [])).toBe('a');
  });
});
