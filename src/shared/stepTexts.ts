// Owns how recipe steps are called: titles, what a kind does, and what a step does in one line. A new kind of step does
// not compile until it has its texts. Names of fields and their options are in stepFieldTexts.ts.
import * as l10n from '@vscode/l10n';
import { formatNumber } from './format';
import type { StepGroup } from './schema/stepCatalogue';
import type { RecipeStep, StepKind, StepOf } from './schema/recipeSteps';
import { optionLabel } from './stepFieldTexts';

// Functions, because the language is known only after this module was loaded.
type Text = () => string;

const groupTitles: Readonly<Record<StepGroup, Text>> = {
  columns: () => l10n.t('Columns'),
  missing: () => l10n.t('Missing values'),
  numbers: () => l10n.t('Numbers'),
  categories: () => l10n.t('Categories'),
  text: () => l10n.t('Text'),
  dates: () => l10n.t('Dates'),
  rows: () => l10n.t('Rows'),
  timeSeries: () => l10n.t('Time series'),
  augmentation: () => l10n.t('Augmentation'),
};

export function groupTitle(group: StepGroup): string {
  return groupTitles[group]();
}

const titles: Readonly<Record<StepKind, Text>> = {
  selectColumns: () => l10n.t('Select columns'),
  dropColumns: () => l10n.t('Drop columns'),
  renameColumns: () => l10n.t('Rename columns'),
  reorderColumns: () => l10n.t('Reorder columns'),
  cast: () => l10n.t('Change type'),
  computeColumn: () => l10n.t('Compute column'),
  splitColumn: () => l10n.t('Split column'),
  joinColumns: () => l10n.t('Join columns'),
  trim: () => l10n.t('Trim'),
  changeCase: () => l10n.t('Change case'),
  replaceText: () => l10n.t('Find and replace'),
  extractText: () => l10n.t('Extract by pattern'),
  mapValues: () => l10n.t('Map values'),
  cleanText: () => l10n.t('Clean text'),
  tokenise: () => l10n.t('Tokenise'),
  tfIdf: () => l10n.t('TF-IDF'),
  parseDate: () => l10n.t('Parse dates'),
  dateParts: () => l10n.t('Parts of a date'),
  filterRows: () => l10n.t('Filter rows'),
  dropDuplicates: () => l10n.t('Drop duplicates'),
  dropMissing: () => l10n.t('Drop rows with missing values'),
  sample: () => l10n.t('Sample rows'),
  shuffle: () => l10n.t('Shuffle rows'),
  sort: () => l10n.t('Sort rows'),
  removeOutliers: () => l10n.t('Remove outliers'),
  groupAggregate: () => l10n.t('Group and aggregate'),
  fillMissing: () => l10n.t('Fill missing values'),
  knnImpute: () => l10n.t('Fill from nearest rows'),
  missingIndicator: () => l10n.t('Missing indicator'),
  markMissing: () => l10n.t('Mark as missing'),
  clip: () => l10n.t('Clip'),
  standardise: () => l10n.t('Standardise'),
  minMaxScale: () => l10n.t('Min-max scale'),
  robustScale: () => l10n.t('Robust scale'),
  logTransform: () => l10n.t('Logarithm'),
  powerTransform: () => l10n.t('Power transform'),
  quantileTransform: () => l10n.t('Quantile transform'),
  bin: () => l10n.t('Bin'),
  groupRare: () => l10n.t('Group rare categories'),
  oneHot: () => l10n.t('One-hot encode'),
  ordinalEncode: () => l10n.t('Ordinal encode'),
  hashEncode: () => l10n.t('Hash encode'),
  frequencyEncode: () => l10n.t('Frequency encode'),
  targetEncode: () => l10n.t('Target encode'),
  lag: () => l10n.t('Lag'),
  rolling: () => l10n.t('Rolling aggregate'),
  jitter: () => l10n.t('Jitter'),
  mixup: () => l10n.t('Mixup'),
  smote: () => l10n.t('SMOTE'),
  oversample: () => l10n.t('Over-sample'),
  undersample: () => l10n.t('Under-sample'),
  textDropout: () => l10n.t('Token dropout'),
  textSwap: () => l10n.t('Token swap'),
};

