// Owns the steps of a recipe as they are written: one zod schema each, which is the type, the parser, the docs and
// the form in the panel. What a step does lives in core/recipe/steps.
import * as z from 'zod';

/** How the panel lets a field be edited; goes into the JSON Schema as `widget`. */
export type StepWidget = 'column' | 'columns' | 'expression' | 'pattern';

/** The panel asks for a field only while another one has one of these values; in the JSON Schema `showIf: to=number|text`. */
export const onlyIf = (field: string, ...is: string[]): { showIf: string } => ({
  showIf: `${field}=${is.join('|')}`,
});

const enabled = z.boolean().default(true).describe('false leaves the step out without forgetting it.');
const description = z.string().optional().describe('Why this step. Never read by the recipe.');
const column = z.string().min(1).meta({ widget: 'column', description: 'A column as it is called here.' });
const columns = z
  .array(z.string().min(1))
  .min(1)
  .meta({ widget: 'columns', description: 'Columns as they are called here.' });
const someColumns = z
  .array(z.string().min(1))
  .default([])
  .meta({ widget: 'columns', description: 'Columns as they are called here; none means all.' });
const newName = z.string().min(1).describe('Name of the new column.');
const keep = z.boolean().default(false).describe('Keeps the column it was made from.');
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(1)
  .describe('The same seed gives the same rows on every machine.');
const groupBy = z.array(z.string().min(1)).default([]).meta({
  widget: 'columns',
  description: 'Within groups of equal values of these columns; none means over all.',
});
const orderBy = z
  .string()
  .default('')
  .meta({ widget: 'column', description: 'Time order by this column; empty means the order of the rows.' });
const dayFirst = z
  .enum(['auto', 'yes', 'no'])
  .default('auto')
  .describe('How 03/04/2020 is read. auto looks at all values (25/12/2020 can only have the day first).');

/** The fields all steps have, and the step's own. */
function step<const K extends string, S extends z.core.$ZodShape>(kind: K, text: string, shape: S) {
  return z.strictObject({ step: z.literal(kind), enabled, description, ...shape }).describe(text);
}

// Columns
export const selectColumnsSchema = step(
  'selectColumns',
  'Keeps only these columns, in the order they have.',
  { columns },
);
export const dropColumnsSchema = step('dropColumns', 'Leaves these columns out.', { columns });
export const renameColumnsSchema = step('renameColumns', 'Gives columns other names.', {
  renames: z.array(z.strictObject({ column, to: newName })).min(1),
});
export const reorderColumnsSchema = step('reorderColumns', 'Puts these columns first, in this order.', {
  columns,
});
export const castSchema = step(
  'cast',
  'Reads columns as another type; what cannot be read becomes missing.',
  {
    columns,
    to: z.enum(['number', 'text', 'boolean', 'datetime']),
    decimal: z
      .enum(['.', ','])
      .default('.')
      .describe('Decimal mark of numbers in text. Left as it is, they are read as the file writes them.')
      .meta(onlyIf('to', 'number')),
    thousands: z
      .enum(['', ',', '.', ' ', "'"])
      .default('')
      .describe('Thousands separator of numbers in text; only taken where it parts groups of three digits.')
      .meta(onlyIf('to', 'number')),
    symbols: z
      .boolean()
      .default(false)
      .describe('Ignores a currency sign or % around a number; 5 % becomes 5.')
      .meta(onlyIf('to', 'number')),
    dayFirst: dayFirst.meta(onlyIf('to', 'datetime')),
  },
);
export const computeColumnSchema = step('computeColumn', 'Adds a column computed from others.', {
  name: newName,
  expression: z.string().min(1).meta({
    widget: 'expression',
    description: 'E.g. weight / (height / 100) ^ 2, or if(age >= 18, "adult", "minor").',
  }),
});
export const splitColumnSchema = step('splitColumn', 'Splits a text column at a separator.', {
  column,
  separator: z.string().min(1),
  into: z.array(z.string().min(1)).min(1).describe('Names of the new columns; the last one gets the rest.'),
  keep,
});
export const joinColumnsSchema = step(
  'joinColumns',
  'Joins columns into one text column; what is missing is left out.',
  {
    columns,
    name: newName,
    separator: z.string().default(' '),
    keep,
  },
);

