// Owns how the fields of recipe steps and their options are called in a form. A new field or option of a step's schema
// does not compile until it has a label.
import * as l10n from '@vscode/l10n';
import type { StepKind, StepOf } from './schema/recipeSteps';

// Functions, because the language is known only after this module was loaded.
type Text = () => string;

/** Fields of a value, and of the objects in its lists. */
type FieldsOf<T> = T extends readonly (infer E)[]
  ? FieldsOf<E>
  : T extends object
    ? { [P in keyof T & string]: P | FieldsOf<T[P]> }[keyof T & string]
    : never;
/** Options of a choice, wherever in a value. */
type OptionsOf<T> = T extends readonly (infer E)[]
  ? OptionsOf<E>
  : T extends object
    ? { [P in keyof T]-?: OptionsOf<T[P]> }[keyof T]
    : T extends string
      ? string extends T
        ? never
        : T
      : never;
type Field = { [K in StepKind]: FieldsOf<Omit<StepOf<K>, 'step'>> }[StepKind];
type Option = { [K in StepKind]: OptionsOf<Omit<StepOf<K>, 'step'>> }[StepKind];

const fieldLabels: Readonly<Record<Field, Text>> = {
  enabled: () => l10n.t('On'),
  description: () => l10n.t('Note'),
  column: () => l10n.t('Column'),
  columns: () => l10n.t('Columns'),
  renames: () => l10n.t('New names'),
  to: () => l10n.t('To'),
  from: () => l10n.t('From'),
  decimal: () => l10n.t('Decimal mark'),
  thousands: () => l10n.t('Thousands separator'),
  symbols: () => l10n.t('Ignore currency signs and %'),
  name: () => l10n.t('New column'),
  expression: () => l10n.t('Expression'),
  separator: () => l10n.t('Separator'),
  into: () => l10n.t('New columns'),
  keep: () => l10n.t('Keep the original'),
  inner: () => l10n.t('Inner spaces too'),
  case: () => l10n.t('Case'),
  find: () => l10n.t('Find'),
  replace: () => l10n.t('Replace by'),
  match: () => l10n.t('Match'),
  ignoreCase: () => l10n.t('Ignore case'),
  pattern: () => l10n.t('Pattern'),
  group: () => l10n.t('Group of the pattern'),
  values: () => l10n.t('Values'),
  lowerCase: () => l10n.t('Lower case'),
  removeHtml: () => l10n.t('Remove HTML'),
  removeUrls: () => l10n.t('Remove links'),
  removePunctuation: () => l10n.t('Remove punctuation'),
  removeDigits: () => l10n.t('Remove digits'),
  removeStopWords: () => l10n.t('Remove stop words'),
  minLength: () => l10n.t('Shortest token'),
  maxTerms: () => l10n.t('Most terms'),
  minDocuments: () => l10n.t('Fewest rows with a term'),
  maxWords: () => l10n.t('Words in a term'),
  format: () => l10n.t('Format'),
  dayFirst: () => l10n.t('Day first'),
  parts: () => l10n.t('Parts'),
  cyclic: () => l10n.t('As sine and cosine'),
  condition: () => l10n.t('Condition'),
  when: () => l10n.t('When'),
  rows: () => l10n.t('Rows'),
  seed: () => l10n.t('Seed'),
  by: () => l10n.t('By'),
  order: () => l10n.t('Order'),
  method: () => l10n.t('Method'),
  factor: () => l10n.t('Factor'),
  aggregates: () => l10n.t('Aggregates'),
  function: () => l10n.t('Function'),
  with: () => l10n.t('With'),
  value: () => l10n.t('Constant'),
  groupBy: () => l10n.t('Within groups of'),
  neighbours: () => l10n.t('Neighbours'),
  weights: () => l10n.t('Weights'),
  unit: () => l10n.t('Bounds are'),
  low: () => l10n.t('Low'),
  high: () => l10n.t('High'),
  standardise: () => l10n.t('Standardise after it'),
  quantiles: () => l10n.t('Quantiles'),
  output: () => l10n.t('Output'),
  strategy: () => l10n.t('Strategy'),
  bins: () => l10n.t('Bins'),
  edges: () => l10n.t('Edges'),
  minShare: () => l10n.t('Smallest share'),
  label: () => l10n.t('Label'),
  maxCategories: () => l10n.t('Most categories'),
  drop: () => l10n.t('Drop a category'),
  buckets: () => l10n.t('Columns to spread over'),
  smooth: () => l10n.t('Smoothing'),
  folds: () => l10n.t('Folds'),
  lags: () => l10n.t('Rows back'),
  orderBy: () => l10n.t('Time order by'),
  window: () => l10n.t('Window'),
  includeCurrent: () => l10n.t('Count the row itself'),
  scale: () => l10n.t('Noise'),
  copies: () => l10n.t('Copies'),
  alpha: () => l10n.t('Alpha'),
  share: () => l10n.t('Share'),
  ratio: () => l10n.t('Ratio'),
  probability: () => l10n.t('Probability'),
};