export function stepTitle(kind: StepKind): string {
  return titles[kind]();
}

/** As the schema says it, translated. */
const helps: Readonly<Record<StepKind, Text>> = {
  selectColumns: () => l10n.t('Keeps only these columns, in the order they have.'),
  dropColumns: () => l10n.t('Leaves these columns out.'),
  renameColumns: () => l10n.t('Gives columns other names.'),
  reorderColumns: () => l10n.t('Puts these columns first, in this order.'),
  cast: () => l10n.t('Reads columns as another type; what cannot be read becomes missing.'),
  computeColumn: () => l10n.t('Adds a column computed from others.'),
  splitColumn: () => l10n.t('Splits a text column at a separator.'),
  joinColumns: () => l10n.t('Joins columns into one text column; what is missing is left out.'),
  trim: () => l10n.t('Removes space around texts.'),
  changeCase: () => l10n.t('Writes texts in one case.'),
  replaceText: () => l10n.t('Finds and replaces text.'),
  extractText: () => l10n.t('Takes a part of a text by a regular expression.'),
  mapValues: () => l10n.t('Replaces whole values by others; an empty "from" is what is missing.'),
  cleanText: () => l10n.t('Cleans free text before it is tokenised.'),
  tokenise: () =>
    l10n.t('Writes a text as tokens with one space between; Chinese and Japanese as pairs of characters.'),
  tfIdf: () =>
    l10n.t(
      'Turns a text into numbers: term frequency times inverse document frequency, l2-normalised, as scikit-learn.',
    ),
  parseDate: () => l10n.t('Reads dates and times from text.'),
  dateParts: () => l10n.t('Adds numbers taken from a date.'),
  filterRows: () => l10n.t('Keeps the rows for which a condition holds.'),
  dropDuplicates: () => l10n.t('Keeps one of equal rows.'),
  dropMissing: () => l10n.t('Leaves out rows with missing values.'),
  sample: () => l10n.t('Takes some rows at random, in the order of the file.'),
  shuffle: () => l10n.t('Puts the rows into a random order.'),
  sort: () => l10n.t('Sorts the rows. Numbers sort as numbers; missing comes last.'),
  removeOutliers: () =>
    l10n.t(
      'Leaves out train rows far from the rest. Validation and test rows stay: they are what the world sends.',
    ),
  groupAggregate: () => l10n.t('One row a group, with aggregates of it.'),
  fillMissing: () => l10n.t('Fills missing values.'),
  knnImpute: () =>
    l10n.t("Fills missing numbers with the mean of the nearest train rows, as scikit-learn's KNNImputer."),
  missingIndicator: () => l10n.t('Adds a 0/1 column that says "was missing".'),
  markMissing: () => l10n.t('Makes values that stand for "no value" missing.'),
  clip: () => l10n.t('Brings numbers beyond a bound to it.'),
  standardise: () => l10n.t('(x - mean) / sd, of train rows; sd as scikit-learn (ddof 0).'),
  minMaxScale: () => l10n.t('Scales so that train rows lie between two bounds.'),
  robustScale: () => l10n.t('(x - median) / interquartile range, of train rows.'),
  logTransform: () => l10n.t('ln(1 + x); x of -1 or less becomes missing.'),
  powerTransform: () => l10n.t('Makes a distribution more like the normal one.'),
  quantileTransform: () => l10n.t('Maps to the rank among train rows.'),
  bin: () => l10n.t('Puts numbers into bins 0, 1, 2, ...'),
  groupRare: () => l10n.t('Puts categories that are rare among train rows into one.'),
  oneHot: () => l10n.t('A 0/1 column a category of the train rows.'),
  ordinalEncode: () => l10n.t('Numbers categories 0, 1, 2, ...; an unseen one is -1.'),
  hashEncode: () => l10n.t('Spreads categories over a fixed number of columns by a hash.'),
  frequencyEncode: () => l10n.t('The share of train rows with this category.'),
  targetEncode: () =>
    l10n.t(
      "The mean target of a category, shrunk to the overall mean, as scikit-learn's TargetEncoder. Train rows get a value from the other folds, never from themselves.",
    ),
  lag: () => l10n.t('Adds values of earlier rows.'),
  rolling: () => l10n.t('Adds an aggregate over earlier rows.'),
  jitter: () => l10n.t('Adds copies of train rows with a little noise on numbers.'),
  mixup: () =>
    l10n.t(
      'Adds train rows between two others: of the same class, or with the target mixed alike for a number.',
    ),
  smote: () =>
    l10n.t(
      'Adds train rows of rare classes between neighbours of that class (SMOTE; SMOTE-NC where columns are categories).',
    ),
  oversample: () => l10n.t('Repeats train rows of rare classes.'),
  undersample: () => l10n.t('Leaves out train rows of frequent classes.'),
  textDropout: () => l10n.t('Adds copies of train rows with some tokens left out.'),
  textSwap: () => l10n.t('Adds copies of train rows with some neighbouring tokens swapped.'),
};