// Text
export const trimSchema = step('trim', 'Removes space around texts.', {
  columns,
  inner: z.boolean().default(true).describe('Makes runs of space inside one space.'),
});
export const changeCaseSchema = step('changeCase', 'Writes texts in one case.', {
  columns,
  case: z.enum(['lower', 'upper', 'title']),
});
export const replaceTextSchema = step('replaceText', 'Finds and replaces text.', {
  columns,
  find: z.string().min(1).meta({ widget: 'pattern' }),
  replace: z.string().default(''),
  match: z
    .enum(['part', 'cell', 'regex'])
    .default('part')
    .describe(
      'part: anywhere in a cell. cell: the whole cell. regex: RE2 syntax, \\1 in the replacement is a group.',
    ),
  ignoreCase: z.boolean().default(false),
});
export const extractTextSchema = step('extractText', 'Takes a part of a text by a regular expression.', {
  column,
  pattern: z.string().min(1).meta({ widget: 'pattern', description: 'RE2 syntax.' }),
  group: z.int().min(0).max(9).default(0).describe('0 is the whole match.'),
  name: newName,
  keep: z.boolean().default(true).describe('Keeps the column it was made from.'),
});
export const mapValuesSchema = step(
  'mapValues',
  'Replaces whole values by others; an empty "from" is what is missing.',
  {
    column,
    values: z
      .array(
        z.strictObject({
          from: z.string(),
          to: z.string().nullable().describe('null makes it missing.'),
        }),
      )
      .min(1),
  },
);
export const cleanTextSchema = step('cleanText', 'Cleans free text before it is tokenised.', {
  columns,
  lowerCase: z.boolean().default(true),
  removeHtml: z.boolean().default(true),
  removeUrls: z.boolean().default(true),
  removePunctuation: z.boolean().default(true),
  removeDigits: z.boolean().default(false),
  removeStopWords: z.boolean().default(false).describe('Leaves out common English words.'),
});
export const tokeniseSchema = step(
  'tokenise',
  'Writes a text as tokens with one space between; Chinese and Japanese as pairs of characters.',
  { columns, minLength: z.int().min(1).default(1).describe('Leaves out shorter tokens, in characters.') },
);
export const tfIdfSchema = step(
  'tfIdf',
  'Turns a text into numbers: term frequency times inverse document frequency, l2-normalised, as scikit-learn.',
  {
    column,
    maxTerms: z.int().min(1).max(5000).default(100),
    minDocuments: z.int().min(1).default(1).describe('Leaves out terms of fewer train rows.'),
    maxWords: z.int().min(1).max(3).default(1).describe('2 takes pairs of words as terms too.'),
    keep,
  },
);

// Dates
export const parseDateSchema = step('parseDate', 'Reads dates and times from text.', {
  columns,
  format: z
    .string()
    .default('auto')
    .describe('auto reads the common forms; else a strptime format such as %d.%m.%Y %H:%M.'),
  dayFirst: dayFirst.meta(onlyIf('format', 'auto')),
});
export const datePartSchema = z.enum([
  'year',
  'quarter',
  'month',
  'week',
  'dayOfYear',
  'day',
  'weekday',
  'hour',
  'minute',
  'isWeekend',
  'daysSince1970',
]);
export const datePartsSchema = step('dateParts', 'Adds numbers taken from a date.', {
  column,
  parts: z.array(datePartSchema).min(1).default(['year', 'month', 'weekday']),
  cyclic: z
    .boolean()
    .default(false)
    .describe(
      'Month, weekday, day of year, hour and minute as sine and cosine, so that December is next to January.',
    ),
  dayFirst,
  keep,
});

