// Which columns are numbers from the start, and that it makes no difference to what comes out.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exportRecipe } from '../../../src/core/recipe/session/exportRecipe';
import { numbersFirst } from '../../../src/core/recipe/numbersFirst';
import { recipeStepSchema } from '../../../src/shared/schema/recipeSteps';
import { randomStream } from '../../../src/shared/random';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();
const first = (steps: unknown[], rest: Partial<Parameters<typeof numbersFirst>[0]> = {}): string[] =>
  numbersFirst({ steps: z.array(recipeStepSchema).parse(steps), ...rest });

describe('columns that are used as numbers first', () => {
  it('are those that a step on numbers names before any other step does', () => {
    expect(
      first([
        { step: 'fillMissing', columns: ['a', 'b'], with: 'median' },
        { step: 'fillMissing', columns: ['c'], with: 'mode' },
        { step: 'standardise', columns: ['a', 'c', 'd'] },
      ]),
    ).toEqual(['a', 'b', 'd']);
  });

  it('are none behind a step that may look at every column, or in a step that is off', () => {
    expect(
      first([
        { step: 'standardise', columns: ['a'] },
        { step: 'filterRows', condition: 'b > 1' },
        { step: 'standardise', columns: ['b', 'c'] },
      ]),
    ).toEqual(['a']);
    expect(first([{ step: 'standardise', columns: ['a'], enabled: false }])).toEqual([]);
    expect(first([{ step: 'dropMissing', columns: [] }], { read: ['a'] })).toEqual([]);
  });

  it('are not the target, nor what the split goes by, nor a key of groups', () => {
    const steps = [{ step: 'fillMissing', columns: ['a', 'b', 'g', 't'], with: 'mean', groupBy: ['k'] }];
    const split = { method: 'group', column: 'g', validation: 0.1, test: 0.1, seed: 1 } as const;
    const target = { column: 't', task: 'regression' } as const;
    expect(first(steps, { split, target, read: ['k', 'x'] })).toEqual(['a', 'b', 'x']);
    expect(first([], { target, read: ['x', 't'] })).toEqual(['x', 't']);
  });
});

describe('a recipe on a large file', () => {
  it('learns and writes the same bits as on a small one', async () => {
    const stream = randomStream(7, 'test');
    const pick = (cells: readonly string[]): string => cells[stream.nextInt(cells.length)] ?? '';
    const rows = Array.from({ length: 400 }, (_, i) =>
      [
        ...[i, pick(['NA', '', '30', '41', '52.5', '07']), (stream.next() * 1e5).toFixed(2)],
        ...[pick(['red', ' blue', 'NA', '']), pick(['1', '2', '1.0']), pick(['yes', 'no'])],
      ].join(','),
    );
    const text = `id,age,income,colour,code,y\n${rows.join('\n')}\n`;
    const steps = z.array(recipeStepSchema).parse([
      { step: 'fillMissing', columns: ['age'], with: 'median' },
      { step: 'fillMissing', columns: ['colour'], with: 'mode' },
      { step: 'standardise', columns: ['age', 'income'] },
      { step: 'quantileTransform', columns: ['income'] },
      { step: 'oneHot', columns: ['colour', 'code'] },
    ]);
    const written: string[] = [];
    const fitted: unknown[] = [];
    for (const largeBytes of [Infinity, 0]) {
      const source = await csv.open(text, undefined, { largeBytes });
      for (const target of [undefined, { column: 'y', task: 'binary' } as const]) {
        const output = join(source.path, '..', `out-${largeBytes}-${target?.column ?? ''}.csv`);
        const options = {
          format: 'csv',
          delimiter: ',',
          encoding: 'utf-8',
          quoteFormulas: false,
          splitColumn: true,
        } as const;
        const result = await exportRecipe({ source, output, options, steps, target });
        fitted.push(result.fitted);
        written.push(await readFile(output, 'utf8'));
      }
    }
    expect(fitted.slice(2)).toEqual(fitted.slice(0, 2));
    expect(written.slice(2)).toEqual(written.slice(0, 2));
    expect(written[0]?.split('\n')).toHaveLength(402);
  });
});
