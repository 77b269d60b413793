// Holds the data tab's reducer: edits of the draft with undo, forms, answers that come late.
import { describe, expect, it } from 'vitest';
import { draftSchema } from '../../../src/shared/protocol/view';
import { withTarget } from '../../../webview/preprocess/draft';
import {
  effectiveDraft,
  exactSummary,
  ignoredShown,
  nameAtEnd,
  shownStep,
  targetShown,
} from '../../../webview/preprocess/shown';
import { reduce } from '../../../webview/preprocess/reduce';
import {
  FILE,
  initialState,
  type PreprocessEvent,
  type PreprocessState,
} from '../../../webview/preprocess/state';
import { DEDUPE, draftOf, FILL, HEAD, page, previewOf, PROFILE, SCALE, step, summary, TRIM } from './example';

const after = (...events: PreprocessEvent[]): PreprocessState => events.reduce(reduce, initialState());
const told = (draft: ReturnType<typeof draftOf>): PreprocessEvent => ({
  type: 'draft',
  fileName: 'a.csv',
  draft,
  isUnsaved: false,
});
const change = (draft: ReturnType<typeof draftOf>, select?: number): PreprocessEvent => ({
  type: 'change',
  draft,
  label: 'c',
  ...(select === undefined ? {} : { select }),
});
const openStep = (at: number, isNew: boolean, now = isNew ? undefined : TRIM): PreprocessEvent => ({
  type: 'openForm',
  form: { kind: 'step', at, isNew, values: {}, step: now, isTouched: false, columns: undefined },
});

describe('the draft', () => {
  it('is undone and done again, with what was selected', () => {
    const one = draftOf([TRIM]);
    const two = draftOf([TRIM, FILL]);
    const edited = after(told(draftOf([])), change(one, 0), change(two, 1));
    const undone = [{ type: 'undo' } as const, { type: 'undo' } as const].reduce(reduce, edited);
    expect(undone.draft?.steps).toEqual([]);
    expect(undone.selected).toBe(FILE);
    const again = [{ type: 'redo' } as const, { type: 'redo' } as const].reduce(reduce, undone);
    expect(again.draft).toEqual(two);
    expect(again.selected).toBe(1);
    expect(reduce(again, { type: 'redo' })).toBe(again);
  });

  it('forgets what was undone once something else is done', () => {
    const state = after(
      told(draftOf([])),
      change(draftOf([TRIM])),
      { type: 'undo' },
      change(draftOf([FILL])),
    );
    expect(state.history.future).toEqual([]);
    expect(state.history.past).toHaveLength(1);
  });

  it('counts a change that changes nothing as none', () => {
    const state = after(told(draftOf([TRIM])), change(draftOf([TRIM])));
    expect(state.history.past).toEqual([]);
  });

  it('stays as the user has it when the host repeats what it was given before', () => {
    const kept = draftOf([TRIM]);
    const newer = draftOf([TRIM, FILL]);
    const state = after(
      told(draftOf([])),
      change(kept),
      { type: 'kept', draft: kept },
      change(newer),
      told(kept),
    );
    expect(state.draft).toEqual(newer);
  });

  it('stays with its history when the host repeats it with its parts in another order', () => {
    const chosen = withTarget(draftOf([TRIM]), 'age');
    const state = after(
      told(draftOf([])),
      change(chosen),
      { type: 'kept', draft: chosen },
      told(draftSchema.parse(chosen)),
    );
    expect(state.history.past).toHaveLength(1);
    expect(state.draft).toEqual(chosen);
  });

  it('is taken from the host when that has another one', () => {
    const state = after(told(draftOf([TRIM, FILL])), { type: 'select', step: 1 }, told(draftOf([SCALE])));
    expect(state.draft?.steps).toEqual([SCALE]);
    expect(state.selected).toBe(0);
    expect(state.history.past).toEqual([]);
  });

  it('forgets filter, order and profile with another reading, and only then', () => {
    const start = after(
      told(draftOf([])),
      { type: 'head', head: HEAD },
      { type: 'profile', state: { kind: 'ready', profile: PROFILE } },
      { type: 'filter', text: 'age > 1' },
    );
    expect(reduce(start, change(draftOf([TRIM]))).filter).toBe('age > 1');
    const { reading } = draftOf([]);
    const other = reduce(start, change(draftOf([], { reading: { ...reading, delimiter: ';' } })));
    expect(other).toMatchObject({ filter: '', head: undefined, known: undefined });
  });
});

describe('what the host tells', () => {
  it('keeps the newest profile while a newer one is made', () => {
    const state = after(
      { type: 'profile', state: { kind: 'ready', profile: PROFILE } },
      { type: 'profile', state: { kind: 'working' } },
    );
    expect(state.known).toBe(PROFILE);
    expect(state.profile.kind).toBe('working');
  });

  it('takes the same head again for no news', () => {
    const state = after({ type: 'head', head: HEAD });
    expect(reduce(state, { type: 'head', head: structuredClone(HEAD) })).toBe(state);
  });
});

