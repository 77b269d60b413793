// Encoders against scikit-learn 1.9.1 (numpy 2.4.6); the reference values are its output.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Table, TableColumn } from '../../../src/core/data/table';
import { applyRecipe } from '../../../src/core/recipe/apply';
import { termsOf } from '../../../src/core/recipe/terms';
import { fitFeatures } from '../../../src/core/recipe/fit';
import { compareCodePoints } from '../../../src/core/recipe/codePoints';
import { positiveOf } from '../../../src/core/recipe/truth';
import type { UsedFeature } from '../../../src/shared/schema/experiment';
import type { FittedEncoder } from '../../../src/shared/schema/recipe';

type Cells = readonly (string | number | null)[];

function tableOf(values: Cells): Table {
  const numbers = values.filter((value) => typeof value === 'number');
  const column: TableColumn =
    numbers.length === values.length
      ? { kind: 'number', name: 'x', values: Float64Array.from(numbers) }
      : {
          kind: 'text',
          name: 'x',
          values: values.map((value) => (typeof value === 'string' ? value : null)),
        };
  return {
    rows: values.length,
    columns: new Map([['x', column]]),
    sourceRows: Int32Array.from(values, (_, row) => row),
  };
}

function fit(feature: UsedFeature, train: Cells): FittedEncoder | string {
  const { encoders, issues } = fitFeatures([feature], tableOf(train));
  return encoders[0] ?? issues[0]!.code;
}

function encode(feature: UsedFeature, train: Cells, rows: Cells): number[][] {
  const { encoders } = fitFeatures([feature], tableOf(train));
  const { x } = applyRecipe({ encoders }, tableOf(rows));
  const width = encoders[0]!.names.length;
  return rows.map((_, row) => [...x.subarray(row * width, (row + 1) * width)]);
}

const number = { column: 'x', type: 'number', use: true, missing: 'median', scale: 'standard' } as const;
const category = { column: 'x', type: 'category', use: true, maxCategories: 50, encode: 'oneHot' } as const;
const text = { column: 'x', type: 'text', use: true, maxTerms: 100, encode: 'tfidf', maxTokens: 64 } as const;
const datetime = { column: 'x', type: 'datetime', use: true } as const;
const boolean = { column: 'x', type: 'boolean', use: true } as const;
const SEEN = [1.5, NaN, 4.25, -2, 10, 4.25];
const NEW = [0, NaN, 100];

describe('number', () => {
  it('fills and scales as SimpleImputer and StandardScaler', () => {
    const fitted = fit(number, SEEN);
    expect(fitted).toMatchObject({ fill: 4.25, indicator: true, names: ['x', 'x (missing)'] });
    if (typeof fitted === 'string' || fitted.type !== 'number') throw new Error('not fitted');
    expect(fitted.offset).toBeCloseTo(3.7083333333333335, 14);
    expect(fitted.divisor).toBeCloseTo(3.603865594361452, 14);
    const [a, b, c] = encode(number, SEEN, NEW);
    expect(a![0]).toBeCloseTo(-1.0289876900890338, 6);
    expect(b![0]).toBeCloseTo(0.15030157270963412, 6);
    expect(c![0]).toBeCloseTo(26.71899496399727, 5);
    expect([a![1], b![1], c![1]]).toEqual([0, 1, 0]);
  });

  it('fills with the mean, and scales as MinMaxScaler', () => {
    expect(fit({ ...number, missing: 'mean' }, SEEN)).toMatchObject({ fill: 3.6 });
    expect(fit({ ...number, missing: 'zero' }, SEEN)).toMatchObject({ fill: 0 });
    const scaled = encode({ ...number, scale: 'minMax' }, SEEN, NEW).map(([x]) => x!);
    expect(scaled[0]).toBeCloseTo(0.16666666666666666, 6);
    expect(scaled[1]).toBeCloseTo(0.5208333333333333, 6);
    expect(scaled[2]).toBeCloseTo(8.499999999999998, 6);
    expect(encode({ ...number, scale: 'none' }, SEEN, NEW).map(([x]) => x)).toEqual([0, 4.25, 100]);
  });

  it('leaves out what has no value or no difference', () => {
    expect(fit(number, [NaN, NaN])).toBe('feature.allMissing');
    expect(fit(number, [3, 3])).toBe('feature.constant');
    expect(fit(number, [3, NaN])).toMatchObject({ indicator: true, divisor: 1 });
  });

  it('gives finite columns of mean 0 and sd 1 for any train values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.constant(NaN)), {
          minLength: 2,
          maxLength: 30,
        }),
        (values) => {
          if (typeof fit(number, values) === 'string') return;
          const column = encode(number, values, values).map(([x]) => x!);
          expect(column.every(Number.isFinite)).toBe(true);
          const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
          expect(Math.abs(mean)).toBeLessThan(1e-5);
        },
      ),
    );
  });
});

