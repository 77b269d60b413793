// TF-IDF as a step: equal to scikit-learn's TfidfVectorizer, from train rows alone, in bounded memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TermCounter } from '../../../../src/core/recipe/terms';
import { fittedStates } from '../../../../src/shared/schema/fittedSteps';
import { runRecipe, type RecipeResult } from '../../../support/recipe';

const matrix = z.array(z.array(z.number()));
const reference = z
  .object({
    sklearn: z.string(),
    train: z.array(z.string()),
    new: z.array(z.string()),
    cases: z.array(
      z.object({
        maxTerms: z.int(),
        minDocuments: z.int(),
        maxWords: z.int(),
        terms: z.array(z.string()),
        idf: z.array(z.number()),
        train: matrix,
        new: matrix,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/recipe/tfidf.json'), 'utf8')));

const csvOf = (texts: readonly (string | null)[]): string =>
  `t,y\n${texts.map((text, i) => `${text === null ? '' : `"${text.replaceAll('"', '""')}"`},${i}\n`).join('')}`;
const rowsOf = ({ values }: RecipeResult, terms: readonly string[]): unknown[][] =>
  (values['y'] ?? []).map((_, row) => terms.map((term) => values[`t: ${term}`]?.[row]));
const expectClose = (got: unknown[][], wanted: readonly (readonly number[])[]): void => {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((row, i) => row.forEach((value, j) => expect(got[i]?.[j]).toBeCloseTo(value, 14)));
};

describe('tfIdf', () => {
  it.each(reference.cases)(
    'equals TfidfVectorizer (max_features $maxTerms, min_df $minDocuments, words $maxWords)',
    async ({ terms, idf, train, new: later, ...options }) => {
      const result = await runRecipe(csvOf(reference.train), [{ step: 'tfIdf', column: 't', ...options }]);
      expect(result.columns).toEqual([...terms.map((term) => `t: ${term}`), 'y']);
      const state = fittedStates.tfIdf.parse(result.steps[0]?.fit?.state);
      expect(state.terms).toEqual(terms);
      idf.forEach((value, i) => expect(state.idf[i]).toBeCloseTo(value, 14));
      expectClose(rowsOf(result, terms), train);
      const next = await runRecipe(csvOf(reference.new), [], { fitted: result.steps });
      expectClose(rowsOf(next, terms), later);
    },
  );

  it('learns from train rows alone', async () => {
    const texts = ['red car', 'red bike', 'blue car', 'green boat'];
    const step = { step: 'tfIdf', column: 't', keep: true } as const;
    const state = async (last: string): Promise<unknown> => {
      const { steps } = await runRecipe(csvOf([...texts.slice(0, 3), last]), [step], { parts: [0, 0, 0, 2] });
      return steps[0]?.fit;
    };
    expect(await state('green boat boat')).toEqual(await state('red red red'));
    expect(await state('x')).toMatchObject({ rows: 3, state: { terms: ['bike', 'blue', 'car', 'red'] } });
  });

  it('takes pairs of Chinese characters, keeps the column where it should, and rows without text at 0', async () => {
    const { values, columns } = await runRecipe(csvOf(['今天很好', null, '今天']), [
      { step: 'tfIdf', column: 't', keep: true },
    ]);
    expect(columns).toEqual(['t', 't: 今天', 't: 天很', 't: 很好', 'y']);
    expect(values['t: 今天']?.slice(1)).toEqual([0, 1]);
    expect(values['t']).toEqual(['今天很好', null, '今天']);
  });

  it('makes no column where there is no term, and says so', async () => {
    const { columns, issues } = await runRecipe(csvOf(['a b', '!', null]), [{ step: 'tfIdf', column: 't' }]);
    expect(columns).toEqual(['y']);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'recipe.noTerms', column: 't' }]);
  });

  it('takes __proto__ and constructor for terms like others', async () => {
    const { columns, values } = await runRecipe(csvOf(['__proto__ constructor', 'constructor']), [
      { step: 'tfIdf', column: 't' },
    ]);
    expect(columns).toEqual(['t: __proto__', 't: constructor', 'y']);
    expect(values['t: constructor']?.[1]).toBe(1);
  });

  it('weighs more rows than a chunk holds, each in its place', async () => {
    const texts = Array.from({ length: 5000 }, (_, i) => (i % 3 ? `word${i % 700} common` : 'common'));
    const { values } = await runRecipe(csvOf(texts), [{ step: 'tfIdf', column: 't', maxTerms: 600 }]);
    for (let i = 0; i < texts.length; i += 37) {
      const has = (values[`t: word${i % 700}`]?.[i] ?? 0) !== 0;
      expect(has).toBe(i % 3 > 0 && values[`t: word${i % 700}`] !== undefined);
      expect(values['t: common']?.[i]).toBeGreaterThan(0);
    }
  });

  it('refuses a column that is there', async () => {
    await expect(
      runRecipe('t,t: red\nred car,1\nred bus,2\n', [{ step: 'tfIdf', column: 't' }]),
    ).rejects.toMatchObject({ code: 'recipe.columnExists' });
  });
});

describe('TermCounter', () => {
  it('forgets rare terms when there are too many, and keeps what comes often', () => {
    const counter = new TermCounter(1, 100);
    for (let i = 0; i < 1000; i++) counter.add(`often rare${i} ${i % 2 ? 'half' : ''}`);
    expect(counter.isApproximate).toBe(true);
    expect(counter.size).toBeLessThanOrEqual(101);
    const { terms, idf } = counter.vocabulary(2);
    expect(terms).toEqual(['often', 'half']);
    expect(idf[0]).toBe(1);
    expect(idf[1]).toBeCloseTo(Math.log(1001 / 501) + 1, 14);
  });
});
