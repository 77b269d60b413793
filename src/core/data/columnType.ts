// Owns the guess what a column is, and the reason in words. Pure: it sees counts, never the file.
import * as l10n from '@vscode/l10n';
import type { FeatureType } from '../../shared/schema/experiment';

/** Counted over one column by the profile. Texts are trimmed; missing cells count in `missing` only. */
export interface ColumnFacts {
  readonly name: string;
  readonly rows: number;
  /** Missing in any column, by the list in missing.ts. */
  readonly missing: number;
  /** Words such as "-" or "unknown": missing if this is a number or a date, else values. */
  readonly missingIfNumber: number;
  readonly distinct: number;
  readonly numbers: number;
  /** Numbers without a fractional part. */
  readonly integers: number;
  /** Texts like 007: digits that a number would lose. */
  readonly leadingZeros: number;
  /** Runs of more than 15 digits: a double would lose the last ones. */
  readonly longDigits: number;
  readonly min: number;
  readonly max: number;
  /** Texts that look like a date; each is parsed later. */
  readonly dates: number;
  readonly meanLength: number;
  readonly maxLength: number;
  readonly meanWords: number;
  /** Texts with Chinese or Japanese characters, which are written without spaces. */
  readonly cjk: number;
  /** All distinct values when there are at most four, else empty. */
  readonly fewValues: readonly string[];
}

export interface TypeGuess {
  readonly type: FeatureType;
  readonly reason: string;
}

export interface RunnerUp extends TypeGuess {
  /** Of the cells that have a value, so many fit. */
  readonly share: number;
}

/** A type that fits fewer cells is no runner-up. */
const MIN_FITTING = 0.5;
const MAX_RUNNERS_UP = 3;
/** A column with more different values is no category to choose. */
const MAX_CATEGORIES = 1000;

const BOOLEAN_PAIRS: readonly (readonly [string, string])[] = [
  ['true', 'false'],
  ['yes', 'no'],
  ['t', 'f'],
  ['y', 'n'],
];
/** Of the cells that have a value, so many must be numbers (or dates); the rest is reported and read as missing. */
const MIN_NUMBER_SHARE = 0.95;
const NAMED_LIKE_ID =
  /^(id|uid|guid|uuid|index|idx|key|row|rownum|row_?id|unnamed: ?0|no\.?|nr\.?|编号|序号)$|[_ .-](id|uuid|guid|key)$|[a-z](Id|ID|Uuid|Guid)$/;
const NAMED_LIKE_CODE = /(^|[_ .-])(zip|zip_?code|post_?code|postal_?code|fips|code|iso_?num|sku|isbn)$/i;
const UUID_LENGTHS = [32, 36];

function isNamedLikeId(name: string): boolean {
  return NAMED_LIKE_ID.test(name) || /^(id|uid|guid|uuid|index|idx|key)$/i.test(name);
}

/** True when nearly all cells that have a value are of a kind; one stray cell among five or more is forgiven. */
export function isMostly(matching: number, present: number): boolean {
  if (matching === 0) return false;
  const stray = present - matching;
  return matching >= present * MIN_NUMBER_SHARE || (stray === 1 && matching >= 5);
}

export function guessType(facts: ColumnFacts): TypeGuess {
  const present = facts.rows - facts.missing;
  const presentAsNumber = present - facts.missingIfNumber;
  if (present === 0) return { type: 'category', reason: l10n.t('Every value is missing.') };
  return (
    guessBoolean(facts) ??
    (isMostly(facts.numbers, presentAsNumber) ? guessFromNumbers(facts, presentAsNumber) : undefined) ??
    guessDatetime(facts, presentAsNumber) ??
    guessFromTexts(facts, present)
  );
}

/** What else the column could be read as, likeliest first. */
export function runnersUp(facts: ColumnFacts, chosen: FeatureType): RunnerUp[] {
  const present = facts.rows - facts.missing;
  const presentAsNumber = present - facts.missingIfNumber;
  if (present <= 0) return [];
  const { numbers, dates, distinct, fewValues, meanWords } = facts;
  const found: RunnerUp[] = [];
  const add = (type: FeatureType, fitting: number, of: number, reason: string): void => {
    const share = of > 0 ? Math.min(1, fitting / of) : 0;
    if (type !== chosen && share >= MIN_FITTING) found.push({ type, share, reason });
  };
  const isZeroOne = fewValues.length === 2 && fewValues[0] === '0' && fewValues[1] === '1';
  if (isZeroOne) add('boolean', present, present, l10n.t('Two values, 0 and 1.'));
  add('number', numbers, presentAsNumber, l10n.t('{0} of {1} values are numbers.', numbers, presentAsNumber));
  add(
    'datetime',
    dates,
    presentAsNumber,
    l10n.t('{0} of {1} values look like dates.', dates, presentAsNumber),
  );
  if (distinct <= MAX_CATEGORIES && distinct < present)
    add('category', present, present, l10n.t('{0} different values.', distinct));
  if (meanWords >= 2 && numbers < present && dates < present)
    add('text', present, present, l10n.t('Texts of {0} words each.', Math.round(meanWords * 10) / 10));
  if (distinct > MAX_CATEGORIES || distinct === present)
    add('id', distinct, present, l10n.t('{0} of {1} values differ.', distinct, present));
  return found.sort((a, b) => b.share - a.share).slice(0, MAX_RUNNERS_UP);
}

