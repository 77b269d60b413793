// Owns the menu of a column: the steps that are common for its type, with what is known filled in.
import * as l10n from '@vscode/l10n';
import type { FeatureType } from '../../src/shared/schema/experiment';
import type { StepKind } from '../../src/shared/schema/recipeSteps';
import { stepTitle } from '../../src/shared/stepTexts';
import { SEPARATOR, type MenuEntry } from '../ui/menu';
import type { FormValues } from './form/fieldSpec';

export interface MenuColumn {
  readonly name: string;
  readonly type: FeatureType | undefined;
  readonly hasMissing: boolean;
  readonly isTarget: boolean;
  /** Stays in the table, but is not learnt from. */
  readonly isIgnored: boolean;
  /** Undefined: this table is not sorted by looking at it. */
  readonly sort: 'none' | 'ascending' | 'descending' | undefined;
}

export interface MenuListener {
  add(kind: StepKind, known: FormValues, atOnce: boolean): void;
  target(column: string | undefined): void;
  ignore(on: boolean): void;
  sort(order: 'ascending' | 'descending' | undefined): void;
  details(): void;
  allSteps(): void;
}

/** What is offered for each type beside what every column can have. `now` adds it without asking more. */
const BY_TYPE: Readonly<Record<FeatureType, readonly (readonly [StepKind, 'now' | 'ask'])[]>> = {
  number: [
    ['standardise', 'now'],
    ['minMaxScale', 'now'],
    ['clip', 'ask'],
    ['removeOutliers', 'ask'],
    ['powerTransform', 'ask'],
    ['bin', 'ask'],
  ],
  category: [
    ['oneHot', 'now'],
    ['groupRare', 'ask'],
    ['ordinalEncode', 'ask'],
    ['targetEncode', 'ask'],
    ['mapValues', 'ask'],
    ['trim', 'now'],
    ['replaceText', 'ask'],
  ],
  boolean: [
    ['oneHot', 'now'],
    ['ordinalEncode', 'now'],
    ['mapValues', 'ask'],
  ],
  datetime: [
    ['parseDate', 'ask'],
    ['dateParts', 'ask'],
  ],
  text: [
    ['trim', 'now'],
    ['replaceText', 'ask'],
    ['extractText', 'ask'],
    ['cleanText', 'ask'],
    ['tfIdf', 'ask'],
  ],
  id: [
    ['trim', 'now'],
    ['extractText', 'ask'],
    ['hashEncode', 'ask'],
  ],
};

export function columnMenu(column: MenuColumn, listener: MenuListener): MenuEntry[] {
  const { name, type } = column;
  const step = (kind: StepKind, how: 'now' | 'ask', known: FormValues): MenuEntry => ({
    label: how === 'now' ? stepTitle(kind) : l10n.t('{0}…', stepTitle(kind)),
    run: () => listener.add(kind, known, how === 'now'),
  });
  const of = (kind: StepKind): FormValues =>
    ['dateParts', 'extractText', 'mapValues', 'tfIdf', 'splitColumn'].includes(kind)
      ? { column: name }
      : { columns: [name] };
  const fill = type === 'number' ? 'median' : type === 'category' || type === 'boolean' ? 'mode' : 'constant';
  return [
    column.isTarget
      ? { label: l10n.t('Do Not Predict This Column'), icon: 'close', run: () => listener.target(undefined) }
      : { label: l10n.t('Predict This Column'), icon: 'target', run: () => listener.target(name) },
    ...(column.isTarget
      ? []
      : ([
          column.isIgnored
            ? { label: l10n.t('Learn From This Column'), icon: 'check', run: () => listener.ignore(false) }
            : {
                label: l10n.t('Keep, but Do Not Learn From It'),
                icon: 'circleSlash',
                run: () => listener.ignore(true),
              },
        ] satisfies MenuEntry[])),
    { label: l10n.t('Show Details'), icon: 'info', run: () => listener.details() },
    ...sortEntries(column, listener),
    SEPARATOR,
    step('dropColumns', 'now', { columns: [name] }),
    step('renameColumns', 'ask', { renames: [{ column: name, to: '' }] }),
    step('cast', 'ask', { columns: [name], to: type === 'number' ? 'text' : 'number' }),
    SEPARATOR,
    ...(column.hasMissing ? [step('dropMissing', 'now', { columns: [name] })] : []),
    step('fillMissing', 'ask', { columns: [name], with: fill }),
    step('missingIndicator', 'now', { columns: [name] }),
    ...(type === undefined ? [] : [SEPARATOR as MenuEntry]),
    ...(type === undefined ? [] : BY_TYPE[type].map(([kind, how]) => step(kind, how, of(kind)))),
    SEPARATOR,
    { label: l10n.t('All Steps…'), icon: 'add', run: () => listener.allSteps() },
  ];
}

function sortEntries({ sort }: MenuColumn, listener: MenuListener): MenuEntry[] {
  if (sort === undefined) return [];
  return [
    {
      label: l10n.t('Sort Ascending'),
      icon: 'arrowUp',
      checked: sort === 'ascending',
      run: () => listener.sort(sort === 'ascending' ? undefined : 'ascending'),
    },
    {
      label: l10n.t('Sort Descending'),
      icon: 'arrowDown',
      checked: sort === 'descending',
      run: () => listener.sort(sort === 'descending' ? undefined : 'descending'),
    },
  ];
}
