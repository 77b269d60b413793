// Owns giving the rows of a relation their parts: rows without target leave, then the split of the config decides.
import * as l10n from '@vscode/l10n';
import { BenchError } from '../../shared/errors';
import type { Split, Target } from '../../shared/schema/experiment';
import { columnOf, filterRows, numberOf, PART_CODES, textOf, type Relation } from '../data/relation';
import { splitRows } from './split';
import type { StepContext } from './steps/step';

/**
 * @param lineOf line of the file of a source row, for messages
 * @throws BenchError of the areas target and split
 */
export async function splitRelation(
  input: Relation,
  split: Split,
  target: Target | undefined,
  context: StepContext & { readonly lineOf: (sourceRow: number) => Promise<number | undefined> },
): Promise<Relation> {
  const { workbench, signal } = context;
  const options = { signal };
  let rows = input;
  if (target !== undefined) {
    const column = columnOf(input, target.column);
    const value = target.task === 'regression' ? numberOf(column) : textOf(column);
    rows = filterRows(input, `(${value}) IS NOT NULL`);
  }
  rows = await workbench.materialise(rows, options);
  const isClassification = target !== undefined && target.task !== 'regression';
  const classes = isClassification
    ? (await workbench.readTexts(rows, columnOf(rows, target.column), options)).map((text) => text ?? '')
    : undefined;
  const values =
    split.method === 'column'
      ? await workbench.readTexts(rows, columnOf(rows, split.column), options)
      : undefined;
  const sourceRows = await workbench.readNumbers(
    rows,
    { name: 'rid', id: 'rid::DOUBLE', kind: 'number' },
    options,
  );
  if (sourceRows.length === 0) {
    throw new BenchError(
      'split.noRows',
      l10n.t('No row is left to split. Change the steps before the split.'),
    );
  }
  const { parts, issues } = await splitRows(split, {
    rows: sourceRows.length,
    classes,
    values,
    lineOf: (row) => context.lineOf(sourceRows[row] ?? 0),
  });
  for (const issue of issues) context.note(issue);
  const codes = new Uint8Array(sourceRows.length);
  for (const name of ['train', 'validation', 'test'] as const) {
    for (const row of parts[name]) codes[row] = PART_CODES[name];
  }
  return workbench.withParts(rows, codes, options);
}
