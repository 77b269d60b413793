// Owns how much each train row counts in the loss: by its class, where the config asks for it.
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../../shared/didYouMean';
import { BenchError } from '../../shared/errors';
import type { TrainingConfig } from '../../shared/schema/training';
import type { EncodedDataset } from '../recipe/dataset';
import { actualClasses } from './scores';

/** The weight of the row times that of its class. @returns [train rows]; undefined: all 1 @throws BenchError 'config.unknownClass' */
export function rowWeights(
  classWeights: TrainingConfig['classWeights'],
  dataset: Pick<EncodedDataset, 'train' | 'outputs' | 'recipe'>,
): Float32Array | undefined {
  const { weights } = dataset.train;
  const byClass = weightsOfClasses(classWeights, dataset);
  if (weights === undefined || byClass === undefined) return weights ?? byClass;
  return byClass.map((weight, row) => weight * (weights[row] ?? 1));
}

function weightsOfClasses(
  classWeights: TrainingConfig['classWeights'],
  { train, outputs, recipe: { target } }: Pick<EncodedDataset, 'train' | 'outputs' | 'recipe'>,
): Float32Array | undefined {
  if (classWeights === 'none' || target.task === 'regression') return undefined;
  const { y, rows } = train;
  if (classWeights === 'balanced') return balancedRowWeights(y, rows, outputs);
  const { classes } = target;
  for (const name of Object.keys(classWeights)) {
    if (!classes.includes(name)) throw unknownClass(name, target.column, classes);
  }
  const weightOf = new Map(Object.entries(classWeights));
  const byClass = classes.map((name) => weightOf.get(name) ?? 1);
  return Float32Array.from(actualClasses(y, rows, outputs), (c) => byClass[c] ?? 1);
}

function unknownClass(name: string, column: string, classes: readonly string[]): BenchError {
  const near = didYouMean(name, classes);
  return new BenchError(
    'config.unknownClass',
    near === undefined
      ? l10n.t(
          'training.classWeights: target "{0}" has no class "{1}"; it has {2}.',
          column,
          name,
          classes.slice(0, 10).join(', '),
        )
      : l10n.t(
          'training.classWeights: target "{0}" has no class "{1}". Did you mean "{2}"?',
          column,
          name,
          near,
        ),
    { details: { column, name } },
  );
}

/**
 * Balanced class weights: rows / (classes * rows of the class), one a row; their mean is 1.
 * @see sklearn.utils.class_weight.compute_class_weight('balanced')
 */
export function balancedRowWeights(y: Float32Array, rows: number, width: number): Float32Array {
  const actual = actualClasses(y, rows, width);
  const counts = new Float64Array(Math.max(width, 2));
  for (const c of actual) counts[c] = (counts[c] ?? 0) + 1;
  const occurring = counts.filter((count) => count > 0).length;
  return Float32Array.from(actual, (c) => rows / (occurring * (counts[c] ?? 1)));
}
