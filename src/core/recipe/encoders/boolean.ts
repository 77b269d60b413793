// Owns booleans: which spelling means true, learnt from train values; one 0/1 column.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../../shared/errors';
import { compareCodePoints } from '../codePoints';
import { positiveOf } from '../truth';
import { missingName, type Encoder } from './encoder';

/** What is missing, or spelled as train never did, takes the more frequent value of the train rows. */
export const booleanEncoder: Encoder<'boolean'> = {
  fit(feature, values) {
    const { column } = feature;
    const counts = new Map<string, number>();
    let missing = 0;
    for (const value of values) {
      if (value === null) missing++;
      else counts.set(value.toLowerCase(), (counts.get(value.toLowerCase()) ?? 0) + 1);
    }
    const spellings = [...counts.keys()].sort(compareCodePoints);
    const [first, second, third] = spellings;
    if (first === undefined) return { kind: 'dropped', reason: 'allMissing' };
    if (third !== undefined) {
      throw new BenchError(
        'config.notBoolean',
        l10n.t(
          'Feature "{0}" is set to boolean but has {1} different values, such as "{2}"; expected two. Set its type to category.',
          column,
          spellings.length,
          third,
        ),
        { details: { column } },
      );
    }
    const indicator = missing > 0;
    if (second === undefined && !indicator) return { kind: 'dropped', reason: 'constant' };
    const trueText = second === undefined ? first : positiveOf(first, second);
    const falseText = trueText === first ? second : first;
    const trues = counts.get(trueText) ?? 0;
    const falses = falseText === undefined ? 0 : (counts.get(falseText) ?? 0);
    return {
      kind: 'fitted',
      encoder: {
        type: 'boolean',
        column,
        names: indicator ? [column, missingName(column)] : [column],
        trueTexts: [trueText],
        falseTexts: falseText === undefined ? [] : [falseText],
        fill: trues > falses ? 1 : 0,
        indicator,
      },
    };
  },
  apply({ trueTexts, falseTexts, fill, indicator }, values, x, stride, offset) {
    for (const [row, value] of values.entries()) {
      const text = value?.toLowerCase();
      let encoded: 0 | 1 = fill;
      if (text !== undefined && trueTexts.includes(text)) encoded = 1;
      else if (text !== undefined && falseTexts.includes(text)) encoded = 0;
      x[row * stride + offset] = encoded;
      if (indicator) x[row * stride + offset + 1] = value === null ? 1 : 0;
    }
  },
};