describe('a form', () => {
  it('puts a new step into what is previewed once it is whole, and not before', () => {
    const start = after(told(draftOf([TRIM, SCALE])), openStep(1, true));
    expect(effectiveDraft(start)?.steps).toEqual([TRIM, SCALE]);
    expect(shownStep(start)).toBe(0);
    const whole = reduce(start, { type: 'editForm', step: FILL });
    expect(effectiveDraft(whole)?.steps).toEqual([TRIM, FILL, SCALE]);
    expect(shownStep(whole)).toBe(1);
    expect(whole.draft?.steps).toEqual([TRIM, SCALE]);
  });

  it('leaves no trace of a new step that is given up', () => {
    const state = after(
      told(draftOf([TRIM])),
      openStep(1, true),
      { type: 'editForm', step: FILL },
      { type: 'closeForm' },
    );
    expect(state.selected).toBe(0);
    expect(effectiveDraft(state)).toEqual(draftOf([TRIM]));
    expect(state.history.past).toEqual([]);
  });

  it('previews an edited step in place of the one there is', () => {
    const other = step({ step: 'trim', columns: ['city'], inner: false });
    const state = after(told(draftOf([TRIM, SCALE])), openStep(0, false), { type: 'editForm', step: other });
    expect(effectiveDraft(state)?.steps).toEqual([other, SCALE]);
  });

  it('knows the columns before the step: from before it, from after the one before, or from the end', () => {
    const draft = draftOf([TRIM, SCALE]);
    const answer = previewOf({
      before: page(['b'], []),
      after: page(['a'], []),
      columns: [{ name: 'end', kind: 'number' }],
    });
    const names = (at: number, shown: number): string[] | undefined => {
      const state = after(told(draft), openStep(at, true), { type: 'previewed', answer, shown, of: draft });
      return state.form?.kind === 'step' ? state.form.columns?.map(({ name }) => name) : undefined;
    };
    expect(names(1, 1)).toEqual(['b']);
    expect(names(1, 0)).toEqual(['a']);
    expect(names(2, FILE)).toEqual(['end']);
    expect(names(0, 1)).toBeUndefined();
    // Of other steps, the columns are others too.
    const stale = after(told(draft), openStep(1, true), {
      type: 'previewed',
      answer,
      shown: 1,
      of: draftOf([DEDUPE]),
    });
    expect(stale.form).toMatchObject({ columns: undefined });
  });
});

describe('exact counts', () => {
  const draft = draftOf([TRIM, FILL]);
  const counted = after(
    told(draft),
    { type: 'countsAsked', token: '2', of: draft },
    { type: 'counted', token: '1', summary: summary(0, { cellsChanged: 9 }) },
    { type: 'counted', token: '2', summary: summary(1, { cellsChanged: 7 }) },
  );

  it('ignore what was counted for an older question', () => {
    expect(exactSummary(counted, 0)).toBeUndefined();
    expect(exactSummary(counted, 1)?.cellsChanged).toBe(7);
  });

  it('hold for a step as long as the steps up to it stay as they were', () => {
    expect(exactSummary(reduce(counted, change(draftOf([TRIM, FILL, SCALE]))), 1)?.cellsChanged).toBe(7);
    expect(exactSummary(reduce(counted, change(draftOf([DEDUPE, FILL]))), 1)).toBeUndefined();
    expect(
      exactSummary(reduce(counted, change(draftOf([TRIM, FILL], { target: 'age' }))), 1),
    ).toBeUndefined();
  });
});

describe('a column that is looked at', () => {
  const rename = (to: string): ReturnType<typeof step> =>
    step({ step: 'renameColumns', renames: [{ column: 'age', to }] });
  const looking = [told(draftOf([TRIM])), { type: 'column', column: 'age' }] as const;

  it('keeps being looked at under the name that a step gives it, and under its own in the file', () => {
    const renamed = after(...looking, change(draftOf([TRIM, rename('years')]), 1));
    expect(renamed.column).toBe('years');
    expect(reduce(renamed, { type: 'select', step: 0 }).column).toBe('age');
    const inFile = reduce(renamed, { type: 'select', step: FILE });
    expect(inFile.column).toBe('age');
    expect(reduce(inFile, { type: 'select', step: 1 }).column).toBe('years');
    expect(reduce(renamed, { type: 'undo' }).column).toBe('age');
  });

  it('follows a name while it is typed, and takes it back with the form', () => {
    const typed = after(
      ...looking,
      openStep(1, true),
      { type: 'editForm', step: rename('y') },
      { type: 'editForm', step: rename('years') },
    );
    expect(typed.column).toBe('years');
    expect(reduce(typed, { type: 'closeForm' }).column).toBe('age');
  });

  it('is the one that was chosen last, and the one that was kept over a reload', () => {
    const renamed = after(...looking, change(draftOf([TRIM, rename('years')]), 1));
    expect(reduce(renamed, { type: 'column', column: 'city' }).column).toBe('city');
    const reopened = reduce(
      initialState({ column: 'years', selected: 1 }),
      told(draftOf([TRIM, rename('years')])),
    );
    expect(reopened.column).toBe('years');
  });

  it('stays the target when it is renamed', () => {
    const target = { target: 'age' };
    const renamed = after(told(draftOf([], target)), change(draftOf([rename('years')], target), 0));
    expect(renamed.draft?.target).toBe('years');
    expect(targetShown(renamed)).toBe('years');
    const inFile = reduce(renamed, { type: 'select', step: FILE });
    expect(targetShown(inFile)).toBe('age');
    expect(nameAtEnd(inFile, 'age')).toBe('years');
    expect(reduce(renamed, { type: 'undo' }).draft?.target).toBe('age');
    const ignored = after(
      told(draftOf([], { ignored: ['city', 'age'] })),
      change(draftOf([rename('years')], { ignored: ['city', 'age'] })),
    );
    expect(ignored.draft?.ignored).toEqual(['city', 'years']);
    expect(ignoredShown(ignored)).toEqual(new Set(['city', 'age']));
    // Choosing another one is no rename.
    expect(reduce(renamed, change(draftOf([rename('years')], { target: 'city' }))).draft?.target).toBe(
      'city',
    );
  });
});
