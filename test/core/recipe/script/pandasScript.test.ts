// The pandas script as text. Each of STEP_RECIPES and 35 variations of them was run with pandas 3.1.1, numpy 2.4.6 and
// scikit-learn 1.9.1: what is not left out gave the rows of the export (to 1e-9).
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../../src/core/data/csvSource';
import { pandasScript } from '../../../../src/core/recipe/script/pandasScript';
import type { Script, ScriptJob } from '../../../../src/core/recipe/script/sqlScript';
import { pyPattern, pyReplacement } from '../../../../src/core/recipe/script/pyPattern';
import { pyNumber, pyText } from '../../../../src/core/recipe/script/python';
import {
  recipeStepsSchema,
  type RecipeStepInput,
  type StepKind,
} from '../../../../src/shared/schema/recipeSteps';
import type { ReadingInput } from '../../../../src/shared/schema/reading';
import { stepCatalogue } from '../../../../src/shared/schema/stepCatalogue';
import { STEP_RECIPES, STEP_SPLIT, STEP_TABLE, STEP_TARGET } from '../../../support/stepRecipes';
import { csvFolder } from '../../data/tempCsv';

const csv = csvFolder();

async function script(
  text: string | Buffer,
  steps: readonly RecipeStepInput[],
  options: Partial<ScriptJob> & { reading?: ReadingInput } = {},
): Promise<Script> {
  const source = await openCsv(await csv.write(text), { reading: options.reading });
  try {
    return await pandasScript({ source, steps: recipeStepsSchema.parse(steps), ...options });
  } finally {
    source.close();
  }
}