// Rows
export const filterRowsSchema = step('filterRows', 'Keeps the rows for which a condition holds.', {
  condition: z
    .string()
    .min(1)
    .meta({ widget: 'expression', description: 'E.g. age >= 18 and country = "DE".' }),
  keep: z
    .enum(['matching', 'others'])
    .default('matching')
    .describe('others: all but these, also the rows for which nobody can say.'),
});
export const dropDuplicatesSchema = step('dropDuplicates', 'Keeps one of equal rows.', {
  columns: someColumns,
  keep: z.enum(['first', 'last', 'none']).default('first'),
});
export const dropMissingSchema = step('dropMissing', 'Leaves out rows with missing values.', {
  columns: someColumns,
  when: z.enum(['any', 'all']).default('any').describe('Missing in any, or in all of the columns.'),
});
export const sampleSchema = step('sample', 'Takes some rows at random, in the order of the file.', {
  rows: z.int().min(1).default(1000),
  seed,
});
export const shuffleSchema = step('shuffle', 'Puts the rows into a random order.', { seed });
export const sortSchema = step('sort', 'Sorts the rows. Numbers sort as numbers; missing comes last.', {
  by: z
    .array(z.strictObject({ column, order: z.enum(['ascending', 'descending']).default('ascending') }))
    .min(1),
});
export const removeOutliersSchema = step(
  'removeOutliers',
  'Leaves out train rows far from the rest. Validation and test rows stay: they are what the world sends.',
  {
    columns,
    method: z
      .enum(['iqr', 'zScore'])
      .default('iqr')
      .describe('iqr: outside quartiles +- factor * IQR. zScore: further than factor * sd from the mean.'),
    factor: z.number().gt(0).default(3),
  },
);
export const aggregateFunctionSchema = z.enum([
  'count',
  'sum',
  'mean',
  'median',
  'min',
  'max',
  'sd',
  'distinct',
  'first',
  'last',
]);
export const groupAggregateSchema = step('groupAggregate', 'One row a group, with aggregates of it.', {
  by: columns,
  aggregates: z.array(z.strictObject({ column, function: aggregateFunctionSchema, name: newName })).min(1),
});

// Missing values
export const fillMissingSchema = step('fillMissing', 'Fills missing values.', {
  columns,
  with: z
    .enum(['mean', 'median', 'mode', 'constant', 'forward', 'backward'])
    .describe('mean, median and mode are fitted on train rows. forward takes the last value before.'),
  value: z.string().default('').describe('For constant.').meta(onlyIf('with', 'constant')),
  groupBy: groupBy.meta(onlyIf('with', 'mean', 'median', 'mode', 'forward', 'backward')),
});
export const knnImputeSchema = step(
  'knnImpute',
  "Fills missing numbers with the mean of the nearest train rows, as scikit-learn's KNNImputer.",
  {
    columns,
    neighbours: z.int().min(1).max(100).default(5),
    weights: z.enum(['uniform', 'distance']).default('uniform'),
  },
);
export const missingIndicatorSchema = step('missingIndicator', 'Adds a 0/1 column that says "was missing".', {
  columns,
});
export const markMissingSchema = step('markMissing', 'Makes values that stand for "no value" missing.', {
  columns,
  values: z.array(z.string()).min(1).describe('Such as -999 or unknown; compared as text, then as numbers.'),
});

