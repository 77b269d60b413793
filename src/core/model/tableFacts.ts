// Owns what is known of a table before it is read whole: rows, and of each feature how many values, words and numbers it
// gives. From a profile and a config alone, so sizes are estimates. Knows no network.
import type { Experiment, Feature, Split } from '../../shared/schema/experiment';
import type { ColumnProfile, DatasetProfile } from '../../shared/schema/profile';
import type { InputSlice } from './inputSlice';

export interface FeatureFacts {
  readonly column: string;
  /** Different values. */
  readonly distinct: number;
  readonly missing: boolean;
  /** Of a text: mean and largest number of words. */
  readonly words?: { readonly mean: number; readonly largest: number } | undefined;
}

export interface TableFacts {
  /** With a target. */
  readonly rows: number;
  readonly trainRows: number;
  /** Classes; 1 for two of them or a number. */
  readonly outputs: number;
  /** Of the used features, by column. */
  readonly features: ReadonlyMap<string, FeatureFacts>;
}

/** Features that a recipe makes are not in the profile: they are taken for plain columns. */
export function tableFacts(experiment: Experiment, profile: DatasetProfile): TableFacts {
  const columns = new Map(profile.columns.map((column) => [column.name, column]));
  const { column: name, task } = experiment.data.target;
  const target = columns.get(name);
  const rows = profile.rows - (target?.missing ?? 0);
  const used = usedFeatures(experiment);
  return {
    rows,
    trainRows: Math.max(1, Math.round(rows * trainShare(experiment.split))),
    outputs: task === 'multiclass' ? Math.max(2, target?.distinct ?? 2) : 1,
    features: new Map(used.map(({ column }) => [column, factsOf(column, columns.get(column))])),
  };
}

export function usedFeatures({ features }: Pick<Experiment, 'features'>): Exclude<Feature, { type: 'id' }>[] {
  return features.flatMap((feature) => (feature.type !== 'id' && feature.use ? [feature] : []));
}

// Of English prose: 4.7 letters and a space.
const CHARACTERS_PER_WORD = 5.7;

function factsOf(column: string, profile: ColumnProfile | undefined): FeatureFacts {
  if (profile === undefined) return { column, distinct: 2, missing: false };
  const { distinct, missing, textLength } = profile;
  return {
    column,
    distinct,
    missing: missing > 0,
    ...(textLength === undefined
      ? {}
      : {
          words: {
            mean: Math.max(1, textLength.mean / CHARACTERS_PER_WORD),
            largest: Math.max(1, Math.ceil(textLength.max / CHARACTERS_PER_WORD)),
          },
        }),
  };
}

/** A column that says the part is taken for the usual 70 %. */
function trainShare(split: Split): number {
  switch (split.method) {
    case 'column':
      return 0.7;
    case 'kFold':
      return (1 - split.test) * (1 - 1 / split.folds) * (split.kind === 'time' ? 0.5 : 1);
    default:
      return 1 - split.validation - split.test;
  }
}

/** What the encoders will about make of the features. */
export function estimatedInputs(experiment: Experiment, facts: TableFacts): InputSlice[] {
  const slices: InputSlice[] = [];
  let start = 0;
  const numbers = (width: number): void => {
    const last = slices.at(-1);
    if (last?.kind === 'numbers') slices[slices.length - 1] = { ...last, width: last.width + width };
    else slices.push({ kind: 'numbers', start, width });
    start += width;
  };
  for (const feature of usedFeatures(experiment)) {
    const { column } = feature;
    const found = facts.features.get(column) ?? factsOf(column, undefined);
    const extra = found.missing ? 1 : 0;
    if (feature.type === 'category' && feature.encode === 'embedding') {
      slices.push({
        kind: 'ids',
        column,
        start,
        size: Math.min(found.distinct, feature.maxCategories) + 1 + extra,
      });
      start += 1;
    } else if (feature.type === 'text' && feature.encode === 'tokens') {
      const width = Math.max(1, Math.min(feature.maxTokens, found.words?.largest ?? feature.maxTokens));
      const size = Math.min(feature.maxTerms, vocabularyOf(found, facts)) + 2;
      slices.push({ kind: 'tokens', column, start, width, size });
      start += width;
    } else numbers(numbersOf(feature, found, facts) + extra);
  }
  return slices;
}

/** Position, and a circle each of the year and the week. */
const DATE_NUMBERS = 5;

function numbersOf(
  feature: Exclude<Feature, { type: 'id' }>,
  found: FeatureFacts,
  facts: TableFacts,
): number {
  switch (feature.type) {
    case 'number':
    case 'boolean':
      return 1;
    case 'datetime':
      return DATE_NUMBERS;
    case 'category':
      return (
        Math.min(found.distinct, feature.maxCategories) + (found.distinct > feature.maxCategories ? 1 : 0)
      );
    case 'text':
      return Math.min(feature.maxTerms, vocabularyOf(found, facts));
  }
}

/** Heaps' law with its usual numbers for English: different words = 10 * words^0.6. */
function vocabularyOf({ words }: FeatureFacts, { trainRows }: TableFacts): number {
  return Math.ceil(10 * (trainRows * (words?.mean ?? 10)) ** 0.6);
}

/** Columns of the encoded matrix; a text that is read counts as one. */
export function columnsSeen(slices: readonly InputSlice[]): number {
  return slices.reduce((sum, slice) => sum + (slice.kind === 'numbers' ? slice.width : 1), 0);
}