type FieldTexts = { readonly [K in StepKind]?: Readonly<Partial<Record<FieldsOf<StepOf<K>>, Text>>> };

/** Where a field's common label would say the wrong thing. */
const ownFieldLabels: FieldTexts = {
  cast: { to: () => l10n.t('Type') },
  renameColumns: { to: () => l10n.t('New name') },
  joinColumns: { keep: () => l10n.t('Keep the originals') },
  filterRows: { keep: () => l10n.t('Keep the rows') },
  dropDuplicates: { keep: () => l10n.t('Keep') },
  ordinalEncode: { order: () => l10n.t('Own order') },
  mixup: { share: () => l10n.t('New rows a train row') },
  textSwap: { share: () => l10n.t('Swaps a token') },
};

/** @param field of the step, or of the objects in its lists; one that nobody knows is called as it is written */
export function fieldLabel(kind: StepKind, field: string): string {
  return (textOf(ownFieldLabels[kind], field) ?? textOf(fieldLabels, field))?.() ?? field;
}

/** What the schemas say for those who write files, said in the words of the form. A field without an entry explains itself. */
const fieldHelps: Readonly<Partial<Record<Field, Text>>> = {
  enabled: () => l10n.t('A step that is off is left out, but not forgotten.'),
  description: () => l10n.t('Why this step. Never read by the recipe.'),
  column: () => l10n.t('A column as it is called here.'),
  columns: () => l10n.t('Columns as they are called here.'),
  name: () => l10n.t('Name of the new column.'),
  keep: () => l10n.t('Keeps the column it was made from.'),
  seed: () => l10n.t('The same seed gives the same rows on every machine.'),
  groupBy: () => l10n.t('Within groups of equal values of these columns; none means over all.'),
  orderBy: () => l10n.t('Time order by this column; empty means the order of the rows.'),
  copies: () => l10n.t('New rows made of each train row.'),
  decimal: () =>
    l10n.t('Decimal mark of numbers in text. Left as it is, they are read as the file writes them.'),
  thousands: () =>
    l10n.t('Thousands separator of numbers in text; only taken where it parts groups of three digits.'),
  symbols: () => l10n.t('Ignores a currency sign or % around a number; 5 % becomes 5.'),
  expression: () => l10n.t('E.g. weight / (height / 100) ^ 2, or if(age >= 18, "adult", "minor").'),
  into: () => l10n.t('Names of the new columns; the last one gets the rest.'),
  inner: () => l10n.t('Makes runs of space inside one space.'),
  match: () =>
    l10n.t(
      'Whether the text is looked for anywhere in a cell or has to be the whole cell. A regular expression is written in RE2 syntax, and \\1 in the replacement stands for its first group.',
    ),
  group: () => l10n.t('0 is the whole match.'),
  removeStopWords: () => l10n.t('Leaves out common English words.'),
  minLength: () => l10n.t('Leaves out shorter tokens, in characters.'),
  minDocuments: () => l10n.t('Leaves out terms of fewer train rows.'),
  maxWords: () => l10n.t('2 takes pairs of words as terms too.'),
  format: () =>
    l10n.t(
      'Left at "auto", all common forms are read. Any other is written as %d.%m.%Y %H:%M is, as strptime reads it.',
    ),
  dayFirst: () =>
    l10n.t('How 03/04/2020 is read. Automatic looks at all values: 25/12/2020 can only have the day first.'),
  cyclic: () =>
    l10n.t(
      'Month, weekday, day of year, hour and minute as sine and cosine, so that December is next to January.',
    ),
  condition: () => l10n.t('E.g. age >= 18 and country = "DE".'),
  when: () => l10n.t('Missing in any, or in all of the columns.'),
  with: () =>
    l10n.t(
      'Mean, median and the most frequent value are those of the train rows. Value before and value after come from the nearest row that has one.',
    ),
  value: () => l10n.t('What is written where a value is missing.'),
  unit: () =>
    l10n.t(
      'Numbers are the bounds themselves. Quantiles are shares from 0 to 1, whose numbers are those of the train rows (winsorising).',
    ),
  strategy: () =>
    l10n.t('Bins of equal width, bins of equally many train rows, or bins between edges of your own.'),
  edges: () => l10n.t('Edges between the bins, ascending.'),
  maxCategories: () => l10n.t('The most frequent; the rest is all zeros.'),
  order: () => l10n.t('Your own order; empty sorts the values of the train rows.'),
  smooth: () =>
    l10n.t(
      'How much a category of few rows is drawn to the overall mean. Automatic finds it in the data (empirical Bayes); a number is the weight of the overall mean, in rows.',
    ),
  lags: () => l10n.t('So many rows back.'),
  window: () => l10n.t('So many rows.'),
  includeCurrent: () => l10n.t('Counts the row itself too: never for the target.'),
  scale: () => l10n.t("Standard deviation of the noise, as a share of the column's own."),
  alpha: () =>
    l10n.t(
      'How evenly two rows are mixed: near 0 a new row is close to one of them, 1 makes every mixture equally likely. It is drawn from Beta(alpha, alpha).',
    ),
  ratio: () => l10n.t('Rows of each class, as a share of the most frequent one.'),
  pattern: () => l10n.t('RE2 syntax.'),
};

