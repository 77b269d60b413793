// Owns the controls of a form, one a kind of field: native ones in the editor's look, each telling its value as it
// changes. What a field is called comes from outside.
import * as l10n from '@vscode/l10n';
import { el } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { ColumnPicker, type ColumnChoice } from './columnPicker';
import { emptyObject, type FieldSpec, type FormValues } from './fieldSpec';

export interface FormWords {
  label(field: string): string;
  help(field: string): string;
  option(field: string, value: string): string;
}

export interface FieldContext {
  readonly words: FormWords;
  readonly columns: () => readonly ColumnChoice[] | undefined;
  /** Makes ids that are not yet in the page. */
  readonly nextId: () => string;
}

export interface FieldView {
  readonly element: HTMLElement;
  /** What the label and the message belong to; undefined for a group of controls. */
  readonly control: HTMLElement | undefined;
}

type Change = (value: unknown) => void;
type Of<K extends FieldSpec['kind']> = Extract<FieldSpec, { readonly kind: K }>;

/** @param change is told the value; undefined leaves the field out */
export function fieldView(spec: FieldSpec, value: unknown, context: FieldContext, change: Change): FieldView {
  switch (spec.kind) {
    case 'column':
    case 'columns':
      return columnField(spec, value, context, change);
    case 'expression':
      return areaField(asText(value), { rows: 3, isCode: true }, context, change);
    case 'pattern':
    case 'text': {
      // An empty text is none, where the field may be left out.
      const isLeftOut = !spec.isRequired && spec.fallback === undefined;
      return inputField(asText(value), { isCode: spec.kind === 'pattern' }, context, (text) =>
        change(text === '' && isLeftOut ? undefined : text),
      );
    }
    case 'textOrNull':
      return inputField(
        value === null ? '' : asText(value),
        { placeholder: l10n.t('missing') },
        context,
        (text) => change(text === '' ? null : text),
      );
    case 'boolean':
      return booleanField(spec, value, context, change);
    case 'choice':
      return spec.isOpen
        ? openChoiceField(spec, value, context, change)
        : choiceField(spec, value, context, change);
    case 'choices':
      return choicesField(spec, value, context, change);
    case 'number':
      return numberField(spec, value, context, change);
    case 'texts':
      return areaField(asTexts(value).join('\n'), { rows: 3, isCode: false }, context, (text) =>
        change(lines(text)),
      );
    case 'numbers':
      return inputField(asNumbers(value).join(', '), { isCode: true }, context, (text) =>
        change(parseNumbers(text)),
      );
    case 'objects':
      return objectsField(spec, value, context, change);
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const asNumbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];

/** One text a line, as it is; empty lines are no texts. */
function lines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** What is no number stays what it is, so that the schema can say so. */
function parseNumbers(text: string): unknown[] {
  return text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map((part) => (Number.isFinite(Number(part)) ? Number(part) : part));
}

function inputField(
  value: string,
  { isCode = false, placeholder = '', mode }: { isCode?: boolean; placeholder?: string; mode?: string },
  context: FieldContext,
  change: (text: string) => void,
): FieldView {
  const control = el('input', {
    class: isCode ? 'input code' : 'input',
    id: context.nextId(),
    attrs: { type: 'text', placeholder, autocomplete: 'off', spellcheck: 'false', inputmode: mode },
    on: { input: () => change(control.value) },
  });
  control.value = value;
  return { element: control, control };
}

function areaField(
  value: string,
  { rows, isCode }: { rows: number; isCode: boolean },
  context: FieldContext,
  change: (text: string) => void,
): FieldView {
  const control = el('textarea', {
    class: isCode ? 'input code' : 'input',
    id: context.nextId(),
    attrs: { rows, spellcheck: 'false' },
    on: { input: () => change(control.value) },
  });
  control.value = value;
  return { element: control, control };
}

function columnField(
  spec: Of<'column' | 'columns'>,
  value: unknown,
  context: FieldContext,
  change: Change,
): FieldView {
  const isMultiple = spec.kind === 'columns';
  const isOptional = !spec.isRequired;
  // Some say "none" by an empty name, others by leaving it out.
  const noColumn = isOptional && spec.fallback === undefined ? undefined : '';
  const picker = new ColumnPicker({
    id: context.nextId(),
    label: context.words.label(spec.name),
    isMultiple,
    value: isMultiple ? asTexts(value) : asText(value) === '' ? [] : [asText(value)],
    placeholder: isMultiple
      ? isOptional
        ? l10n.t('none chosen')
        : l10n.t('Choose columns')
      : isOptional
        ? l10n.t('none')
        : l10n.t('Choose a column'),
    columns: context.columns,
    onChange: (names) => change(isMultiple ? names : (names[0] ?? noColumn)),
    ...(!isMultiple && isOptional ? { none: l10n.t('none') } : {}),
  });
  return { element: picker.element, control: picker.input };
}

function booleanField(spec: Of<'boolean'>, value: unknown, context: FieldContext, change: Change): FieldView {
  const control = el('input', {
    class: 'check',
    id: context.nextId(),
    attrs: { type: 'checkbox' },
    on: { change: () => change(control.checked) },
  });
  control.checked = value === true;
  const label = el('label', { attrs: { for: control.id } }, context.words.label(spec.name));
  return { element: el('div', { class: 'check-row' }, control, label), control };
}

function choiceField(spec: Of<'choice'>, value: unknown, context: FieldContext, change: Change): FieldView {
  const control = el('select', {
    class: 'input select',
    id: context.nextId(),
    on: { change: () => change(control.value) },
  });
  for (const option of spec.options) {
    const node = el('option', { attrs: { value: option } }, context.words.option(spec.name, option));
    node.selected = option === value;
    control.append(node);
  }
  return { element: control, control };
}

/** A choice with "other": one more field for what is not in the list. */
function openChoiceField(
  spec: Of<'choice'>,
  value: unknown,
  context: FieldContext,
  change: Change,
): FieldView {
  const OTHER = '\0other';
  const own = typeof value === 'string' && !spec.options.includes(value) ? value : undefined;
  const words: FormWords = {
    ...context.words,
    label: (field) => context.words.label(field),
    help: (field) => context.words.help(field),
    option: (field, option) => (option === OTHER ? l10n.t('other …') : context.words.option(field, option)),
  };
  const text = inputField(own ?? '', { isCode: true }, context, change);
  text.element.setAttribute('aria-label', context.words.label(spec.name));
  text.element.hidden = own === undefined;
  const list = choiceField(
    { ...spec, options: [...spec.options, OTHER] },
    own === undefined ? value : OTHER,
    { ...context, words },
    (chosen) => {
      text.element.hidden = chosen !== OTHER;
      if (chosen !== OTHER) change(chosen);
      else {
        change('');
        text.element.focus();
      }
    },
  );
  return { element: el('div', { class: 'field-pair' }, list.element, text.element), control: list.control };
}

function choicesField(spec: Of<'choices'>, value: unknown, context: FieldContext, change: Change): FieldView {
  const chosen = new Set(asTexts(value));
  const boxes = spec.options.map((option) => {
    const control = el('input', {
      class: 'check',
      id: context.nextId(),
      attrs: { type: 'checkbox' },
      on: {
        change: () => {
          if (control.checked) chosen.add(option);
          else chosen.delete(option);
          change(spec.options.filter((each) => chosen.has(each)));
        },
      },
    });
    control.checked = chosen.has(option);
    return el(
      'div',
      { class: 'check-row' },
      control,
      el('label', { attrs: { for: control.id } }, context.words.option(spec.name, option)),
    );
  });
  const element = el(
    'div',
    { class: 'checks', attrs: { role: 'group', 'aria-label': context.words.label(spec.name) } },
    ...boxes,
  );
  return { element, control: undefined };
}

function numberField(spec: Of<'number'>, value: unknown, context: FieldContext, change: Change): FieldView {
  const { word, isNullable } = spec;
  const read = (text: string): unknown => {
    const written = text.trim();
    if (written === '') return isNullable ? null : spec.fallback;
    if (word !== undefined && (written === word || written === context.words.option(spec.name, word)))
      return word;
    // A comma too, where people write numbers so; what is no number the schema refuses.
    const number = Number(written.replace(',', '.'));
    return Number.isFinite(number) ? number : written;
  };
  const shown =
    typeof value === 'number'
      ? String(value)
      : value === word && word !== undefined
        ? context.words.option(spec.name, word)
        : '';
  const placeholder = isNullable
    ? l10n.t('none')
    : typeof spec.fallback === 'number'
      ? String(spec.fallback)
      : word === undefined
        ? ''
        : context.words.option(spec.name, word);
  return inputField(
    shown,
    { isCode: false, placeholder, mode: spec.isInteger ? 'numeric' : 'decimal' },
    context,
    (text) => change(read(text)),
  );
}

/** A list of small forms, with rows to add and to take away. */
function objectsField(spec: Of<'objects'>, value: unknown, context: FieldContext, change: Change): FieldView {
  const rows: Record<string, unknown>[] = (Array.isArray(value) ? value : [])
    .filter(isRecord)
    .map((row) => ({ ...row }));
  const list = el('div', { class: 'object-rows' });
  const tell = (): void => change(rows.map((row) => ({ ...row })));
  const draw = (): void => {
    list.replaceChildren(...rows.map((row, i) => rowView(row, i)));
  };
  const rowView = (row: Record<string, unknown>, i: number): HTMLElement => {
    const parts = spec.fields.map((field) => {
      const view = fieldView(field, row[field.name], context, (changed) => {
        row[field.name] = changed;
        tell();
      });
      const name = context.words.label(field.name);
      view.control?.setAttribute('aria-label', `${name} ${i + 1}`);
      if (view.control instanceof HTMLInputElement && view.control.placeholder === '')
        view.control.placeholder = name;
      return view.element;
    });
    const remove = el(
      'button',
      {
        class: 'icon-button',
        title: l10n.t('Remove'),
        attrs: { type: 'button', 'aria-label': l10n.t('Remove row {0}', i + 1) },
        on: {
          click: () => {
            rows.splice(i, 1);
            draw();
            tell();
            add.focus();
          },
        },
      },
      icon('close'),
    );
    return el('div', { class: 'object-row' }, el('div', { class: 'object-fields' }, ...parts), remove);
  };
  const add = el(
    'button',
    {
      class: 'link',
      attrs: { type: 'button' },
      on: {
        click: () => {
          rows.push({ ...emptyObject(spec.fields) });
          draw();
          tell();
          list.lastElementChild?.querySelector<HTMLElement>('input, select')?.focus();
        },
      },
    },
    l10n.t('Add a row'),
  );
  draw();
  const element = el(
    'div',
    { attrs: { role: 'group', 'aria-label': context.words.label(spec.name) } },
    list,
    add,
  );
  return { element, control: undefined };
}

function isRecord(value: unknown): value is FormValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
