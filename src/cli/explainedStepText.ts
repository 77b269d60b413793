// Owns how one explained step reads on a terminal: aligned, every number with its name, at full precision. Pure.
import * as l10n from '@vscode/l10n';
import type {
  ExplainedDifference,
  ExplainedNode,
  ExplainedParameter,
  ExplainedStep,
} from '../shared/schema/explainedStep';
import { table } from './output';

/** Numbers of a tensor that are shown without --full. */
const SHOWN = 24;

export interface ExplainedStepTextOptions {
  readonly full: boolean;
}

export function explainedStepLines(step: ExplainedStep, options: ExplainedStepTextOptions): string[] {
  return [
    l10n.t('Run {0}, data row {1}, step {2}', step.runId, step.row, step.step),
    originText(step.origin),
    ...step.notes,
    ...section(
      l10n.t('Row'),
      step.cells.map(({ column, text }) => [column, text ?? l10n.t('(missing)')]),
    ),
    ...section(
      l10n.t('As encoded'),
      shorten(
        step.features.map(({ name, value }) => [name, String(value)]),
        options,
      ),
    ),
    '',
    l10n.t('Forward and back, node by node'),
    ...step.nodes.flatMap((node) => nodeLines(node, step, options)),
    ...section(l10n.t('Output'), outputRows(step, options), [
      '',
      l10n.t('raw'),
      step.output.activation,
      l10n.t('target'),
      l10n.t('gradient'),
    ]),
    ...section(l10n.t('Loss'), lossRows(step)),
    ...section(l10n.t('Optimizer'), optimizerRows(step)),
    '',
    l10n.t('Weights'),
    ...step.parameters.flatMap((parameter) => parameterLines(parameter, options)),
    '',
    differenceText(step.differences),
  ];
}

function originText(origin: ExplainedStep['origin']): string {
  switch (origin.kind) {
    case 'initial':
      return l10n.t('Weights before it: the first ones, from the seed.');
    case 'checkpoint':
      return l10n.t('Weights before it: those of {0}.checkpoint.', origin.checkpoint);
    case 'replay': {
      const { fromStep, steps, backend, loss, loggedLoss } = origin;
      const replayed = l10n.t(
        'Weights before it: trained again from step {0} on, {1} steps on "{2}".',
        fromStep + 1,
        steps,
        backend,
      );
      if (loss === undefined || loggedLoss === undefined) return replayed;
      return `${replayed} ${l10n.t('Loss of the last of them: {0}; the run had told {1}.', loss, loggedLoss)}`;
    }
  }
}

