// Owns how a preset is fitted to a table's size: width, dropout, weight decay, penalties, schedule, length of training. Each
// choice says itself in words. Rules come from the literature where it has any, else from our own runs, named below.
import * as l10n from '@vscode/l10n';
import type { Experiment } from '../../shared/schema/experiment';
import type { PresetName } from '../../shared/schema/modelPreset';
import { layerSchema, type Layer } from '../../shared/schema/model';
import { optimizerSchema, scheduleSchema } from '../../shared/schema/training';
import { usedFeatures, type TableFacts } from './tableFacts';
import { trainingLength } from './trainingLength';

export interface Tuned {
  readonly experiment: Experiment;
  readonly changes: readonly string[];
}

/** Under so many train rows every remedy against learning by heart is on. */
const FEW_ROWS = 5_000;
/**
 * From here on a falling learning rate pays and dropout does not (diamonds 2 % better without); from ten times as many wider
 * layers.
 */
const WIDE_ROWS = 20_000;
/** The cosine must come to its end: a short one, all the way. */
const COSINE_EPOCHS = 40;
/** Under so many a handful of weights a row is more than there is to learn. */
const TINY_ROWS = 60;

/** @param experiment with the preset applied */
export function tuneModel(experiment: Experiment, preset: PresetName, facts: TableFacts): Tuned {
  const { experiment: tuned, changes } = tunedFor(experiment, preset, facts);
  const description = l10n.t('For {0} train rows: {1}.', facts.trainRows, changes.join('; '));
  return { experiment: { ...tuned, training: { ...tuned.training, description } }, changes };
}

function tunedFor(experiment: Experiment, preset: PresetName, facts: TableFacts): Tuned {
  const length = withLength(experiment, facts);
  switch (preset) {
    case 'linear':
      return chain(length, (one) => withRidge(one, facts));
    case 'mlp':
    case 'wideAndDeep':
    case 'categoryEmbeddings':
      return chain(
        length,
        (one) => withWidths(one, preset, facts),
        withDecay,
        (one) => withSchedule(one, facts),
      );
    case 'residualMlp':
    case 'ftTransformer':
      return chain(length, (one) => withSchedule(one, facts));
    case 'textEmbedding':
    case 'textConv':
    case 'textLstm':
    case 'textGru':
    case 'textTransformer':
    case 'multiInput':
      return length;
  }
}

type Change = (experiment: Experiment) => Tuned;

function chain(start: Tuned, ...changes: readonly Change[]): Tuned {
  return changes.reduce((before, change) => {
    const after = change(before.experiment);
    return { experiment: after.experiment, changes: [...before.changes, ...after.changes] };
  }, start);
}

/** More often than not early stopping ends it long before. */
function withLength(experiment: Experiment, { rows }: TableFacts): Tuned {
  const { batchSize, epochs, patience } = trainingLength(rows);
  const { earlyStopping } = experiment.training;
  const stopping = earlyStopping === false ? false : { ...earlyStopping, patience };
  return {
    experiment: {
      ...experiment,
      training: { ...experiment.training, batchSize, epochs, earlyStopping: stopping },
    },
    changes: [
      l10n.t(
        '{0} rows a step, at most {1} epochs, ended after {2} without a better validation loss',
        batchSize,
        epochs,
        patience,
      ),
    ],
  };
}

/**
 * scikit-learn's LogisticRegression(C=1) and Ridge(alpha=1) in units of our loss, a mean over rows: C * sum(loss) + |w|^2 / 2
 * is least where mean(loss) + |w|^2 / (2 * C * rows) is.
 */
function withRidge(experiment: Experiment, { trainRows }: TableFacts): Tuned {
  const l2 = Number((1 / (2 * trainRows)).toPrecision(2));
  const { model } = experiment;
  return {
    experiment: { ...experiment, model: { ...model, output: { ...model.output, l2 } } },
    changes: [l10n.t('L2 penalty {0}: 1 / (2 * {1} train rows), as C = 1 in scikit-learn', l2, trainRows)],
  };
}