// Numbers
export const clipSchema = step('clip', 'Brings numbers beyond a bound to it.', {
  columns,
  unit: z
    .enum(['value', 'quantile'])
    .default('quantile')
    .describe('value: the bounds as they are. quantile: shares 0 to 1, fitted on train rows (winsorise).'),
  low: z.number().nullable().default(0.01),
  high: z.number().nullable().default(0.99),
});
export const standardiseSchema = step(
  'standardise',
  '(x - mean) / sd, of train rows; sd as scikit-learn (ddof 0).',
  {
    columns,
  },
);
export const minMaxScaleSchema = step('minMaxScale', 'Scales so that train rows lie between two bounds.', {
  columns,
  low: z.number().default(0),
  high: z.number().default(1),
});
export const robustScaleSchema = step('robustScale', '(x - median) / interquartile range, of train rows.', {
  columns,
});
export const logTransformSchema = step('logTransform', 'ln(1 + x); x of -1 or less becomes missing.', {
  columns,
});
export const powerTransformSchema = step('powerTransform', 'Makes a distribution more like the normal one.', {
  columns,
  method: z.enum(['yeoJohnson', 'boxCox']).default('yeoJohnson').describe('boxCox needs numbers above 0.'),
  standardise: z.boolean().default(true),
});
export const quantileTransformSchema = step('quantileTransform', 'Maps to the rank among train rows.', {
  columns,
  quantiles: z.int().min(2).max(10_000).default(1000),
  output: z.enum(['uniform', 'normal']).default('uniform'),
});
export const binSchema = step('bin', 'Puts numbers into bins 0, 1, 2, ...', {
  columns,
  strategy: z
    .enum(['uniform', 'quantile', 'edges'])
    .default('quantile')
    .describe('uniform: of equal width. quantile: of equally many train rows. edges: your own.'),
  bins: z
    .int()
    .min(2)
    .max(1000)
    .default(5)
    .meta(onlyIf('strategy', 'uniform', 'quantile')),
  edges: z
    .array(z.number())
    .default([])
    .describe('Inner edges, ascending; for "edges".')
    .meta(onlyIf('strategy', 'edges')),
});

// Categories
export const groupRareSchema = step('groupRare', 'Puts categories that are rare among train rows into one.', {
  columns,
  minShare: z.number().gt(0).lt(1).default(0.01),
  label: z.string().min(1).default('other'),
});
export const oneHotSchema = step('oneHot', 'A 0/1 column a category of the train rows.', {
  columns,
  maxCategories: z.int().min(1).max(1000).default(50).describe('The most frequent; the rest is all zeros.'),
  drop: z.enum(['none', 'first', 'ifBinary']).default('none'),
  keep,
});
export const ordinalEncodeSchema = step(
  'ordinalEncode',
  'Numbers categories 0, 1, 2, ...; an unseen one is -1.',
  {
    columns,
    order: z
      .array(z.string())
      .default([])
      .describe('Your own order; empty sorts the values of the train rows.'),
  },
);
export const hashEncodeSchema = step(
  'hashEncode',
  'Spreads categories over a fixed number of columns by a hash.',
  {
    columns,
    buckets: z.int().min(2).max(4096).default(16),
    keep,
  },
);
export const frequencyEncodeSchema = step('frequencyEncode', 'The share of train rows with this category.', {
  columns,
});
export const targetEncodeSchema = step(
  'targetEncode',
  "The mean target of a category, shrunk to the overall mean, as scikit-learn's TargetEncoder. Train rows get a value from the other folds, never from themselves.",
  {
    columns,
    smooth: z
      .union([z.literal('auto'), z.number().min(0)])
      .default('auto')
      .describe('auto: empirical Bayes. A number: weight of the overall mean, in rows.'),
    folds: z.int().min(2).max(20).default(5),
    seed,
  },
);

// Time series
export const lagSchema = step('lag', 'Adds values of earlier rows.', {
  columns,
  lags: z.array(z.int().min(1)).min(1).default([1]).describe('So many rows back.'),
  orderBy,
  groupBy,
});
export const rollingSchema = step('rolling', 'Adds an aggregate over earlier rows.', {
  columns,
  window: z.int().min(1).default(7).describe('So many rows.'),
  function: z.enum(['mean', 'sum', 'min', 'max', 'sd']).default('mean'),
  includeCurrent: z.boolean().default(false).describe('Counts the row itself too: never for the target.'),
  orderBy,
  groupBy,
});

