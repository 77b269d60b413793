// Owns how metrics are called and, in one line, what each is, with its formula. A new metric does not compile until it
// has its texts. TP, FP, TN, FN: true and false positives and negatives; n[c]: rows of class c.
import * as l10n from '@vscode/l10n';
import type { MetricName } from './schema/experiment';

// Functions, because the language is known only after this module was loaded.
type Text = () => string;

const labels: Readonly<Record<MetricName, Text>> = {
  loss: () => l10n.t('Loss'),
  accuracy: () => l10n.t('Accuracy'),
  balancedAccuracy: () => l10n.t('Balanced accuracy'),
  macroF1: () => l10n.t('Macro F1'),
  rocAuc: () => l10n.t('ROC AUC'),
  prAuc: () => l10n.t('PR AUC'),
  precision: () => l10n.t('Precision'),
  recall: () => l10n.t('Recall'),
  specificity: () => l10n.t('Specificity'),
  f1: () => l10n.t('F1'),
  precisionMacro: () => l10n.t('Macro precision'),
  recallMacro: () => l10n.t('Macro recall'),
  precisionMicro: () => l10n.t('Micro precision'),
  recallMicro: () => l10n.t('Micro recall'),
  f1Micro: () => l10n.t('Micro F1'),
  precisionWeighted: () => l10n.t('Weighted precision'),
  recallWeighted: () => l10n.t('Weighted recall'),
  f1Weighted: () => l10n.t('Weighted F1'),
  rocAucWeighted: () => l10n.t('Weighted ROC AUC'),
  mcc: () => l10n.t('MCC'),
  kappa: () => l10n.t("Cohen's kappa"),
  logLoss: () => l10n.t('Log loss'),
  brier: () => l10n.t('Brier score'),
  ece: () => l10n.t('ECE'),
  mce: () => l10n.t('MCE'),
  top3Accuracy: () => l10n.t('Top-3 accuracy'),
  top5Accuracy: () => l10n.t('Top-5 accuracy'),
  rmse: () => l10n.t('RMSE'),
  mae: () => l10n.t('MAE'),
  r2: () => l10n.t('R²'),
  mape: () => l10n.t('MAPE'),
  medianAbsoluteError: () => l10n.t('Median absolute error'),
  maxError: () => l10n.t('Max error'),
  explainedVariance: () => l10n.t('Explained variance'),
  meanBias: () => l10n.t('Mean bias'),
  subsetAccuracy: () => l10n.t('Subset accuracy'),
  hammingLoss: () => l10n.t('Hamming loss'),
  f1Samples: () => l10n.t('F1 of a row'),
  labelRankingAveragePrecision: () => l10n.t('Label ranking average precision'),
  coverageError: () => l10n.t('Coverage error'),
  rankingLoss: () => l10n.t('Ranking loss'),
  ndcg: () => l10n.t('NDCG'),
  mrr: () => l10n.t('MRR'),
};

export function metricLabel(metric: MetricName): string {
  return labels[metric]();
}