const noText: Text = () => '';
const someColumns: Text = () => l10n.t('Columns as they are called here; none means all.');

/** Where a field's common help would say the wrong thing. */
const ownFieldHelps: FieldTexts = {
  renameColumns: { to: () => l10n.t('Name of the new column.') },
  groupAggregate: { by: () => l10n.t('Columns as they are called here.') },
  dropDuplicates: { columns: someColumns, keep: noText },
  dropMissing: { columns: someColumns },
  filterRows: {
    keep: () => l10n.t('Rows for which nobody can say count as those for which it does not hold.'),
  },
  extractText: { keep: () => l10n.t('Keeps the column it was made from.') },
  mapValues: { to: () => l10n.t('Left empty, the value becomes missing.') },
  markMissing: {
    values: () => l10n.t('Such as -999 or unknown; compared as text, then as numbers.'),
  },
  removeOutliers: {
    method: () =>
      l10n.t(
        'Interquartile range leaves out what lies further outside the quartiles than the factor times their distance. Standard deviations leaves out what lies further from the mean than the factor times the standard deviation.',
      ),
  },
  powerTransform: { method: () => l10n.t('Box-Cox needs numbers above 0; Yeo-Johnson takes any.') },
  sort: { order: noText },
  mixup: { share: () => l10n.t('New rows for each train row.') },
  textSwap: { share: () => l10n.t('Swaps of neighbours for each token.') },
  undersample: {
    ratio: () => l10n.t('Rows of the rarest class, as a share of what each other class keeps.'),
  },
};

/** What a field means; empty for one that explains itself. */
export function fieldHelp(kind: StepKind, field: string): string {
  return (textOf(ownFieldHelps[kind], field) ?? textOf(fieldHelps, field) ?? noText)();
}

