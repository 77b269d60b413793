// Owns the words for losses and kinds of layers, the same in every view.
import * as l10n from '@vscode/l10n';
import { assertNever } from './errors';
import type { ArchitectureKind } from './schema/architecture';
import type { LossName } from './schema/training';

export function lossLabel(loss: LossName): string {
  switch (loss) {
    case 'meanSquaredError':
      return l10n.t('Mean squared error');
    case 'meanAbsoluteError':
      return l10n.t('Mean absolute error');
    case 'huber':
      return l10n.t('Huber loss');
    case 'logCosh':
      return l10n.t('Log-cosh loss');
    case 'poisson':
      return l10n.t('Poisson loss');
    case 'quantile':
      return l10n.t('Quantile (pinball) loss');
    case 'binaryCrossEntropy':
      return l10n.t('Binary cross-entropy');
    case 'categoricalCrossEntropy':
      return l10n.t('Categorical cross-entropy');
    case 'sparseCategoricalCrossEntropy':
      return l10n.t('Sparse categorical cross-entropy');
    case 'focal':
      return l10n.t('Focal loss');
    case 'hinge':
      return l10n.t('Hinge loss');
    default:
      return assertNever(loss);
  }
}

export function layerKindLabel(kind: ArchitectureKind): string {
  switch (kind) {
    case 'input':
      return l10n.t('Input');
    case 'embedding':
      return l10n.t('Embedding');
    case 'tokens':
      return l10n.t('Tokens');
    case 'dense':
      return l10n.t('Dense');
    case 'activation':
      return l10n.t('Activation');
    case 'dropout':
      return l10n.t('Dropout');
    case 'batchNorm':
      return l10n.t('Batch normalisation');
    case 'layerNorm':
      return l10n.t('Layer normalisation');
    case 'conv1d':
      return l10n.t('Convolution');
    case 'lstm':
      return l10n.t('LSTM');
    case 'gru':
      return l10n.t('GRU');
    case 'attention':
      return l10n.t('Attention');
    case 'positions':
      return l10n.t('Positions');
    case 'pool':
      return l10n.t('Pool');
    case 'flatten':
      return l10n.t('Flatten');
    case 'concat':
      return l10n.t('Concatenate');
    case 'add':
      return l10n.t('Add');
    case 'output':
      return l10n.t('Output');
    case 'loss':
      return l10n.t('Loss');
    default:
      return assertNever(kind);
  }
}