const descriptions: Readonly<Record<MetricName, Text>> = {
  loss: () => l10n.t('What training makes small, without penalties and class weights.'),
  accuracy: () => l10n.t('Share of the rows whose class is predicted right: hits / rows.'),
  balancedAccuracy: () =>
    l10n.t('Mean of the recalls of the classes that occur, each counted alike: mean(TP / (TP + FN)).'),
  macroF1: () => l10n.t('Mean of the F1 of every class, each counted alike: mean(2 TP / (2 TP + FP + FN)).'),
  rocAuc: () =>
    l10n.t(
      'Chance that a row of the class scores above one that is not of it, a tie counted half; several classes: mean of one against the rest.',
    ),
  prAuc: () =>
    l10n.t(
      'Average precision: sum((R[i] - R[i-1]) P[i]) over the thresholds; several classes: mean of one against the rest. Guessing scores the share of the positives.',
    ),
  precision: () => l10n.t('How many that are said to be positive are: TP / (TP + FP).'),
  recall: () => l10n.t('How many of the positive are found: TP / (TP + FN).'),
  specificity: () => l10n.t('How many of the negative are left alone: TN / (TN + FP).'),
  f1: () => l10n.t('Harmonic mean of precision and recall of the positive class: 2 TP / (2 TP + FP + FN).'),
  precisionMacro: () =>
    l10n.t('Mean of the precision of every class, each counted alike: mean(TP / (TP + FP)).'),
  recallMacro: () => l10n.t('Mean of the recall of every class, each counted alike: mean(TP / (TP + FN)).'),
  precisionMicro: () => l10n.t('Precision of all decisions together: sum(TP) / sum(TP + FP).'),
  recallMicro: () => l10n.t('Recall of all decisions together: sum(TP) / sum(TP + FN).'),
  f1Micro: () =>
    l10n.t(
      'F1 of all decisions together: 2 sum(TP) / (2 sum(TP) + sum(FP) + sum(FN)). With one class a row it is the accuracy.',
    ),
  precisionWeighted: () =>
    l10n.t(
      'Mean of the precision of every class, by the rows of the class: sum(n[c] TP[c] / (TP[c] + FP[c])) / sum(n[c]).',
    ),
  recallWeighted: () =>
    l10n.t(
      'Mean of the recall of every class, by the rows of the class: sum(n[c] TP[c] / (TP[c] + FN[c])) / sum(n[c]).',
    ),
  f1Weighted: () =>
    l10n.t('Mean of the F1 of every class, by the rows of the class: sum(n[c] F1[c]) / sum(n[c]).'),
  rocAucWeighted: () =>
    l10n.t('ROC AUC of each class against the rest, by the rows of the class: sum(n[c] AUC[c]) / sum(n[c]).'),
  mcc: () =>
    l10n.t(
      "Matthews correlation of actual and predicted classes: (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)); several classes: Gorodkin's R.",
    ),
  kappa: () =>
    l10n.t(
      'Agreement beyond chance: (p_o - p_e) / (1 - p_e), with p_e what the same shares of classes would agree on by chance.',
    ),
  logLoss: () => l10n.t('Mean of -log(p) of the probability that the actual class was given.'),
  brier: () =>
    l10n.t(
      'Mean squared error of the probabilities: mean((p - y)^2) of the positive class; several classes: mean of the sum over the classes.',
    ),
  ece: () =>
    l10n.t(
      'Expected calibration error: sum(n[b] / n * |share right - mean confidence|) over 10 bins of equal width; several classes: of the likeliest class.',
    ),
  mce: () =>
    l10n.t(
      'Maximum calibration error: the largest |share right - mean confidence| of 10 bins of equal width.',
    ),
  top3Accuracy: () => l10n.t('Share of the rows whose class is among the 3 likeliest.'),
  top5Accuracy: () => l10n.t('Share of the rows whose class is among the 5 likeliest.'),
  rmse: () =>
    l10n.t('Root of the mean squared error: sqrt(mean((predicted - actual)^2)), in the unit of the target.'),
  mae: () => l10n.t('Mean absolute error: mean(|predicted - actual|), in the unit of the target.'),
  r2: () =>
    l10n.t(
      'Share of the variance that is explained: 1 - sum((actual - predicted)^2) / sum((actual - mean)^2). The mean as a guess scores 0.',
    ),
  mape: () =>
    l10n.t(
      'Mean absolute percentage error, as a share: mean(|predicted - actual| / |actual|). Left out where an actual value is 0.',
    ),
  medianAbsoluteError: () => l10n.t('median(|predicted - actual|): outliers do not move it.'),
  maxError: () => l10n.t('max(|predicted - actual|): the worst row.'),
  explainedVariance: () =>
    l10n.t('1 - var(actual - predicted) / var(actual): as R², but blind to a constant offset.'),
  meanBias: () => l10n.t('mean(predicted - actual): above 0 where predictions are too high on the whole.'),
  subsetAccuracy: () => l10n.t('Share of the rows of which every label is right.'),
  hammingLoss: () => l10n.t('Share of the labels that are wrong: wrong / (rows * labels).'),
  f1Samples: () => l10n.t('Mean over the rows of 2 TP / (2 TP + FP + FN) of the labels of a row.'),
  labelRankingAveragePrecision: () =>
    l10n.t(
      'Of the labels ranked at least as high as a true one, the share that is true: mean over true labels and rows.',
    ),
  coverageError: () =>
    l10n.t('How far down the ranking one has to go to have all true labels: mean rank of the lowest.'),
  rankingLoss: () =>
    l10n.t('Share of the pairs of a true and a false label in which the false one is not ranked lower.'),
  ndcg: () =>
    l10n.t(
      'Discounted gain of the ranking as a share of the best there is: sum(gain[i] / log2(i + 1)) / ideal.',
    ),
  mrr: () => l10n.t('Mean reciprocal rank of the first relevant item: mean(1 / rank).'),
};

export function metricDescription(metric: MetricName): string {
  return descriptions[metric]();
}