const optionLabels: Readonly<Record<Option, Text>> = {
  '': () => l10n.t('none'),
  ' ': () => l10n.t('space'),
  '.': () => l10n.t('point'),
  ',': () => l10n.t('comma'),
  "'": () => l10n.t('apostrophe'),
  number: () => l10n.t('number'),
  text: () => l10n.t('text'),
  boolean: () => l10n.t('boolean'),
  datetime: () => l10n.t('date'),
  lower: () => l10n.t('lower case'),
  upper: () => l10n.t('upper case'),
  title: () => l10n.t('title case'),
  part: () => l10n.t('part of a cell'),
  cell: () => l10n.t('whole cell'),
  regex: () => l10n.t('regular expression'),
  auto: () => l10n.t('automatic'),
  yes: () => l10n.t('yes'),
  no: () => l10n.t('no'),
  year: () => l10n.t('year'),
  quarter: () => l10n.t('quarter'),
  month: () => l10n.t('month'),
  week: () => l10n.t('week'),
  dayOfYear: () => l10n.t('day of the year'),
  day: () => l10n.t('day'),
  weekday: () => l10n.t('weekday'),
  hour: () => l10n.t('hour'),
  minute: () => l10n.t('minute'),
  isWeekend: () => l10n.t('is weekend'),
  daysSince1970: () => l10n.t('days since 1970'),
  matching: () => l10n.t('for which it holds'),
  others: () => l10n.t('for which it does not'),
  first: () => l10n.t('first'),
  last: () => l10n.t('last'),
  none: () => l10n.t('none'),
  any: () => l10n.t('any is missing'),
  all: () => l10n.t('all are missing'),
  ascending: () => l10n.t('ascending'),
  descending: () => l10n.t('descending'),
  iqr: () => l10n.t('interquartile range'),
  zScore: () => l10n.t('standard deviations'),
  count: () => l10n.t('count'),
  sum: () => l10n.t('sum'),
  mean: () => l10n.t('mean'),
  median: () => l10n.t('median'),
  min: () => l10n.t('minimum'),
  max: () => l10n.t('maximum'),
  sd: () => l10n.t('standard deviation'),
  distinct: () => l10n.t('distinct values'),
  mode: () => l10n.t('most frequent value'),
  constant: () => l10n.t('a constant'),
  forward: () => l10n.t('value before'),
  backward: () => l10n.t('value after'),
  uniform: () => l10n.t('uniform'),
  distance: () => l10n.t('by distance'),
  value: () => l10n.t('numbers'),
  quantile: () => l10n.t('quantiles'),
  yeoJohnson: () => 'Yeo-Johnson',
  boxCox: () => 'Box-Cox',
  normal: () => l10n.t('normal'),
  edges: () => l10n.t('own edges'),
  ifBinary: () => l10n.t('if there are two'),
};

type OptionTexts = {
  readonly [K in StepKind]?: {
    readonly [F in FieldsOf<StepOf<K>>]?: Readonly<Partial<Record<Option, Text>>>;
  };
};

/** Where an option's common label would say the wrong thing. */
const ownOptionLabels: OptionTexts = {
  dropDuplicates: { keep: { none: () => l10n.t('none of them') } },
  knnImpute: { weights: { uniform: () => l10n.t('all alike') } },
  bin: {
    strategy: {
      uniform: () => l10n.t('equal width'),
      quantile: () => l10n.t('equally many rows'),
    },
  },
  oneHot: { drop: { none: () => l10n.t('none'), first: () => l10n.t('the first') } },
};

/** A choice in a form. @param option one that nobody knows is called as it is written */
export function optionLabel(kind: StepKind, field: string, option: string): string {
  const own: Readonly<Record<string, Readonly<Partial<Record<Option, Text>>>>> = ownOptionLabels[kind] ?? {};
  const ofField = Object.hasOwn(own, field) ? own[field] : undefined;
  return (textOf(ofField, option) ?? textOf(optionLabels, option))?.() ?? option;
}

/** Names come from files too: `constructor` is no text. */
function textOf(
  texts: Readonly<Record<string, Text | undefined>> | undefined,
  name: string,
): Text | undefined {
  return texts !== undefined && Object.hasOwn(texts, name) ? texts[name] : undefined;
}
