// Owns what late answers do to the state: previews, the columns they tell an open form, exact counts. Pure.
import { assertNever } from '../../src/shared/errors';
import type { RecipeDraft } from '../../src/shared/protocol/view';
import { isSame } from './draft';
import { NO_PREVIEW, type EventOf, type Form, type PreprocessState, type PreviewState } from './state';

export function reducePreview(
  state: PreprocessState,
  event: EventOf<'previewAsked' | 'previewed' | 'previewFailed'>,
): PreprocessState {
  const { preview } = state;
  switch (event.type) {
    case 'previewAsked':
      return preview.isPending ? state : { ...state, preview: { ...preview, isPending: true } };
    case 'previewed': {
      const { answer, shown, of } = event;
      const now = { answer, shown, of, isPending: false, problem: undefined };
      return { ...state, preview: now, form: withColumns(state.form, state.draft, now) };
    }
    case 'previewFailed':
      return event.message === undefined
        ? { ...state, preview: NO_PREVIEW }
        : { ...state, preview: { ...preview, isPending: false, problem: event.message } };
    default:
      return assertNever(event);
  }
}

/** What a step can name are the columns before it; a preview that shows its place, or the end, tells them. */
export function withColumns<F extends Form | undefined>(
  form: F,
  draft: RecipeDraft | undefined,
  { answer, shown, of }: PreviewState,
): F {
  if (form?.kind !== 'step' || answer === undefined || of === undefined || draft === undefined) return form;
  const { at } = form;
  const isFresh =
    isSame(of.steps.slice(0, at), draft.steps.slice(0, at)) && isSame(of.reading, draft.reading);
  if (!isFresh || (answer.failed !== undefined && answer.failed.index < at)) return form;
  const columns =
    shown === at
      ? answer.before.columns
      : shown === at - 1
        ? answer.after.columns
        : at === of.steps.length
          ? answer.columns
          : undefined;
  return columns === undefined || isSame(columns, form.columns) ? form : { ...form, columns };
}

export function reduceCounts(
  state: PreprocessState,
  event: EventOf<'countsAsked' | 'counted' | 'countsDone' | 'countsGone'>,
): PreprocessState {
  const { counts } = state;
  switch (event.type) {
    case 'countsAsked':
      return { ...state, counts: { token: event.token, of: event.of, byStep: new Map(), isDone: false } };
    case 'counted':
      if (counts?.token !== event.token) return state;
      return {
        ...state,
        counts: { ...counts, byStep: new Map(counts.byStep).set(event.summary.index, event.summary) },
      };
    case 'countsDone':
      return counts?.token === event.token ? { ...state, counts: { ...counts, isDone: true } } : state;
    case 'countsGone':
      return counts === undefined ? state : { ...state, counts: undefined };
    default:
      return assertNever(event);
  }
}
