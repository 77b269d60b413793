// Owns how the fields of the page's own forms are called: how the file is read, how rows are split, how a table is
// exported. Those of steps are in shared/stepFieldTexts.ts.
import * as l10n from '@vscode/l10n';
import type { Dialect } from '../../src/shared/schema/profile';
import type { StepKind } from '../../src/shared/schema/recipeSteps';
import { fieldHelp, fieldLabel, optionLabel } from '../../src/shared/stepFieldTexts';
import type { FormWords } from './form/fields';
import { separatorWord, splitMethod } from './texts';

type Text = () => string;

function lookUp(texts: Readonly<Record<string, Text>>, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name]?.() : undefined;
}

/** `maxTerms` -> `Max terms`: what nobody has named is still readable. */
function spelt(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function stepWords(kind: StepKind): FormWords {
  return {
    label: (field) => fieldLabel(kind, field),
    help: (field) => fieldHelp(kind, field),
    option: (field, value) => optionLabel(kind, field, value),
  };
}

const encodings: Readonly<Record<string, Text>> = {
  auto: () => l10n.t('detected'),
  'utf-8': () => 'UTF-8',
  'utf-8-bom': () => l10n.t('UTF-8 with BOM (Excel)'),
  'utf-16le': () => 'UTF-16 LE',
  'utf-16be': () => 'UTF-16 BE',
  gb18030: () => 'GB18030 / GBK',
  big5: () => 'Big5',
  shift_jis: () => 'Shift-JIS',
  'iso-8859-1': () => 'ISO 8859-1 (Latin-1)',
  'windows-1252': () => 'Windows-1252',
};
const formats: Readonly<Record<string, Text>> = {
  auto: () => l10n.t('detected'),
  csv: () => l10n.t('CSV: text with a separator'),
  jsonl: () => l10n.t('JSON Lines'),
  parquet: () => 'Parquet',
  arrow: () => l10n.t('Arrow IPC file'),
};
const answers: Readonly<Record<string, Text>> = {
  auto: () => l10n.t('detected'),
  yes: () => l10n.t('names the columns'),
  no: () => l10n.t('is data'),
};

function option(field: string, value: string): string {
  switch (field) {
    case 'encoding':
      return lookUp(encodings, value) ?? value;
    case 'format':
      return lookUp(formats, value) ?? value;
    case 'header':
      return lookUp(answers, value) ?? value;
    case 'delimiter':
    case 'quote':
    case 'decimal':
    case 'thousands':
      if (value === 'auto') return l10n.t('detected');
      return separatorWord(value) === value || value === ''
        ? separatorWord(value)
        : `${separatorWord(value)}  ${value}`;
    case 'method':
    case 'kind':
      return splitMethod(value);
    default:
      return spelt(value);
  }
}

const readingLabels: Readonly<Record<string, Text>> = {
  format: () => l10n.t('Format'),
  encoding: () => l10n.t('Encoding'),
  delimiter: () => l10n.t('Separator'),
  quote: () => l10n.t('Quotation mark'),
  header: () => l10n.t('First record'),
  decimal: () => l10n.t('Decimal mark'),
  thousands: () => l10n.t('Thousands separator'),
  missing: () => l10n.t('Also missing'),
};
const readingHelps: Readonly<Record<string, Text>> = {
  missing: () => l10n.t('Texts that mean "no value", one a line, besides the usual ones (NA, null, ?, …).'),
};
/** @param dialect how the file is read now: what "detected" means */
export function readingWords(dialect: Dialect | undefined): FormWords {
  return {
    label: (field) => lookUp(readingLabels, field) ?? spelt(field),
    help: (field) => lookUp(readingHelps, field) ?? '',
    option(field, value) {
      const found = value === 'auto' ? detected(field, dialect) : undefined;
      return found === undefined ? option(field, value) : l10n.t('detected: {0}', option(field, found));
    },
  };
}

function detected(field: string, dialect: Dialect | undefined): string | undefined {
  switch (field) {
    case 'format':
    case 'encoding':
    case 'delimiter':
    case 'quote':
    case 'decimal':
    case 'thousands':
      return dialect?.[field];
    case 'header':
      return dialect === undefined ? undefined : dialect.hasHeader ? 'yes' : 'no';
    default:
      return undefined;
  }
}

const splitLabels: Readonly<Record<string, Text>> = {
  method: () => l10n.t('Method'),
  validation: () => l10n.t('Share for validation'),
  test: () => l10n.t('Share for test'),
  seed: () => l10n.t('Seed'),
  column: () => l10n.t('Column'),
  kind: () => l10n.t('Kind of folds'),
  folds: () => l10n.t('Folds'),
  fold: () => l10n.t('Fold for validation'),
  description: () => l10n.t('Note'),
};
const splitHelps: Readonly<Record<string, Text>> = {
  validation: () => l10n.t('Watched while training, e.g. 0.15.'),
  test: () => l10n.t('Sealed until the end, e.g. 0.15.'),
  seed: () => l10n.t('The same seed gives the same split on every machine.'),
  kind: () =>
    l10n.t(
      'Stratified folds have the same share of every class. Folds by group have no group in two of them. Folds by time are trained on all that comes before them.',
    ),
};
export const splitWords: FormWords = {
  label: (field) => lookUp(splitLabels, field) ?? spelt(field),
  help: (field) => lookUp(splitHelps, field) ?? '',
  option,
};

const exportLabels: Readonly<Record<string, Text>> = {
  format: () => l10n.t('Format'),
  encoding: () => l10n.t('Encoding'),
  delimiter: () => l10n.t('Separator'),
  quoteFormulas: () => l10n.t("Put ' before text that a spreadsheet would run as a formula"),
  splitColumn: () => l10n.t('Add a column that says train, validation or test'),
};
export const exportWords: FormWords = {
  label: (field) => lookUp(exportLabels, field) ?? spelt(field),
  help: () => '',
  option,
};