function section(title: string, rows: readonly (readonly string[])[], header?: readonly string[]): string[] {
  if (rows.length === 0) return [];
  return ['', title, ...indented(header === undefined ? rows : [header, ...rows])];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return table(rows)
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`);
}

function shorten(rows: string[][], { full }: ExplainedStepTextOptions): string[][] {
  if (full || rows.length <= SHOWN) return rows;
  return [...rows.slice(0, SHOWN), [l10n.t('… {0} more: --full', rows.length - SHOWN)]];
}

/** `kernel[2,5]`: the place in a tensor of any rank. */
function placeIn(name: string, shape: readonly number[], index: number): string {
  const places: number[] = [];
  let rest = index;
  for (const length of [...shape].reverse()) {
    places.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `${name}[${places.join(',')}]`;
}

function nodeLines(
  { id, kind, inputs, shape, values, gradients }: ExplainedNode,
  { features }: ExplainedStep,
  options: ExplainedStepTextOptions,
): string[] {
  const from = inputs.length === 0 ? '' : ` <- ${inputs.join(', ')}`;
  const isInput = kind === 'columns' && values.length === features.length;
  const rows = values.map((value, i) => [
    placeIn(id, shape, i),
    String(value),
    gradients === undefined ? '-' : String(gradients[i]),
    ...(isInput ? [features[i]?.name ?? ''] : []),
  ]);
  const header = ['', l10n.t('value'), l10n.t('gradient'), ...(isInput ? [l10n.t('column')] : [])];
  return [
    `  ${id} (${kind}, [${shape.join(', ')}])${from}`,
    ...indented([header, ...shorten(rows, options)]),
  ];
}

function outputRows({ output }: ExplainedStep, options: ExplainedStepTextOptions): string[][] {
  const rows = output.raw.map((raw, i) => [
    `output[${i}]`,
    ...[raw, output.prediction[i], output.target[i], output.gradients[i]].map(String),
  ]);
  return shorten(rows, options);
}

function lossRows({ loss }: ExplainedStep): string[][] {
  return [
    [loss.type, String(loss.ofRow)],
    [l10n.t('weight of the row'), String(loss.weight)],
    [l10n.t('penalties'), String(loss.penalties)],
    [l10n.t('total'), String(loss.total)],
  ];
}

function optimizerRows({ optimizer }: ExplainedStep): string[][] {
  return [
    [l10n.t('rule'), optimizer.type],
    [l10n.t('learning rate'), String(optimizer.learningRate)],
    [l10n.t('updates before'), String(optimizer.updates)],
    [l10n.t('length of the gradients'), String(optimizer.gradientNorm)],
  ];
}

function parameterLines(parameter: ExplainedParameter, options: ExplainedStepTextOptions): string[] {
  const { name, shape, before, after, gradients, clipped, slots, checks, trainable } = parameter;
  const title = `  ${name} [${shape.join(', ')}]${trainable ? '' : ` ${l10n.t('(a moving statistic)')}`}`;
  const checkOf = new Map(checks.map((check) => [check.index, check]));
  const columns: [string, (i: number) => string][] = [
    ['', (i) => placeIn(name.split('/').at(-1) ?? name, shape, i)],
    [l10n.t('before'), (i) => String(before[i])],
  ];
  if (gradients !== undefined) {
    columns.push(
      [l10n.t('gradient'), (i) => String(gradients[i])],
      [l10n.t('difference'), (i) => checkText(checkOf.get(i), ({ difference }) => String(difference))],
      [l10n.t('apart by'), (i) => checkText(checkOf.get(i), apartText)],
    );
  }
  if (clipped !== undefined) columns.push([l10n.t('clipped'), (i) => String(clipped[i])]);
  for (const slot of slots) {
    columns.push(
      [l10n.t('{0} before', slot.name), (i) => String(slot.before[i])],
      [l10n.t('{0} after', slot.name), (i) => String(slot.after[i])],
    );
  }
  columns.push([l10n.t('after'), (i) => String(after[i])]);
  const rows = before.map((_, i) => columns.map(([, cell]) => cell(i)));
  return [title, ...indented([columns.map(([head]) => head), ...shorten(rows, options)])];
}

function checkText(
  check: ExplainedDifference | undefined,
  text: (check: ExplainedDifference) => string,
): string {
  return check === undefined ? '-' : text(check);
}

function apartText({ relative, kink }: ExplainedDifference): string {
  return kink ? l10n.t('bend') : relative.toExponential(1);
}

function differenceText({
  largest,
  at,
  limit,
  passed,
  checked,
  of,
  kinks,
  floor,
}: ExplainedStep['differences']): string {
  const counted =
    checked === of
      ? l10n.t('all {0} gradients', of)
      : l10n.t('{0} of {1} gradients, at most 200 of a tensor, drawn by the seed', checked, of);
  const found = l10n.t(
    'Finite differences (central, fourth order): {0}. Largest relative difference {1} at {2}; {3} is allowed: {4}. Measured against at least {5}.',
    counted,
    largest.toExponential(2),
    at ?? '-',
    limit,
    passed ? l10n.t('passed') : l10n.t('failed'),
    floor.toExponential(2),
  );
  if (kinks === 0) return found;
  return `${found} ${l10n.t('Left out where the loss bends and has two slopes: {0}.', kinks)}`;
}