/** Without the top: what it imports and defines. */
const body = ({ text }: Script): string =>
  text.slice(text.search(/^# .*\.csv$/m)).replace(/"[^"]*\.csv"/, '"f.csv"');

const LEFT_OUT: readonly StepKind[] = [
  'removeOutliers',
  'targetEncode',
  'jitter',
  'mixup',
  'smote',
  'oversample',
  'undersample',
  'textDropout',
  'textSwap',
];

describe('the pandas script', () => {
  it.each(Object.keys(stepCatalogue) as StepKind[])('says %s, or says that it does not', async (kind) => {
    const { text, issues } = await script(STEP_TABLE, STEP_RECIPES[kind], {
      split: STEP_SPLIT,
      target: STEP_TARGET,
    });
    expect(issues.map(({ code }) => code)).toEqual(LEFT_OUT.includes(kind) ? ['recipe.notInScript'] : []);
    for (const { message } of issues) expect(text).toContain(`# ${message}`);
    // Each helper that is called is defined, once.
    const defined = [...text.matchAll(/^def (\w+)/gm)].map(([, name]) => name);
    expect(new Set(defined).size).toBe(defined.length);
    for (const name of ['text', 'number', 'change', 'dates', 'sort_rows', 'along', 'encode']) {
      expect(defined.includes(name), name).toBe(
        new RegExp(`(?<![\\w."])${name}[(),]`).test(text.replace(`def ${name}(`, '')),
      );
    }
  });

  it('reads the file, leaves rows without target out where something is learnt, and writes what was learnt', async () => {
    const rows = ['a,y', '1,2', '3,4', '5,', ...Array.from({ length: 7 }, (_, i) => `${i},${i}`)].join('\n');
    const made = await script(
      rows,
      [
        { step: 'trim', columns: ['a'] },
        { step: 'minMaxScale', columns: ['a'], low: -1, high: 1 },
      ],
      {
        split: { method: 'time', column: 'y', validation: 0.2, test: 0.2 },
        target: { column: 'y', task: 'regression' },
      },
    );
    expect(body(made)).toBe(`# ${/# (table\d+\.csv)/.exec(made.text)?.[1] ?? ''}
df = pd.read_csv("f.csv", sep=",", quotechar="\\"", header=0, dtype=str, keep_default_na=False, on_bad_lines="skip", encoding="utf-8-sig")
df.columns = ["a", "y"]
MISSING = ["", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "NAN", "NULL", "Null", "null", "?", "."]
df = df.astype(object).map(lambda v: v if isinstance(v, str) and v.strip(" \\t\\r\\n\\u00a0") not in MISSING else None)

# Step 1: Trim a
df["a"] = change(df["a"], lambda v: re.sub(SPACES, " ", v).strip(" "))

# Rows without a value of the target "y" are not learnt from.
df = df[number(df["y"]).notna()]

# Step 2: Scale a to between -1 and 1 (learnt from 5 train rows)
df["a"] = finite((number(df["a"]) - 1.5) / 1.5)
`);
    expect(
      made.text.startsWith(
        '# Made by Model Bench for pandas 3. It leaves the table in df.\nimport re\n\nimport numpy as np\nimport pandas as pd\n\n\ndef text(s):',
      ),
    ).toBe(true);
  });

  it('reads with the dialect, the encoding and the words for "no value" of the file', async () => {
    const { text } = await script('a|b\n1,5|-9\n2,5|x\n', [{ step: 'cast', columns: ['a'], to: 'number' }], {
      reading: { decimal: ',', missing: ['-9'], encoding: 'windows-1252' },
    });
    expect(text).toContain('sep="|"');
    expect(text).toContain('encoding="windows-1252"');
    expect(text).toContain('"?", ".", "-9"]');
    expect(text).toContain('df["a"] = number(df["a"], decimal=",", thousands="")');
  });

  it('leaves out what comes of a step that is left out, and goes on', async () => {
    const { text, issues } = await script(STEP_TABLE, [
      { step: 'computeColumn', name: 'odd', expression: 'coalesce(x, z)' },
      { step: 'logTransform', columns: ['odd'] },
      { step: 'dropColumns', columns: ['note'] },
      { step: 'missingIndicator', columns: ['x'] },
    ]);
    expect(issues.map(({ message }) => message)).toEqual([
      'Step 1 (Compute column) is left out of the script: pandas cannot do it alike.',
      'Step 2 (Logarithm) is left out of the script: a step before it is.',
    ]);
    expect(text).toContain('df = df[["i", "x", "x (missing)", "z", "kind", "city", "when", "y"]]');
  });

  // Each of these was run with pandas 3.1.1 and gave the column that the recipe gives.
  it.each([
    ['sqrt(2) * x', '(np.sqrt(at_least_0(in_rows(2, df.index))) * n(df["x"]))'],
    ['max(x, 0)', 'pd.concat([n(df["x"]), in_rows(0, df.index)], axis=1).max(axis=1, skipna=False)'],
    ['1 / 0 + x', '((in_rows(1, df.index) / 0) + n(df["x"]))'],
    ['x % 0.1', 'np.fmod(n(df["x"]), 0.1)'],
    // pandas knows missing ** 0 and 1 ** missing.
    ['x ^ z', 'raised(n(df["x"]), n(df["z"]), df.index)'],
    // Beyond all numbers is missing, and not above 3.
    ['x / z > 3', '(sure((n(df["x"]) / n(df["z"]))) > 3)'],
    ['round(round(x, 1))', 'rounded(rounded(n(df["x"]), 1), 0)'],
    ['lower("ABC")', '(in_rows("ABC", df.index)).str.lower()'],
    ['replace(kind, "r", "R")', '(t(df["kind"])).str.replace("r", "R", regex=False)'],
    ['matches(kind, "^\\w")', '(t(df["kind"])).str.contains("^\\\\w", regex=True, flags=re.A)'],
  ])('says %s of rows with missing values as the recipe does', async (expression, code) => {
    const { text } = await script(STEP_TABLE, [{ step: 'computeColumn', name: 'c', expression }]);
    expect(text).toContain(`df["c"] = finish(${code}, df.index)`);
  });

  it('has no helper that nothing asks for', async () => {
    const { text } = await script(STEP_TABLE, [
      { step: 'lag', columns: ['x'], groupBy: ['kind'] },
      { step: 'powerTransform', columns: ['x'] },
    ]);
    expect([...text.matchAll(/^def (\w+)/gm)].map(([, name]) => name)).toEqual([
      'text',
      'number',
      'finite',
      'along',
      'sort_rows',
      'yeo_johnson',
    ]);
  });

  it('fills with a number as the numbers of the file are written', async () => {
    const { text } = await script(
      'a|b\n1,5|1\n|2\n',
      [{ step: 'fillMissing', columns: ['a'], with: 'constant', value: '0.5' }],
      { reading: { decimal: ',' } },
    );
    expect(text).toContain('.isna(), "0,5")');
  });

  it('compares times that may be missing', async () => {
    const { text } = await script(STEP_TABLE, [
      { step: 'parseDate', columns: ['when'] },
      { step: 'filterRows', condition: 'when > "2024-05-01"', keep: 'others' },
    ]);
    expect(text).toContain(
      'df = df[~(times(d(df["when"]), d("2024-05-01"), operator.gt)).fillna(False).astype(bool)]',
    );
  });

  it('takes the neighbours that the recipe takes, also of equally near ones', async () => {
    const { text, issues } = await script(STEP_TABLE, [{ step: 'knnImpute', columns: ['x', 'z'] }]);
    expect(issues).toEqual([]);
    expect(text).toContain('df[["x", "z"]] = knn(numbers, donors, [');
    expect(text).not.toContain('sklearn.impute');
  });

  it('keeps names in their place', async () => {
    const { text } = await script('"a\n""; import os",b\nx,1\n', [
      { step: 'changeCase', columns: ['a\n"; import os'], case: 'upper' },
    ]);
    expect(text).toContain('df["a\\n\\"; import os"] = change(');
    expect(text).not.toMatch(/^[^#"]*import os/m);
  });
});

describe('a pattern in Python', () => {
  it.each([
    ['(\\w+) no', false, '"(\\\\w+) no"', 're.A'],
    ['fox', true, '"fox"', 're.A | re.I'],
    ['\u00c9t\u00e9', true, '"\u00c9t\u00e9"', 're.I'],
    ['\\\\p', false, '"\\\\\\\\p"', 're.A'],
  ])('%s finds what RE2 finds', (pattern, ignoreCase, code, flags) => {
    expect(pyPattern(pattern, ignoreCase)).toEqual({ pattern: code, flags });
  });

  it.each(['\\p{Lu}', '[[:alpha:]]', '\\Qa.b\\E', '(?U)a+', 'a(?i)b', '\\x{4e2d}', 'a{,3}'])(
    '%s is left out, as Python would find something else',
    (pattern) => {
      expect(pyPattern(pattern)).toBeUndefined();
    },
  );

  it('is left out where letters of any case and classes of ASCII meet', () => {
    expect(pyPattern('\u00e9\\w', true)).toBeUndefined();
  });

  it('is replaced with its groups', () => {
    expect(pyReplacement('<\\0>\\10\\\\1')).toBe(JSON.stringify('<\\g<0>>\\g<1>0\\\\1'));
  });
});

describe('Python literals', () => {
  it('are the very same text and number', () => {
    expect(pyText('a"b\\c\n\u0000\u00a0é😀')).toBe('"a\\"b\\\\c\\n\\u0000\\u00a0é😀"');
    expect([0.1, -0, 1e300, NaN, null, -Infinity].map(pyNumber)).toEqual([
      '0.1',
      '-0.0',
      '1e+300',
      'np.nan',
      'np.nan',
      '-np.inf',
    ]);
  });
});