/**
 * Ours, on 9 tables of 178 to 1,309 rows, 3 or 4 splits each: 32-16 and 64-32 were no better than 128-64 (diabetes 4 % worse,
 * tips 2 %): width is not what makes a network learn by heart there. Dropout helped a little: 0.2 on classes (titanic, weather;
 * none worse by more than its noise), 0.1 on numbers (RMSE of cars -8 %, storms -4 %, flights -3 %, diabetes and txhousing
 * not 1 % worse). On TF-IDF of sentences it took 0.8 points off: there early stopping after three epochs is enough.
 * @see Srivastava et al. 2014; Kadra et al. 2021: well regularised plain networks excel on tables
 */
function withWidths(experiment: Experiment, preset: PresetName, facts: TableFacts): Tuned {
  const widths = widthsOf(facts);
  const rate = weighsSentences(experiment, facts) ? 0 : dropoutOf(experiment, facts);
  const hidden = widths.flatMap((units): Layer[] => [
    layerSchema.parse({ type: 'dense', units, activation: 'relu' }),
    ...(rate === 0 ? [] : [layerSchema.parse({ type: 'dropout', rate })]),
  ]);
  const layers =
    preset === 'wideAndDeep' ? [layerSchema.parse({ type: 'parallel', branches: [[], hidden] })] : hidden;
  const text =
    rate === 0
      ? l10n.t('layers {0}', widths.join('-'))
      : l10n.t('layers {0}, dropout {1} for {2} train rows', widths.join('-'), rate, facts.trainRows);
  return { experiment: { ...experiment, model: { ...experiment.model, layers } }, changes: [text] };
}

function widthsOf({ trainRows }: TableFacts): readonly number[] {
  if (trainRows < TINY_ROWS) return [32];
  return trainRows < 10 * WIDE_ROWS ? [128, 64] : [256, 128, 64];
}

/** Of a number less: dropout moves the spread of what the output sees, which a class forgives (diabetes 2 % worse at 0.2). */
function dropoutOf({ data }: Experiment, { trainRows }: TableFacts): number {
  if (data.target.task === 'regression') return trainRows < WIDE_ROWS ? 0.1 : 0;
  if (trainRows < TINY_ROWS) return 0.3;
  if (trainRows < FEW_ROWS) return 0.2;
  return trainRows < WIDE_ROWS ? 0.1 : 0;
}

/** Names of two words are categories more than texts. */
const SENTENCE_WORDS = 5;

function weighsSentences(experiment: Experiment, { features }: TableFacts): boolean {
  return usedFeatures(experiment).some(
    (feature) =>
      feature.type === 'text' &&
      feature.encode === 'tfidf' &&
      (features.get(feature.column)?.words?.mean ?? 0) >= SENTENCE_WORDS,
  );
}

/**
 * A little of it, decoupled: among what the cocktails of Kadra et al. 2021 choose from. Adam's own scaling would undo an L2
 * penalty (Loshchilov & Hutter 2019). Ours: 0.01 to 0.1 changed no score beside dropout.
 */
function withDecay(experiment: Experiment): Tuned {
  const weightDecay = 0.01;
  const optimizer = optimizerSchema.parse({ type: 'adamW', learningRate: 0.001, weightDecay });
  return {
    experiment: { ...experiment, training: { ...experiment.training, optimizer } },
    changes: [l10n.t('AdamW with weight decay {0}', weightDecay)],
  };
}

/**
 * A rate that falls to nothing ends nearer to the minimum and may start higher; with few rows early stopping comes before it
 * could. Ours on diamonds (43,152 train rows, 2 splits): RMSE 527 against 537 with a constant rate.
 * @see Loshchilov & Hutter 2017
 */
function withSchedule(experiment: Experiment, { trainRows }: TableFacts): Tuned {
  if (trainRows < WIDE_ROWS) return { experiment, changes: [] };
  const { training } = experiment;
  const epochs = Math.min(training.epochs, COSINE_EPOCHS);
  const learningRate = 2 * training.optimizer.learningRate;
  return {
    experiment: {
      ...experiment,
      training: {
        ...training,
        epochs,
        optimizer: { ...training.optimizer, learningRate },
        schedule: scheduleSchema.parse({ type: 'cosine', minimum: 0.01 }),
        warmupEpochs: Math.max(1, training.warmupEpochs),
      },
    },
    changes: [
      l10n.t('learning rate {0}, down half a cosine over {1} epochs after a warm-up', learningRate, epochs),
    ],
  };
}
