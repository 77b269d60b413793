// Owns a form: its fields from a schema, what is filled in, and a word beside each field that is not right. Tells every
// change; whoever opened it decides what comes of it.
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { el, setText } from '../../ui/dom';
import { button } from '../../ui/kit';
import { firstFocusable } from '../../ui/popup';
import type { ColumnChoice } from './columnPicker';
import { fieldView, type FieldContext, type FormWords } from './fields';
import {
  formVariants,
  isAskedFor,
  startValues,
  type FieldSpec,
  type FormValues,
  type FormVariant,
} from './fieldSpec';
import { parseForm } from './parseForm';

export interface FormOptions<S extends z.ZodType> {
  readonly label: string;
  readonly schema: S;
  readonly values: FormValues;
  readonly words: FormWords;
  readonly columns: () => readonly ColumnChoice[] | undefined;
  readonly submit: string;
  /** After each change; undefined while it is not whole. */
  readonly onChange?: (value: z.output<S> | undefined) => void;
  readonly onSubmit: (value: z.output<S>) => void;
  readonly onCancel: () => void;
  /** What stands above the fields. */
  readonly intro?: string;
}

export interface FormView {
  readonly element: HTMLElement;
  focus(): void;
  /** Submits what is filled in. @returns whether it was whole */
  submit(): boolean;
  /** A message of whoever tried what is filled in, such as a failed preview. */
  tell(problem: string | undefined): void;
}

let forms = 0;

export function createForm<S extends z.ZodType>(options: FormOptions<S>): FormView {
  const variants = formVariants(options.schema);
  const prefix = `form-${forms++}`;
  let ids = 0;
  const context: FieldContext = {
    words: options.words,
    columns: options.columns,
    nextId: () => `${prefix}-${ids++}`,
  };
  let values: Record<string, unknown> = { ...options.values };
  /** A field is blamed once it was touched, or when one tried to submit. */
  const touched = new Set<string>();
  let messages = new Map<string, HTMLElement>();
  let rows: { readonly spec: FieldSpec; readonly element: HTMLElement }[] = [];
  const body = el('div', { class: 'form-fields' });
  const problem = el('p', { class: 'form-problem', hidden: true, attrs: { role: 'alert' } });

  const check = (blameAll: boolean): z.output<S> | undefined => {
    const parsed = parseForm(options.schema, values);
    const issues = 'issues' in parsed ? parsed.issues : new Map<string, string>();
    for (const [name, message] of messages) {
      const text = blameAll || touched.has(name) ? (issues.get(name) ?? '') : '';
      setText(message, text);
      message.hidden = text === '';
    }
    return parsed.value;
  };
  const showAskedFor = (): void => {
    for (const { spec, element } of rows) element.hidden = !isAskedFor(spec, values);
  };
  const onChange = (name: string, value: unknown): void => {
    touched.add(name);
    if (value === undefined)
      values = Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
    else values[name] = value;
    showAskedFor();
    options.onChange?.(check(false));
  };
  const draw = (): void => {
    const variant = variantOf(variants, values);
    messages = new Map();
    rows = variant.fields.map((spec) => ({ spec, element: labelled(spec) }));
    body.replaceChildren(
      ...(variants.length > 1 ? [variantField()] : []),
      ...rows.map(({ element }) => element),
    );
    showAskedFor();
    if (variants.length > 1 && variant.help !== '') {
      body.children[0]?.append(el('p', { class: 'field-help' }, variant.help));
    }
  };
  const labelled = (spec: FieldSpec): HTMLElement => {
    const view = fieldView(spec, values[spec.name], context, (value) => onChange(spec.name, value));
    const message = el('p', { class: 'field-issue', id: context.nextId(), hidden: true });
    messages.set(spec.name, message);
    const helpText = options.words.help(spec.name);
    const help =
      helpText === '' || spec.kind === 'column' || (spec.kind === 'columns' && spec.isRequired)
        ? undefined
        : el('p', { class: 'field-help', id: context.nextId() }, helpText);
    view.control?.setAttribute('aria-describedby', [help?.id, message.id].filter(Boolean).join(' '));
    const label =
      spec.kind === 'boolean'
        ? undefined
        : el(
            view.control === undefined ? 'span' : 'label',
            { class: 'field-label', attrs: { for: view.control?.id } },
            options.words.label(spec.name),
          );
    return el('div', { class: 'field' }, label, view.element, help, message);
  };
  const variantField = (): HTMLElement => {
    const [name = ''] = Object.keys(variants[0]?.constants ?? {});
    const kinds = variants.map(({ constants }) => constants[name] ?? '');
    const select = el('select', {
      class: 'input select',
      id: context.nextId(),
      on: {
        change: () => {
          const next = variants.find(({ constants }) => constants[name] === select.value);
          if (next === undefined) return;
          // What both ways ask for is kept.
          const known: Record<string, unknown> = {};
          for (const { name: field } of next.fields) {
            if (values[field] !== undefined) known[field] = values[field];
          }
          values = { ...startValues(next, known) };
          draw();
          options.onChange?.(check(false));
          body.querySelector('select')?.focus();
        },
      },
    });
    for (const kind of kinds) {
      const option = el('option', { attrs: { value: kind } }, options.words.option(name, kind));
      option.selected = kind === values[name];
      select.append(option);
    }
    return el(
      'div',
      { class: 'field' },
      el('label', { class: 'field-label', attrs: { for: select.id } }, options.words.label(name)),
      select,
    );
  };
  const submit = (): boolean => {
    const value = check(true);
    if (value === undefined) {
      focusFirstIssue(body);
      return false;
    }
    options.onSubmit(value);
    return true;
  };

  draw();
  const element = el(
    'form',
    {
      class: 'form',
      attrs: { 'aria-label': options.label, novalidate: true },
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        },
        keydown: (event) => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            options.onCancel();
          } else if (event.key === 'Enter' && isSubmitKey(event)) {
            event.preventDefault();
            event.stopPropagation();
            submit();
          }
        },
      },
    },
    options.intro === undefined ? undefined : el('p', { class: 'field-help' }, options.intro),
    body,
    problem,
    el(
      'div',
      { class: 'form-buttons' },
      button({ label: options.submit, look: 'primary', onClick: () => void submit() }),
      button({ label: l10n.t('Cancel'), onClick: options.onCancel }),
    ),
  );
  return {
    element,
    focus() {
      // What is still to be filled in comes first.
      const open = rows.find(({ spec }) => spec.isRequired && isEmpty(values[spec.name]));
      const inputs = [...(open?.element.querySelectorAll<HTMLInputElement>('input, textarea, select') ?? [])];
      (inputs.find(({ value }) => value === '') ?? firstFocusable(body))?.focus();
    },
    submit,
    tell(text) {
      problem.hidden = text === undefined || text === '';
      setText(problem, text ?? '');
    },
  };
}

/** In a text of several lines, Enter is a new line, and Ctrl+Enter submits. */
function isSubmitKey(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (target instanceof HTMLTextAreaElement) return event.ctrlKey || event.metaKey;
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

function variantOf(variants: readonly FormVariant[], values: FormValues): FormVariant {
  const found = variants.find(({ constants }) =>
    Object.entries(constants).every(([name, value]) => values[name] === value),
  );
  return found ?? variants[0] ?? { constants: {}, help: '', fields: [] };
}

function focusFirstIssue(body: HTMLElement): void {
  const message = body.querySelector('.field-issue:not([hidden])');
  const field = message?.closest<HTMLElement>('.field');
  if (field != null) firstFocusable(field)?.focus();
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 || value.some(isEmpty);
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isEmpty);
  return value === undefined || value === '';
}
