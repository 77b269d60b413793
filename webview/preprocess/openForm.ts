// Owns the one form that can be open in the recipe's zone: a step's, the reading's or the split's. Made when the state
// opens one, gone when it closes it; what was filled in is taken over before anything else is done.
import * as l10n from '@vscode/l10n';
import { splitSchema } from '../../src/shared/schema/experiment';
import type { Dialect } from '../../src/shared/schema/profile';
import { readingSchema } from '../../src/shared/schema/reading';
import { recipeStepSchema, type StepKind } from '../../src/shared/schema/recipeSteps';
import { stepCatalogue } from '../../src/shared/schema/stepCatalogue';
import { stepHelp, stepTitle } from '../../src/shared/stepTexts';
import { stepSchema, type Actions } from './actions';
import type { ColumnChoice } from './form/columnPicker';
import { createForm, type FormView } from './form/form';
import type { FormValues } from './form/fieldSpec';
import { readingWords, splitWords, stepWords } from './formWords';
import { shownStep } from './shown';
import type { PreprocessEvent, PreprocessState } from './state';

export class OpenForm {
  private view: FormView | undefined;
  /** What the shown form was opened with: another object is another form. */
  private values: FormValues | undefined;
  private isNew = false;

  constructor(
    private readonly state: () => PreprocessState,
    private readonly dispatch: (event: PreprocessEvent) => void,
    private readonly actions: Actions,
  ) {}

  /** @returns the element of the open form, the same one while it stays open */
  update(): HTMLElement | undefined {
    const { form } = this.state();
    if (form === undefined) {
      this.view = undefined;
      this.values = undefined;
      return undefined;
    }
    if (form.values !== this.values) {
      this.values = form.values;
      this.view = this.make();
      this.isNew = true;
    }
    this.view?.tell(this.failure());
    return this.view?.element;
  }

  /** Once the element stands in the page, the keyboard goes into a form that was just opened. */
  afterUpdate(): void {
    if (!this.isNew || this.view === undefined) return;
    this.isNew = false;
    this.view.element.scrollIntoView({ block: 'nearest' });
    this.view.focus();
  }

  /** Takes over what is filled in and was changed. @returns false when it is not whole; it then shows why */
  settle(): boolean {
    const { form } = this.state();
    if (form === undefined) return true;
    if (this.view === undefined || !form.isTouched) {
      this.dispatch({ type: 'closeForm' });
      return true;
    }
    return this.view.submit();
  }

  /** What the step that is filled in is called. */
  title(): string {
    const kind = this.values?.['step'];
    return typeof kind === 'string' && isStepKind(kind) ? stepTitle(kind) : '';
  }

  private make(): FormView | undefined {
    const { form } = this.state();
    const onCancel = (): void => this.dispatch({ type: 'closeForm' });
    const onChange = (): void => this.dispatch({ type: 'touchForm' });
    switch (form?.kind) {
      case 'reading':
        return createForm({
          label: l10n.t('How the file is read'),
          schema: readingSchema,
          values: form.values,
          words: readingWords(this.dialect()),
          columns: () => undefined,
          submit: l10n.t('Apply'),
          onChange,
          onSubmit: (reading) => this.actions.submitReading(reading),
          onCancel,
          ...this.readingReason(),
        });
      case 'split':
        return createForm({
          label: l10n.t('How the rows are split'),
          schema: splitSchema,
          values: form.values,
          words: splitWords,
          columns: () => this.splitColumns(),
          submit: l10n.t('Apply'),
          onChange,
          onSubmit: (split) => this.actions.submitSplit(split),
          onCancel,
        });
      case 'step': {
        const kind = form.values['step'];
        if (typeof kind !== 'string' || !isStepKind(kind)) return undefined;
        return this.makeStep(kind, form.values, form.isNew, onCancel);
      }
      case undefined:
        return undefined;
    }
  }

  private makeStep(kind: StepKind, values: FormValues, isNew: boolean, onCancel: () => void): FormView {
    return createForm({
      label: stepTitle(kind),
      schema: stepSchema(kind),
      values,
      words: stepWords(kind),
      columns: () => this.stepColumns(),
      submit: isNew ? l10n.t('Add') : l10n.t('Apply'),
      intro: stepHelp(kind),
      onChange: (step) => this.dispatch({ type: 'editForm', step: parseStep(step) }),
      onSubmit: (value) => {
        const step = parseStep(value);
        if (step !== undefined) this.actions.submitStep(step);
      },
      onCancel,
    });
  }

  private dialect(): Dialect | undefined {
    const { head, known } = this.state();
    return known?.dialect ?? head?.dialect;
  }

  /** Why the file is read as it is. */
  private readingReason(): { intro?: string } {
    const reason = this.dialect()?.reason ?? '';
    return reason === '' ? {} : { intro: reason };
  }

  private stepColumns(): readonly ColumnChoice[] | undefined {
    const state = this.state();
    const { form, head } = state;
    if (form?.kind !== 'step') return undefined;
    if (form.columns === undefined) {
      // Before the first step the columns are those of the file.
      return form.at === 0 ? this.fileColumns(head?.preview.columns ?? []) : undefined;
    }
    const types = this.fileTypes();
    return form.columns.map(({ name, kind }) => ({ name, kind: kindOf(kind, types.get(name)) }));
  }

  private splitColumns(): readonly ColumnChoice[] | undefined {
    const { preview, head } = this.state();
    const columns = preview.answer?.columns;
    return columns ?? this.fileColumns(head?.preview.columns ?? []);
  }

  private fileColumns(names: readonly string[]): readonly ColumnChoice[] {
    const types = this.fileTypes();
    return names.map((name) => ({ name, kind: kindOf(undefined, types.get(name)) }));
  }

  private fileTypes(): ReadonlyMap<string, string> {
    return new Map(this.state().known?.columns.map(({ name, type }) => [name, type]));
  }

  /** What the preview says of the step that is filled in. */
  private failure(): string | undefined {
    const { form, preview } = this.state();
    if (form?.kind !== 'step' || form.step === undefined || preview.isPending) return undefined;
    const failed = preview.answer?.failed;
    return failed?.index === form.at && shownStep(this.state()) >= form.at ? failed.message : undefined;
  }
}

/** Cells of a file are text until a step reads them: what the profile found says more. */
function kindOf(kind: string | undefined, type: string | undefined): string {
  if (kind === 'number' || kind === 'datetime') return kind;
  if (type === 'number' || type === 'datetime') return type;
  return 'text';
}

function isStepKind(kind: string): kind is StepKind {
  return Object.hasOwn(stepCatalogue, kind);
}

/** A step of one kind's own schema is a step. */
function parseStep(value: unknown): ReturnType<typeof recipeStepSchema.parse> | undefined {
  const parsed = recipeStepSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