// Augmentation: train rows only
const copies = z.int().min(1).max(20).default(1).describe('New rows a train row.');
export const jitterSchema = step('jitter', 'Adds copies of train rows with a little noise on numbers.', {
  columns,
  scale: z.number().gt(0).max(1).default(0.05).describe("Noise sd as a share of the column's sd."),
  copies,
  seed,
});
export const mixupSchema = step(
  'mixup',
  'Adds train rows between two others: of the same class, or with the target mixed alike for a number.',
  {
    columns,
    alpha: z.number().gt(0).max(10).default(0.2).describe('Beta(alpha, alpha) says how much of each.'),
    share: z.number().gt(0).max(5).default(0.5).describe('New rows a train row.'),
    seed,
  },
);
export const smoteSchema = step(
  'smote',
  'Adds train rows of rare classes between neighbours of that class (SMOTE; SMOTE-NC where columns are categories).',
  {
    columns,
    neighbours: z.int().min(1).max(50).default(5),
    ratio: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe('Rows of each class, as a share of the most frequent one.'),
    seed,
  },
);
export const oversampleSchema = step('oversample', 'Repeats train rows of rare classes.', {
  ratio: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Rows of each class, as a share of the most frequent one.'),
  seed,
});
export const undersampleSchema = step('undersample', 'Leaves out train rows of frequent classes.', {
  ratio: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Rows of the rarest class, as a share of what each other class keeps.'),
  seed,
});
export const textDropoutSchema = step('textDropout', 'Adds copies of train rows with some tokens left out.', {
  columns,
  probability: z.number().gt(0).lt(1).default(0.1),
  copies,
  seed,
});
export const textSwapSchema = step(
  'textSwap',
  'Adds copies of train rows with some neighbouring tokens swapped.',
  {
    columns,
    share: z.number().gt(0).lt(1).default(0.1).describe('Swaps a token.'),
    copies,
    seed,
  },
);

export const recipeStepSchema = z.discriminatedUnion('step', [
  selectColumnsSchema,
  dropColumnsSchema,
  renameColumnsSchema,
  reorderColumnsSchema,
  castSchema,
  computeColumnSchema,
  splitColumnSchema,
  joinColumnsSchema,
  trimSchema,
  changeCaseSchema,
  replaceTextSchema,
  extractTextSchema,
  mapValuesSchema,
  cleanTextSchema,
  tokeniseSchema,
  tfIdfSchema,
  parseDateSchema,
  datePartsSchema,
  filterRowsSchema,
  dropDuplicatesSchema,
  dropMissingSchema,
  sampleSchema,
  shuffleSchema,
  sortSchema,
  removeOutliersSchema,
  groupAggregateSchema,
  fillMissingSchema,
  knnImputeSchema,
  missingIndicatorSchema,
  markMissingSchema,
  clipSchema,
  standardiseSchema,
  minMaxScaleSchema,
  robustScaleSchema,
  logTransformSchema,
  powerTransformSchema,
  quantileTransformSchema,
  binSchema,
  groupRareSchema,
  oneHotSchema,
  ordinalEncodeSchema,
  hashEncodeSchema,
  frequencyEncodeSchema,
  targetEncodeSchema,
  lagSchema,
  rollingSchema,
  jitterSchema,
  mixupSchema,
  smoteSchema,
  oversampleSchema,
  undersampleSchema,
  textDropoutSchema,
  textSwapSchema,
]);
export type RecipeStep = z.infer<typeof recipeStepSchema>;
/** What may be written: fields with a default may be left out. */
export type RecipeStepInput = z.input<typeof recipeStepSchema>;
export type StepKind = RecipeStep['step'];
export type StepOf<K extends StepKind> = Extract<RecipeStep, { step: K }>;

export const RECIPE_FILE_SUFFIX = '.recipe.json';

export const recipeStepsSchema = z
  .array(recipeStepSchema)
  .describe('Steps from the file to the table that is trained on, in order.');

/** A recipe alone in a file. */
export const recipeFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1).default(1).describe('Version of this file format.'),
    description,
    steps: recipeStepsSchema,
  })
  .describe('A Model Bench recipe.');
export type RecipeFile = z.infer<typeof recipeFileSchema>;
