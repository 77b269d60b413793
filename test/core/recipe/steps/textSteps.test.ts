// Steps on texts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { termsOf } from '../../../../src/core/recipe/terms';
import { countGroups } from '../../../../src/core/recipe/pattern';
import type { RecipeStepInput } from '../../../../src/shared/schema/recipeSteps';
import { runRecipe, type Cell } from '../../../support/recipe';

/** Column x after the steps. */
async function texts(
  cells: readonly string[],
  ...steps: RecipeStepInput[]
): Promise<readonly Cell[] | undefined> {
  const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}",1`);
  return (await runRecipe(`x,n\n${quoted.join('\n')}\n`, steps)).values['x'];
}

describe('trim', () => {
  it('removes all that looks like space', async () => {
    const cells = [' a  b ', '\u3000a\t\u00a0b\u200b', '\ufeffa', ' \u3000 ', 'a\nb'];
    const x = { step: 'trim' as const, columns: ['x'] };
    expect(await texts(cells, x)).toEqual(['a b', 'a b', 'a', null, 'a b']);
    expect(await texts(cells, { ...x, inner: false })).toEqual(['a  b', 'a\t\u00a0b', 'a', null, 'a\nb']);
  });

  it('leaves numbers and dates what they are', async () => {
    const { kinds } = await runRecipe('x,d\n1,2020-01-01\n', [
      { step: 'cast', columns: ['x'], to: 'number' },
      { step: 'cast', columns: ['d'], to: 'datetime' },
      { step: 'trim', columns: ['x', 'd'] },
      { step: 'changeCase', columns: ['x', 'd'], case: 'upper' },
    ]);
    expect(kinds).toEqual(['number', 'datetime']);
  });
});

describe('changeCase', () => {
  it('writes words with a capital', async () => {
    const cells = ["o'NEILL and éva-maria", 'ÅNGSTRÖM 3RD', 'don’t STOP', '北京 ada'];
    expect(await texts(cells, { step: 'changeCase', columns: ['x'], case: 'title' })).toEqual([
      "O'neill And Éva-Maria",
      'Ångström 3rd',
      'Don’t Stop',
      '北京 Ada',
    ]);
    expect(await texts(['Éa'], { step: 'changeCase', columns: ['x'], case: 'upper' })).toEqual(['ÉA']);
    expect(await texts(['ÉA'], { step: 'changeCase', columns: ['x'], case: 'lower' })).toEqual(['éa']);
  });
});

describe('replaceText', () => {
  const replace = (rest: object): RecipeStepInput => ({
    step: 'replaceText',
    columns: ['x'],
    find: 'a.',
    replace: 'Z',
    ...rest,
  });

  it('replaces parts as they are written', async () => {
    expect(await texts(['a.b a.', 'A.b', 'ab'], replace({}))).toEqual(['Zb Z', 'A.b', 'ab']);
    expect(await texts(['a.b', 'A.b', 'ab'], replace({ ignoreCase: true, replace: '\\1' }))).toEqual([
      '\\1b',
      '\\1b',
      'ab',
    ]);
  });

  it('replaces whole cells, to nothing too', async () => {
    expect(await texts([' a. ', 'a.b', 'A.'], replace({ match: 'cell', replace: '' }))).toEqual([
      null,
      'a.b',
      'A.',
    ]);
    expect(await texts(['A.', 'b'], replace({ match: 'cell', ignoreCase: true }))).toEqual(['Z', 'b']);
  });

  it('replaces by a regular expression with groups', async () => {
    const regex = { match: 'regex', find: '(\\d+)-(\\d+)', replace: '\\2/\\1\\\\' };
    expect(await texts(['1-22 3-4', 'x'], replace(regex))).toEqual(['22/1\\ 4/3\\', 'x']);
    expect(await texts(['Ab', 'b'], replace({ match: 'regex', find: '^a', ignoreCase: true }))).toEqual([
      'Zb',
      'b',
    ]);
  });

  it('names the step of a bad pattern, group or replacement', async () => {
    const failing = (rest: object): Promise<unknown> => texts(['a'], replace({ match: 'regex', ...rest }));
    await expect(failing({ find: '(' })).rejects.toMatchObject({
      code: 'recipe.pattern',
      message: 'Recipe step 1 (replaceText): "(" is no regular expression in RE2 syntax: missing ): (.',
    });
    await expect(failing({ find: '(a)', replace: '\\2' })).rejects.toThrow(/has 1 groups; expected group 2/);
    await expect(failing({ replace: '\\n' })).rejects.toThrow(/The replacement "\\n" has "\\n"/);
    await expect(failing({ replace: 'x\\' })).rejects.toThrow(/expected \\0 to \\9/);
  });
});

