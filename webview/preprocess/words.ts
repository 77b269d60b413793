// Owns how column types are named and drawn on the Preprocess page. Pure.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../src/shared/errors';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { IconName } from '../ui/icons';

export function typeWords(type: FeatureType): { word: string; icon: IconName } {
  switch (type) {
    case 'number':
      return { word: l10n.t('number'), icon: 'symbolNumeric' };
    case 'category':
      return { word: l10n.t('category'), icon: 'symbolEnum' };
    case 'boolean':
      return { word: l10n.t('boolean'), icon: 'symbolBoolean' };
    case 'datetime':
      return { word: l10n.t('date'), icon: 'calendar' };
    case 'text':
      return { word: l10n.t('text'), icon: 'symbolString' };
    case 'id':
      return { word: l10n.t('id'), icon: 'key' };
    default:
      return assertNever(type);
  }
}
