// Owns the tables of a report below its scores: classes, residuals, columns, slices, rows.
import * as l10n from '@vscode/l10n';
import { formatNumber } from '../../shared/format';
import { formatInterval } from '../../shared/formatInterval';
import { metricLabel } from '../../shared/metricTexts';
import type { HeldOutName, RunReport, SplitReport, WorstRow } from '../../shared/schema/report';

export interface Block {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

/** More columns than this do not fit a terminal. */
const MOST_CONFUSED = 12;
const MOST_CLASSES = 20;
const MOST_COLUMNS = 15;
const MOST_SLICES = 12;
const MOST_ROWS = 10;
const REASONS = 3;

export function detailBlocks(report: RunReport): (Block | undefined)[] {
  const split: HeldOutName = report.test === undefined ? 'validation' : 'test';
  const details = report[split]?.details;
  return [
    ...(details?.kind === 'classes'
      ? [confusionBlock(details, split), classesBlock(details, split), thresholdBlock(report)]
      : []),
    ...(details?.kind === 'numbers' ? [residualsBlock(details, split), intervalsBlock(report)] : []),
    importanceBlock(report),
    dependenceBlock(report),
    slicesBlock(report),
    worstBlock(report),
    noiseBlock(report),
  ];
}

type Classes = Extract<SplitReport['details'], { kind: 'classes' }>;

function confusionBlock({ classes, confusion }: Classes, split: HeldOutName): Block | undefined {
  if (confusion === undefined || classes.length > MOST_CONFUSED) return undefined;
  const names = classes.map(({ name }) => name);
  return {
    title: l10n.t('Confusion matrix ({0} rows): a line an actual class, a column a predicted one', split),
    rows: [['', ...names], ...confusion.map((counts, c) => [names[c] ?? '', ...counts.map(String)])],
  };
}

function classesBlock({ classes }: Classes, split: HeldOutName): Block {
  const head = [
    l10n.t('class'),
    l10n.t('rows'),
    l10n.t('predicted'),
    l10n.t('precision'),
    l10n.t('recall'),
    'F1',
  ];
  const rows = [...classes]
    .sort((a, b) => b.support - a.support)
    .slice(0, MOST_CLASSES)
    .map(({ name, support, predicted, precision, recall, f1 }) => [
      name,
      String(support),
      String(predicted),
      ...[precision, recall, f1].map((value) => value.toFixed(3)),
    ]);
  return { title: l10n.t('Classes ({0} rows)', split), rows: [head, ...rows] };
}

/** A threshold is chosen on validation rows. */
function thresholdBlock({ validation, test }: RunReport): Block | undefined {
  const details = (validation ?? test)?.details;
  const thresholds = details?.kind === 'classes' ? details.thresholds : undefined;
  if (thresholds?.best === undefined) return undefined;
  const { f1, youden, cost } = thresholds.best;
  const { falsePositive, falseNegative } = thresholds.costs;
  const head = [
    l10n.t('best by'),
    l10n.t('threshold'),
    l10n.t('precision'),
    l10n.t('recall'),
    'F1',
    l10n.t('cost'),
  ];
  const line = (name: string, row: typeof f1): string[] => [
    name,
    formatNumber(row.threshold),
    ...[row.precision, row.recall, row.f1].map((value) => value.toFixed(3)),
    formatNumber(row.cost),
  ];
  return {
    title: l10n.t(
      'Thresholds ({0} rows; a false positive costs {1}, a false negative {2})',
      validation === undefined ? 'test' : 'validation',
      falsePositive,
      falseNegative,
    ),
    rows: [head, line('F1', f1), line("Youden's J", youden), line(l10n.t('cost'), cost)],
  };
}

type Numbers = Extract<SplitReport['details'], { kind: 'numbers' }>;

function residualsBlock({ residuals }: Numbers, split: HeldOutName): Block {
  const { mean, sd, skew, min, max, quantiles } = residuals;
  const { q05, q25, q50, q75, q95 } = quantiles;
  return {
    title: l10n.t('Residuals ({0} rows): predicted less actual', split),
    rows: [
      [
        l10n.t('mean'),
        l10n.t('sd'),
        l10n.t('skew'),
        l10n.t('min'),
        '5 %',
        '25 %',
        '50 %',
        '75 %',
        '95 %',
        l10n.t('max'),
      ],
      [mean, sd, skew, min, q05, q25, q50, q75, q95, max].map(formatNumber),
    ],
  };
}

function intervalsBlock({ predictionIntervals }: RunReport): Block | undefined {
  if (predictionIntervals.length === 0) return undefined;
  const head = [l10n.t('promised'), l10n.t('prediction ±'), l10n.t('held on test rows')];
  const rows = predictionIntervals.map(({ level, halfWidth, testCoverage }) => [
    `${100 * level} %`,
    formatNumber(halfWidth),
    testCoverage === undefined ? '-' : `${(100 * testCoverage).toFixed(1)} %`,
  ]);
  return { title: l10n.t('Prediction intervals, calibrated on validation rows'), rows: [head, ...rows] };
}

function importanceBlock({ importance }: RunReport): Block | undefined {
  if (importance === undefined) return undefined;
  const { columns, metric, split, rows } = importance;
  return {
    title: l10n.t(
      'Importance: how much worse {0} gets when a column is shuffled ({1} {2} rows)',
      metricLabel(metric),
      rows,
      split,
    ),
    rows: columns
      .slice(0, MOST_COLUMNS)
      .map(({ column, importance: worse }) => [column, formatInterval(worse)]),
  };
}

function dependenceBlock({ dependence }: RunReport): Block | undefined {
  if (dependence === undefined || dependence.columns.length === 0) return undefined;
  const { columns, outputs } = dependence;
  const rows = columns.flatMap(({ column, points, means }) =>
    outputs.map((output, i) => {
      const values = means[i] ?? [];
      const [low, high] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
      const at = (place: number): string => {
        const point = points[place] ?? '';
        const text = typeof point === 'number' ? formatNumber(point) : point;
        return l10n.t('{0} at {1}', formatNumber(values[place] ?? NaN), text);
      };
      return [i === 0 ? column : '', output, at(low), at(high)];
    }),
  );
  const head = [l10n.t('column'), l10n.t('of'), l10n.t('lowest'), l10n.t('highest')];
  return {
    title: l10n.t('Dependence: the mean prediction when a column has one value in every row'),
    rows: [head, ...rows],
  };
}

function slicesBlock({ slices }: RunReport): Block | undefined {
  if (slices === undefined || slices.columns.length === 0) return undefined;
  const head = [
    l10n.t('column'),
    l10n.t('slice'),
    l10n.t('rows'),
    metricLabel(slices.metric),
    l10n.t('gap to the rest'),
    '',
  ];
  // The worst of each column: within one they come worst first.
  const rows = slices.columns.slice(0, MOST_SLICES).flatMap(({ column, slices: found }) => {
    const [worst] = found;
    if (worst === undefined) return [];
    const { name, rows: count, score, gap, small } = worst;
    const warning = small ? l10n.t('under 30 rows') : '';
    return [[column, name, String(count), formatInterval(score), formatInterval(gap), warning]];
  });
  return {
    title: l10n.t('Slices: the worst of each column ({0} rows)', slices.split),
    rows: [head, ...rows],
  };
}

function worstBlock({ worstRows, task }: RunReport): Block | undefined {
  if (worstRows === undefined || worstRows.rows.length === 0) return undefined;
  const ofClasses = task === 'regression' ? [] : [l10n.t('probability')];
  const head = [l10n.t('line'), l10n.t('actual'), l10n.t('predicted'), ...ofClasses, l10n.t('loss')];
  const rows = worstRows.rows
    .slice(0, MOST_ROWS)
    .map((row) => [
      placeOf(row),
      cell(row.actual),
      cell(row.predicted),
      ...(row.probability === undefined ? [] : [row.probability.toFixed(3)]),
      formatNumber(row.loss),
      reasonsOf(row),
    ]);
  return {
    title: l10n.t('Rows of the largest loss ({0} rows)', worstRows.split),
    rows: [[...head, l10n.t('because of')], ...rows],
  };
}

function reasonsOf({ contributions = [] }: WorstRow): string {
  return contributions
    .slice(0, REASONS)
    .map(({ column, value }) => `${column} ${value < 0 ? '−' : '+'}${formatNumber(Math.abs(value))}`)
    .join(', ');
}

function noiseBlock({ labelNoise }: RunReport): Block | undefined {
  if (labelNoise === undefined || labelNoise.suspects === 0) return undefined;
  const { suspects, share, trainRows, rows, rule } = labelNoise;
  const head = [l10n.t('line'), l10n.t('label'), l10n.t('predicted'), l10n.t('probability')];
  return {
    title: `${l10n.t('Labels that may be wrong: {0} of {1} train rows ({2} %).', suspects, trainRows, (100 * share).toFixed(1))} ${rule}`,
    rows: [
      head,
      ...rows
        .slice(0, MOST_ROWS)
        .map((row) => [placeOf(row), row.actual, row.predicted, row.probability.toFixed(3)]),
    ],
  };
}

function placeOf({
  line,
  sourceRow,
}: {
  readonly line?: number | undefined;
  readonly sourceRow: number;
}): string {
  return line === undefined ? l10n.t('row {0}', sourceRow + 1) : String(line);
}

function cell(value: string | number): string {
  return typeof value === 'number' ? formatNumber(value) : value;
}