/** What a kind of step does, in a sentence or two. */
export function stepHelp(kind: StepKind): string {
  return helps[kind]();
}

/** Names and values beyond these are counted. */
const MAX_NAMES = 3;
/** Longer expressions and texts are cut, in characters. */
const MAX_TEXT = 60;

function shorten(text: string): string {
  const characters = Array.from(text.replaceAll(/\s+/gu, ' '));
  return characters.length > MAX_TEXT
    ? `${characters.slice(0, MAX_TEXT - 1).join('')}…`
    : characters.join('');
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(shorten).join(l10n.t(', '));
  return names.length > MAX_NAMES ? l10n.t('{0} and {1} more', shown, names.length - MAX_NAMES) : shown;
}

const quoted = (text: string): string => `"${shorten(text)}"`;
const newValue = (to: string | null): string => (to === null ? l10n.t('missing') : to === '' ? '""' : to);
const percent = (share: number): string => l10n.t('{0} %', formatNumber(100 * share));

type Describers = { readonly [K in StepKind]: (step: StepOf<K>) => string };

const describers: Describers = {
  selectColumns: ({ columns }) => l10n.t('Keep only {0}', list(columns)),
  dropColumns: ({ columns }) => l10n.t('Drop {0}', list(columns)),
  renameColumns: ({ renames }) =>
    l10n.t('Rename {0}', list(renames.map(({ column, to }) => `${column} → ${to}`))),
  reorderColumns: ({ columns }) => l10n.t('Put {0} first', list(columns)),
  cast: ({ columns, to }) => l10n.t('Read {0} as {1}', list(columns), optionLabel('cast', 'to', to)),
  computeColumn: ({ name, expression }) => l10n.t('Add {0} = {1}', shorten(name), shorten(expression)),
  splitColumn: ({ column, separator, into }) =>
    l10n.t('Split {0} at {1} into {2}', shorten(column), quoted(separator), list(into)),
  joinColumns: ({ columns, name }) => l10n.t('Join {0} into {1}', list(columns), shorten(name)),
  trim: ({ columns }) => l10n.t('Trim {0}', list(columns)),
  changeCase: (step) =>
    l10n.t('Write {0} in {1}', list(step.columns), optionLabel('changeCase', 'case', step.case)),
  replaceText: ({ columns, find, replace }) =>
    replace === ''
      ? l10n.t('Remove {0} from {1}', quoted(find), list(columns))
      : l10n.t('Replace {0} by {1} in {2}', quoted(find), quoted(replace), list(columns)),
  extractText: ({ column, pattern, name }) =>
    l10n.t('Extract {0} from {1} into {2}', shorten(pattern), shorten(column), shorten(name)),
  mapValues: ({ column, values }) =>
    l10n.t(
      'Map {0} of {1}',
      list(values.map(({ from, to }) => `${from} → ${newValue(to)}`)),
      shorten(column),
    ),
  cleanText: ({ columns }) => l10n.t('Clean the text of {0}', list(columns)),
  tokenise: ({ columns }) => l10n.t('Tokenise {0}', list(columns)),
  tfIdf: ({ column, maxTerms }) =>
    l10n.t('TF-IDF of {0}, at most {1} terms', shorten(column), String(maxTerms)),
  parseDate: ({ columns, format }) =>
    format === 'auto'
      ? l10n.t('Read {0} as dates', list(columns))
      : l10n.t('Read {0} as dates like {1}', list(columns), shorten(format)),
  dateParts: ({ column, parts }) =>
    l10n.t(
      'Take {0} from {1}',
      list(parts.map((part) => optionLabel('dateParts', 'parts', part))),
      shorten(column),
    ),
  filterRows: ({ condition, keep }) =>
    keep === 'matching'
      ? l10n.t('Keep rows where {0}', shorten(condition))
      : l10n.t('Leave out rows where {0}', shorten(condition)),
  dropDuplicates: describeDropDuplicates,
  dropMissing: describeDropMissing,
  sample: ({ rows }) => l10n.t('Take {0} rows at random', String(rows)),
  shuffle: () => l10n.t('Shuffle the rows'),
  sort: ({ by }) =>
    l10n.t(
      'Sort by {0}',
      list(
        by.map(({ column, order }) => (order === 'ascending' ? column : l10n.t('{0} descending', column))),
      ),
    ),
  removeOutliers: ({ columns, method, factor }) =>
    method === 'iqr'
      ? l10n.t('Remove train rows beyond {0} IQR in {1}', formatNumber(factor), list(columns))
      : l10n.t('Remove train rows beyond {0} sd in {1}', formatNumber(factor), list(columns)),
  groupAggregate: ({ by, aggregates }) =>
    l10n.t('One row per {0} with {1}', list(by), list(aggregates.map(({ name }) => name))),
  fillMissing: describeFillMissing,
  knnImpute: ({ columns, neighbours }) =>
    l10n.t('Fill missing in {0} from the {1} nearest rows', list(columns), String(neighbours)),
  missingIndicator: ({ columns }) => l10n.t('Add "was missing" for {0}', list(columns)),
  markMissing: ({ columns, values }) =>
    l10n.t('Mark {0} as missing in {1}', list(values.map(quoted)), list(columns)),
  clip: describeClip,
  standardise: ({ columns }) => l10n.t('Standardise {0}', list(columns)),
  minMaxScale: ({ columns, low, high }) =>
    l10n.t('Scale {0} to between {1} and {2}', list(columns), formatNumber(low), formatNumber(high)),
  robustScale: ({ columns }) => l10n.t('Scale {0} by median and IQR', list(columns)),
  logTransform: ({ columns }) => l10n.t('ln(1 + x) of {0}', list(columns)),
  powerTransform: ({ columns, method }) =>
    l10n.t('Make {0} more normal by {1}', list(columns), optionLabel('powerTransform', 'method', method)),
  quantileTransform: ({ columns, output }) =>
    output === 'uniform'
      ? l10n.t('Map {0} to ranks from 0 to 1', list(columns))
      : l10n.t('Map {0} to a normal distribution by rank', list(columns)),
  bin: describeBin,
  groupRare: ({ columns, minShare, label }) =>
    l10n.t('Group categories of {0} below {1} as {2}', list(columns), percent(minShare), quoted(label)),
  oneHot: ({ columns }) => l10n.t('One-hot encode {0}', list(columns)),
  ordinalEncode: ({ columns }) => l10n.t('Number the categories of {0}', list(columns)),
  hashEncode: ({ columns, buckets }) => l10n.t('Hash {0} into {1} columns', list(columns), String(buckets)),
  frequencyEncode: ({ columns }) => l10n.t('Replace {0} by the share of each category', list(columns)),
  targetEncode: ({ columns }) => l10n.t('Replace {0} by the mean target of each category', list(columns)),
  lag: ({ columns, lags }) => l10n.t('Add {0} of {1} rows before', list(columns), list(lags.map(String))),
  rolling: (step) =>
    l10n.t(
      'Add the {0} of {1} over {2} rows',
      optionLabel('rolling', 'function', step.function),
      list(step.columns),
      String(step.window),
    ),
  jitter: ({ columns }) => l10n.t('Add copies of train rows with noise on {0}', list(columns)),
  mixup: ({ columns }) => l10n.t('Add train rows mixed of two in {0}', list(columns)),
  smote: ({ columns }) => l10n.t('Add train rows of rare classes by SMOTE on {0}', list(columns)),
  oversample: ({ ratio }) =>
    l10n.t('Repeat train rows of rare classes up to {0} of the largest', percent(ratio)),
  undersample: () => l10n.t('Leave out train rows of frequent classes'),
  textDropout: ({ columns, probability }) =>
    l10n.t('Add copies of train rows without {0} of the tokens in {1}', percent(probability), list(columns)),
  textSwap: ({ columns, share }) =>
    l10n.t('Add copies of train rows with {0} of the tokens swapped in {1}', percent(share), list(columns)),
};