describe('category', () => {
  it('is one-hot, and all zeros for a new value, as OneHotEncoder(handle_unknown="ignore")', () => {
    // Most frequent first: b, a, c.
    expect(fit(category, ['b', 'a', 'b', 'c'])).toMatchObject({ vocabulary: ['b', 'a', 'c'], other: false });
    expect(encode(category, ['b', 'a', 'b', 'c'], ['a', 'b', 'z'])).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('gathers rare values and marks missing ones', () => {
    const few = { ...category, maxCategories: 1 };
    expect(fit(few, ['b', 'a', 'b', null])).toMatchObject({ names: ['x=b', 'x (other)', 'x (missing)'] });
    expect(encode(few, ['b', 'a', 'b', null], ['b', 'new', null])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('takes __proto__ for a value like any other', () => {
    expect(fit(category, ['__proto__', 'constructor', '__proto__'])).toMatchObject({
      vocabulary: ['__proto__', 'constructor'],
    });
  });
});

describe('boolean', () => {
  it('is 1 for yes in any case', () => {
    expect(encode(boolean, ['Yes', 'no', 'NO', null], ['YES', 'No', null])).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  it('refuses a third value', () => {
    expect(() => fit(boolean, ['yes', 'no', 'maybe'])).toThrow(
      expect.objectContaining({ code: 'config.notBoolean' }),
    );
  });

  it('finds the positive spelling whatever the order', () => {
    expect(positiveOf('malignant', 'benign')).toBe('malignant');
    expect(positiveOf('survived', 'died')).toBe('survived');
    expect(positiveOf('1', '0')).toBe('1');
    expect(positiveOf('healthy', 'cat')).toBe('cat');
    expect(positiveOf('MALE', 'FEMALE')).toBe('MALE');
  });
});

describe('datetime', () => {
  it('is days, and the circles on which train moves', () => {
    const train = ['2020-01-01', '2020-04-01', '2020-07-01'];
    expect(fit(datetime, train)).toMatchObject({ parts: ['month'], indicator: false });
    const [row] = encode(datetime, train, ['2020-04-01']);
    // Days 0, 91, 182: the middle is the mean; April is a quarter of the year.
    expect(row![0]).toBeCloseTo(0, 6);
    expect(row![1]).toBeCloseTo(1, 6);
    expect(row![2]).toBeCloseTo(0, 6);
    const [first] = encode(datetime, train, ['2020-01-01']);
    expect(first![0]).toBeCloseTo(-Math.sqrt(1.5), 6);
  });

  it('keeps the order of day and month that train showed', () => {
    const train = ['25/12/2020', '24/12/2020'];
    expect(fit(datetime, train)).toMatchObject({ dayFirst: true });
    expect(encode(datetime, train, ['03/04/2020'])).toEqual(encode(datetime, train, ['2020-04-03']));
  });
});

describe('text', () => {
  const train = ['The cat sat on the mat', 'the dog ate the cat food', 'A dog & a log: dog_1 x'];

  it('equals TfidfVectorizer', () => {
    const fitted = fit(text, train);
    if (typeof fitted === 'string' || fitted.type !== 'text') throw new Error('not fitted');
    const names = ['ate', 'cat', 'dog', 'dog_1', 'food', 'log', 'mat', 'on', 'sat', 'the'];
    expect([...fitted.terms].sort(compareCodePoints)).toEqual(names);
    const column = new Map(fitted.terms.map((term, i) => [term, i]));
    expect(fitted.idf[column.get('ate')!]).toBeCloseTo(1.6931471805599454, 15);
    expect(fitted.idf[column.get('the')!]).toBeCloseTo(1.2876820724517808, 15);
    const [a, b, c] = encode(text, train, ['the dog dog saw a cat', 'nothing here', train[0]!]);
    const sorted = (row: number[]): number[] => names.map((name) => row[column.get(name)!]!);
    [0, 0.408248290463863, 0.816496580927726, 0, 0, 0, 0, 0, 0, 0.408248290463863].forEach((value, i) =>
      expect(sorted(a!)[i]).toBeCloseTo(value, 7),
    );
    expect(b!.every((value) => value === 0)).toBe(true);
    const third = 0.41197297843389025;
    [0, 0.3133160688892059, 0, 0, 0, 0, third, third, third, 0.6266321377784118].forEach((value, i) =>
      expect(sorted(c!)[i]).toBeCloseTo(value, 7),
    );
  });

  it('keeps the most frequent terms, ties by code point', () => {
    // the: 4 times, cat and dog: 2
    expect(fit({ ...text, maxTerms: 3 }, train)).toMatchObject({ terms: ['the', 'cat', 'dog'] });
  });

  it('takes pairs of Chinese characters for terms', () => {
    expect(termsOf('今天很好, ok 书!')).toEqual(['今天', '天很', '很好', 'ok', '书']);
  });
});

it('sorts by code point as Python', () => {
  // sorted(['a', 'Z', '\U0001F600', '\uFF5E', 'ab', 'é'])
  expect(['a', 'Z', '\u{1F600}', '\uFF5E', 'ab', 'é'].sort(compareCodePoints)).toEqual([
    'Z',
    'a',
    'ab',
    'é',
    '\uFF5E',
    '\u{1F600}',
  ]);
});

describe('category ids', () => {
  const ids = { ...category, encode: 'embedding' } as const;

  it('count from 1 by frequency, with 0 for what train never had and the last for missing', () => {
    expect(fit(ids, ['b', 'a', 'b', null])).toMatchObject({ vocabulary: ['b', 'a'], missing: true });
    expect(encode(ids, ['b', 'a', 'b', null], ['b', 'a', 'new', null])).toEqual([[1], [2], [0], [3]]);
    expect(encode(ids, ['b', 'a', 'b'], ['a', null])).toEqual([[2], [0]]);
  });
});

describe('tokens', () => {
  const tokens = { ...text, encode: 'tokens', maxTokens: 4, maxTerms: 2 } as const;

  it('are the words in order: 0 behind the end, 1 for an unknown word, cut where the places end', () => {
    const train = ['the cat saw the cat', 'the dog'];
    expect(fit(tokens, train)).toMatchObject({ terms: ['the', 'cat'] });
    expect(encode(tokens, train, ['cat the bird', '', 'the the the the cat'])).toEqual([
      [3, 2, 1, 0],
      [0, 0, 0, 0],
      [2, 2, 2, 2],
    ]);
    expect(encode(tokens, train, [null])).toEqual([[0, 0, 0, 0]]);
  });

  it('have no more places than the longest train text has words', () => {
    expect(fit({ ...tokens, maxTokens: 64 }, ['one two three', 'one'])).toMatchObject({
      names: ['x [1]', 'x [2]', 'x [3]'],
    });
  });
});
