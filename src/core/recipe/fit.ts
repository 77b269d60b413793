// Owns fitting the features. It is given a table of the train rows and no other: nothing fitted can have seen a
// validation or test row.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Feature, UsedFeature } from '../../shared/schema/experiment';
import type { DataIssue } from '../../shared/schema/profile';
import type { FittedEncoder } from '../../shared/schema/recipe';
import type { Table } from '../data/table';
import { booleanEncoder } from './encoders/boolean';
import { categoryEncoder } from './encoders/category';
import { categoryIdsEncoder } from './encoders/categoryIds';
import { datetimeEncoder } from './encoders/datetime';
import type { DropReason, Encoder, EncoderType } from './encoders/encoder';
import { numberEncoder } from './encoders/number';
import { textEncoder } from './encoders/text';
import { tokensEncoder } from './encoders/tokens';

export const encoders = {
  number: numberEncoder,
  category: categoryEncoder,
  categoryIds: categoryIdsEncoder,
  boolean: booleanEncoder,
  datetime: datetimeEncoder,
  text: textEncoder,
  tokens: tokensEncoder,
} satisfies { readonly [T in EncoderType]: Encoder<T> };

export function isUsed(feature: Feature): feature is UsedFeature {
  return feature.type !== 'id' && feature.use;
}

/** The column as an encoder wants it. @throws BenchError internal.columnKind */
export function textValues(table: Table, column: string): readonly (string | null)[] {
  const found = table.columns.get(column);
  if (found?.kind !== 'text') throw new BenchError('internal.columnKind', `"${column}" was not read as text`);
  return found.values;
}

/** @throws BenchError internal.columnKind */
export function numberValues(table: Table, column: string): Float64Array {
  const found = table.columns.get(column);
  if (found?.kind !== 'number')
    throw new BenchError('internal.columnKind', `"${column}" was not read as number`);
  return found.values;
}

/**
 * @param train the train rows only
 * @returns one encoder per feature that can be learnt from, in the order of the features
 * @throws BenchError config.notBoolean
 */
export function fitFeatures(
  features: readonly UsedFeature[],
  train: Table,
): { encoders: FittedEncoder[]; issues: DataIssue[] } {
  const fitted: FittedEncoder[] = [];
  const issues: DataIssue[] = [];
  for (const feature of features) {
    const result = fitFeature(feature, train);
    if (result.kind === 'fitted') fitted.push(result.encoder);
    else issues.push(droppedIssue(feature.column, result.reason));
  }
  return { encoders: fitted, issues };
}

type AnyFit =
  | { readonly kind: 'fitted'; readonly encoder: FittedEncoder }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

function fitFeature(feature: UsedFeature, train: Table): AnyFit {
  switch (feature.type) {
    case 'number':
      return encoders.number.fit(feature, numberValues(train, feature.column));
    case 'category':
      return feature.encode === 'oneHot'
        ? encoders.category.fit(feature, textValues(train, feature.column))
        : encoders.categoryIds.fit(feature, textValues(train, feature.column));
    case 'boolean':
      return encoders.boolean.fit(feature, textValues(train, feature.column));
    case 'datetime':
      return encoders.datetime.fit(feature, textValues(train, feature.column));
    case 'text':
      return feature.encode === 'tfidf'
        ? encoders.text.fit(feature, textValues(train, feature.column))
        : encoders.tokens.fit(feature, textValues(train, feature.column));
  }
}

function droppedIssue(column: string, reason: DropReason): DataIssue {
  const base = { severity: 'warning' as const, column };
  switch (reason) {
    case 'allMissing': {
      const message = l10n.t('Column "{0}" has no usable value in the train rows; it is left out.', column);
      return { ...base, code: 'feature.allMissing', message };
    }
    case 'constant': {
      const message = l10n.t('Column "{0}" has one value in all train rows; it is left out.', column);
      return { ...base, code: 'feature.constant', message };
    }
    case 'noTerms': {
      const message = l10n.t(
        'Column "{0}" has no word of two letters in the train rows; it is left out.',
        column,
      );
      return { ...base, code: 'feature.noTerms', message };
    }
  }
}