/** What a step does, in one line: "Fill missing in Age, Fare with median". */
export function describeStep(step: RecipeStep): string {
  // The one place where a step and the describer of its kind are known to belong together.
  return (describers[step.step] as (step: RecipeStep) => string)(step);
}

function describeDropDuplicates({ columns, keep }: StepOf<'dropDuplicates'>): string {
  const what =
    columns.length === 0 ? l10n.t('Drop equal rows') : l10n.t('Drop rows with equal {0}', list(columns));
  switch (keep) {
    case 'first':
      return what;
    case 'last':
      return l10n.t('{0}, keep the last', what);
    case 'none':
      return l10n.t('{0}, keep none of them', what);
  }
}

function describeDropMissing({ columns, when }: StepOf<'dropMissing'>): string {
  if (columns.length === 0) {
    return when === 'any' ? l10n.t('Drop rows with a missing value') : l10n.t('Drop rows without any value');
  }
  return when === 'any'
    ? l10n.t('Drop rows with a missing value in {0}', list(columns))
    : l10n.t('Drop rows without any value in {0}', list(columns));
}

function describeFillMissing(step: StepOf<'fillMissing'>): string {
  const columns = list(step.columns);
  const text = ((): string => {
    switch (step.with) {
      case 'constant':
        return l10n.t('Fill missing in {0} with {1}', columns, quoted(step.value));
      case 'forward':
        return l10n.t('Fill missing in {0} with the value before', columns);
      case 'backward':
        return l10n.t('Fill missing in {0} with the value after', columns);
      case 'mean':
      case 'median':
      case 'mode':
        return l10n.t('Fill missing in {0} with {1}', columns, optionLabel('fillMissing', 'with', step.with));
    }
  })();
  return step.groupBy.length === 0 ? text : l10n.t('{0} of each {1}', text, list(step.groupBy));
}

function describeClip({ columns, unit, low, high }: StepOf<'clip'>): string {
  const names = list(columns);
  const bound = (value: number): string =>
    unit === 'value' ? formatNumber(value) : l10n.t('quantile {0}', formatNumber(value));
  if (low !== null && high !== null)
    return l10n.t('Clip {0} between {1} and {2}', names, bound(low), bound(high));
  if (low !== null) return l10n.t('Clip {0} below {1}', names, bound(low));
  if (high !== null) return l10n.t('Clip {0} above {1}', names, bound(high));
  return l10n.t('Clip {0}: no bounds', names);
}

function describeBin({ columns, strategy, bins, edges }: StepOf<'bin'>): string {
  switch (strategy) {
    case 'uniform':
      return l10n.t('Bin {0} into {1} of equal width', list(columns), String(bins));
    case 'quantile':
      return l10n.t('Bin {0} into {1} of equally many rows', list(columns), String(bins));
    case 'edges':
      return l10n.t('Bin {0} at {1}', list(columns), list(edges.map(formatNumber)));
  }
}