function guessBoolean(facts: ColumnFacts): TypeGuess | undefined {
  const spellings = new Set(facts.fewValues.map((value) => value.toLowerCase()));
  if (spellings.size !== 2) return undefined;
  for (const [yes, no] of BOOLEAN_PAIRS) {
    if (spellings.has(yes) && spellings.has(no)) {
      return {
        type: 'boolean',
        reason: l10n.t('Two spellings, {0}.', facts.fewValues.map((value) => `"${value}"`).join(', ')),
      };
    }
  }
  return undefined;
}

function guessFromNumbers(facts: ColumnFacts, present: number): TypeGuess {
  const { distinct, integers, numbers, min, max, name } = facts;
  if (facts.leadingZeros > 0 && integers === numbers) {
    return asCode(facts, l10n.t('Whole numbers with leading zeros, such as 007: a code, not an amount.'));
  }
  if (facts.longDigits > 0 && integers === numbers) {
    return asCode(facts, l10n.t('More than 15 digits: a code, not an amount.'));
  }
  if (integers === numbers) {
    const isUnique = distinct === facts.rows && facts.missing === 0;
    // From 0 or 1 only: a column of years counts up too.
    if (isUnique && present >= 10 && (min === 0 || min === 1) && max - min + 1 === distinct) {
      return { type: 'id', reason: l10n.t('Counts the rows from {0} to {1}.', min, max) };
    }
    if (isNamedLikeId(name) && distinct >= present * 0.5) {
      return {
        type: 'id',
        reason: l10n.t('Named like an id, and {0} of {1} values differ.', distinct, present),
      };
    }
    if (isNamedLikeId(name) || NAMED_LIKE_CODE.test(name)) {
      return {
        type: 'category',
        reason: l10n.t('Whole numbers named like a code ({0} different).', distinct),
      };
    }
  }
  if (numbers < present) {
    return {
      type: 'number',
      reason: l10n.t('Numbers, except {0} of {1} cells.', present - numbers, present),
    };
  }
  return integers === numbers
    ? { type: 'number', reason: l10n.t('Whole numbers from {0} to {1}.', min, max) }
    : { type: 'number', reason: l10n.t('Numbers from {0} to {1}.', min, max) };
}

function asCode(facts: ColumnFacts, reason: string): TypeGuess {
  const isNearlyUnique = facts.distinct >= (facts.rows - facts.missing) * 0.95 && facts.distinct >= 10;
  return { type: isNearlyUnique ? 'id' : 'category', reason };
}

function guessDatetime(facts: ColumnFacts, present: number): TypeGuess | undefined {
  if (!isMostly(facts.dates, present)) return undefined;
  return facts.dates === present
    ? { type: 'datetime', reason: l10n.t('Every value is a date or a time.') }
    : { type: 'datetime', reason: l10n.t('Dates, except {0} of {1} cells.', present - facts.dates, present) };
}

function guessFromTexts(facts: ColumnFacts, present: number): TypeGuess {
  const { distinct, meanWords, meanLength, maxLength, name } = facts;
  const share = distinct / present;
  const isCjk = facts.cjk >= present * 0.5;
  const isWordy = isCjk ? meanLength >= 8 : meanWords >= 2;
  const isLong = isCjk ? meanLength >= 15 : meanWords >= 6;
  if (share > 0.5 && distinct >= 10) {
    if (isWordy && !(isNamedLikeId(name) && share > 0.95)) {
      const reason = isCjk
        ? l10n.t('{0} of {1} texts differ, {2} characters each.', distinct, present, Math.round(meanLength))
        : l10n.t(
            '{0} of {1} texts differ, {2} words each.',
            distinct,
            present,
            Math.round(meanWords * 10) / 10,
          );
      return { type: 'text', reason };
    }
    if (UUID_LENGTHS.includes(maxLength) && meanLength === maxLength && share > 0.5) {
      return {
        type: 'id',
        reason: l10n.t('{0} of {1} values differ and all have {2} characters.', distinct, present, maxLength),
      };
    }
    if (share >= 0.95 || isNamedLikeId(name)) {
      return {
        type: 'id',
        reason: l10n.t('{0} of {1} values differ: they name the rows.', distinct, present),
      };
    }
  }
  if (isLong && distinct > 20 && share > 0.2) {
    return {
      type: 'text',
      reason: l10n.t('Long texts, {0} words each; {1} differ.', Math.round(meanWords), distinct),
    };
  }
  return distinct > 50
    ? { type: 'category', reason: l10n.t('{0} different values, many of them repeated.', distinct) }
    : { type: 'category', reason: l10n.t('{0} different values.', distinct) };
}