describe('extractText', () => {
  it('takes the match or a group, and nothing where nothing matches', async () => {
    const { columns, values } = await runRecipe('x,y\nAB-12,1\nnone,2\n,3\n', [
      { step: 'extractText', column: 'x', pattern: '[A-Z]+', name: 'letters' },
      { step: 'extractText', column: 'x', pattern: '-(\\d+)', group: 1, name: 'x', keep: false },
    ]);
    expect(columns).toEqual(['x', 'letters', 'y']);
    expect(values['letters']).toEqual(['AB', null, null]);
    expect(values['x']).toEqual(['12', null, null]);
  });

  it('refuses a group that is not there', async () => {
    const step: RecipeStepInput = { step: 'extractText', column: 'x', pattern: 'a', group: 1, name: 'y' };
    await expect(texts(['a'], step)).rejects.toMatchObject({ code: 'recipe.pattern' });
  });

  it.each([
    ['(a)(b(c))', 3],
    ['(?:a)(?i)(?i:b)\\((c)', 1],
    ['(?P<x>a)(?<y>b)', 2],
    ['[(](a)[^)(\\]](b)', 2],
    ['\\Q(a)\\E(b)', 1],
    ['[]()](a)[[:alpha:](]', 1],
  ])('counts the groups of %s', (pattern, groups) => {
    expect(countGroups(pattern)).toBe(groups);
  });
});

describe('mapValues', () => {
  const map = (values: { from: string; to: string | null }[]): RecipeStepInput => ({
    step: 'mapValues',
    column: 'x',
    values,
  });

  it('replaces whole values, compared without the space around them', async () => {
    const values = [
      { from: ' US', to: 'USA' },
      { from: 'none', to: null },
      { from: 'gone', to: ' ' },
      { from: '', to: 'unknown' },
      { from: "o'clock", to: "1 o'clock" },
    ];
    expect(await texts(['US ', 'us', 'none', 'gone', '', "o'clock"], map(values))).toEqual([
      'USA',
      'us',
      null,
      null,
      'unknown',
      "1 o'clock",
    ]);
    expect(await texts(['a', 'b'], map([{ from: 'a', to: null }]))).toEqual([null, 'b']);
    expect(await texts(['a', ''], map([{ from: '', to: 'z' }]))).toEqual(['a', 'z']);
  });

  it('takes numbers as they are written, and refuses two answers', async () => {
    const { values } = await runRecipe('x\n1.0\n2\n', [
      { step: 'cast', columns: ['x'], to: 'number' },
      map([{ from: '1', to: 'one' }]),
    ]);
    expect(values['x']).toEqual(['one', '2']);
    const twice = map([
      { from: 'a', to: 'b' },
      { from: 'a ', to: 'c' },
    ]);
    await expect(texts(['a'], twice)).rejects.toMatchObject({ code: 'recipe.valueTwice' });
  });
});

describe('cleanText', () => {
  it('leaves words', async () => {
    const cells = [
      '<p class="x">Don\'t &amp; DO it: see https://a.b/c?d=1 or www.x.org!</p>',
      'a < b and c > d &nbsp;<script>var x = "<b>";</script> ok 12,5',
      '<!-- <b>no</b> -->',
      '北京，你好！',
    ];
    expect(await texts(cells, { step: 'cleanText', columns: ['x'] })).toEqual([
      'dont do it see or',
      'a b and c d ok 12 5',
      null,
      '北京 你好',
    ]);
  });

  it('does only what it is told', async () => {
    const off = {
      lowerCase: false,
      removeHtml: false,
      removeUrls: false,
      removePunctuation: false,
    };
    const step = { step: 'cleanText' as const, columns: ['x'], ...off };
    expect(await texts(['<b>A</b>  http://x 1!'], step)).toEqual(['<b>A</b> http://x 1!']);
    expect(await texts(['a1 ２ b'], { ...step, removeDigits: true })).toEqual(['a b']);
    expect(await texts(['The cat is NOT on the mat'], { ...step, removeStopWords: true })).toEqual([
      'cat NOT mat',
    ]);
    expect(await texts(['the of'], { ...step, removeStopWords: true })).toEqual([null]);
  });
});

describe('tokenise', () => {
  const tokenise = { step: 'tokenise' as const, columns: ['x'] };

  it('writes words, and pairs of Chinese or Japanese characters', async () => {
    const cells = ["Don't stop_now, 3x!", '机器学习abc中', 'カレーを', '🙂!', 'naïve e\u0301'];
    expect(await texts(cells, tokenise)).toEqual([
      'Don t stop_now 3x',
      '机器 器学 学习 abc 中',
      'カレ レー ーを',
      null,
      'naïve e\u0301',
    ]);
    expect(await texts(['a bc 机器学 学'], { ...tokenise, minLength: 2 })).toEqual(['bc 机器 器学']);
  });

  it('gives the terms that training counts', async () => {
    const letters = fc.constantFrom(
      'a',
      'B',
      'é',
      'ß',
      '1',
      '_',
      ' ',
      '-',
      '学',
      '機',
      'の',
      'ー',
      'カ',
      '\u0301',
      'Ω',
      '한',
      'ก',
    );
    const cells = fc
      .sample(
        fc.array(letters, { maxLength: 12 }).map((list) => list.join('')),
        { numRuns: 400, seed: 3 },
      )
      .map((cell) => `${cell}.`);
    const written = await texts(cells, tokenise);
    expect(written?.map((text) => termsOf(String(text ?? '')))).toEqual(cells.map(termsOf));
  });
});

describe('steps on texts', () => {
  it('keep how numbers of the file are written', async () => {
    const { values } = await runRecipe('x;y\n 1,5 ;a\n2,5;b\n3,5;c\n', [
      { step: 'trim', columns: ['x'] },
      { step: 'extractText', column: 'x', pattern: '.*', name: 'z' },
      { step: 'computeColumn', name: 'sum', expression: 'x + z' },
    ]);
    expect(values['sum']).toEqual([3, 5, 7]);
  });
});
