// Holds when the host is asked: soon after a change, once, and the latest wins.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecipePreview } from '../../../src/shared/schema/recipeResult';
import { reduce } from '../../../webview/preprocess/reduce';
import { initialState, type PreprocessEvent, type PreprocessState } from '../../../webview/preprocess/state';
import { previewLimit, Sync } from '../../../webview/preprocess/sync';
import { draftOf, FILL, previewOf, PROFILE, REPORT, SCALE, TRIM } from './example';

interface Asked {
  readonly method: string;
  readonly params: { show?: number; draft?: { steps: unknown[] }; token?: string };
  readonly signal: AbortSignal | undefined;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

function page(): {
  sync: Sync;
  asked: Asked[];
  state: () => PreprocessState;
  dispatch: (event: PreprocessEvent) => void;
  of: (method: string) => Asked[];
} {
  const asked: Asked[] = [];
  let state = initialState();
  const dispatch = (event: PreprocessEvent): void => {
    const before = state;
    state = reduce(state, event);
    if (state !== before) sync.update();
  };
  const request = (
    method: string,
    params: Asked['params'],
    options?: { signal?: AbortSignal },
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked.push({ method, params, signal: options?.signal, answer: resolve, fail: reject });
    });
  const sync: Sync = new Sync({ request: request as never }, () => state, dispatch);
  return {
    sync,
    asked,
    state: () => state,
    dispatch,
    of: (method) => asked.filter((each) => each.method === method),
  };
}

const told = (steps: Parameters<typeof draftOf>[0]): PreprocessEvent => ({
  type: 'draft',
  fileName: 'a.csv',
  draft: draftOf(steps),
  isUnsaved: false,
});
const change = (steps: Parameters<typeof draftOf>[0], select?: number): PreprocessEvent => ({
  type: 'change',
  draft: draftOf(steps),
  label: 'c',
  ...(select === undefined ? {} : { select }),
});
const sampled = (more: Partial<RecipePreview> = {}): RecipePreview =>
  previewOf({ isWhole: false, steps: [{ ...summaryOf(0) }], ...more });
const summaryOf = (index: number): RecipePreview['steps'][number] => ({
  index,
  rowsBefore: 1,
  rowsAfter: 1,
  columnsAdded: [],
  columnsRemoved: [],
  cellsChanged: 0,
  step: TRIM,
  issues: [],
});

describe('the page and its host', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps the draft once for a burst of changes, and not what the host told', async () => {
    const { dispatch, of } = page();
    dispatch(told([]));
    await vi.advanceTimersByTimeAsync(500);
    expect(of('keepDraft')).toHaveLength(0);
    dispatch(change([TRIM]));
    dispatch(change([TRIM, FILL]));
    await vi.advanceTimersByTimeAsync(200);
    expect(of('keepDraft').map(({ params }) => params.draft?.steps.length)).toEqual([2]);
  });

  it('flushes what is not kept yet', async () => {
    const { sync, dispatch, of } = page();
    dispatch(told([]));
    dispatch(change([TRIM]));
    const flushed = sync.flush();
    expect(of('keepDraft')).toHaveLength(1);
    of('keepDraft')[0]!.answer({});
    await flushed;
  });

  it('asks for no preview of the file alone', async () => {
    const { dispatch, asked } = page();
    dispatch(told([]));
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toEqual([]);
  });

  it('gives an older preview up for a newer one, and ignores its answer', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    await vi.advanceTimersByTimeAsync(200);
    dispatch(change([TRIM, SCALE], 1));
    await vi.advanceTimersByTimeAsync(200);
    const [first, second] = of('preview');
    expect(first!.signal?.aborted).toBe(true);
    second!.answer(previewOf({ sampleRows: 2 }));
    await vi.advanceTimersByTimeAsync(0);
    first!.answer(previewOf({ sampleRows: 1 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(state().preview).toMatchObject({ shown: 1, isPending: false, answer: { sampleRows: 2 } });
  });

  it('asks once for the same question', async () => {
    const { dispatch, of } = page();
    dispatch(told([TRIM]));
    dispatch({ type: 'select', step: 0 });
    dispatch({ type: 'find', text: 'a' });
    await vi.advanceTimersByTimeAsync(200);
    dispatch({ type: 'find', text: 'ab' });
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview').map(({ params }) => params.show)).toEqual([0]);
  });

  it('tells why a preview failed, and asks anew after the next change', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[0]!.fail(new Error('gone'));
    await vi.advanceTimersByTimeAsync(0);
    expect(state().preview.problem).toBe('gone');
    dispatch(change([FILL]));
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview')).toHaveLength(2);
  });

  it('counts the whole file once the preview of a sample has come and all is quiet', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[0]!.answer(sampled());
    await vi.advanceTimersByTimeAsync(300);
    expect(of('counts')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(of('counts')).toHaveLength(1);
    const { token } = of('counts')[0]!.params;
    dispatch({ type: 'counted', token: token!, summary: summaryOf(0) });
    of('counts')[0]!.answer({ rows: 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect(state().counts).toMatchObject({ isDone: true });
    // A column that is looked at counts nothing anew.
    dispatch({ type: 'column', column: 'age' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(of('counts')).toHaveLength(1);
  });

  it('stops counting when the recipe changes, and counts not at all where the sample is the file', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[0]!.answer(sampled());
    await vi.advanceTimersByTimeAsync(1000);
    dispatch(change([TRIM, FILL]));
    expect(of('counts')[0]!.signal?.aborted).toBe(true);
    expect(state().counts).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[1]!.answer(previewOf({ isWhole: true, steps: [summaryOf(0)] }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(of('counts')).toHaveLength(1);
  });

  it('waits with counting for the profile and for an open form', async () => {
    const { dispatch, of } = page();
    dispatch(told([TRIM]));
    dispatch({ type: 'profile', state: { kind: 'working' } });
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[0]!.answer(sampled());
    await vi.advanceTimersByTimeAsync(2000);
    expect(of('counts')).toHaveLength(0);
    dispatch({ type: 'profile', state: { kind: 'cancelled' } });
    await vi.advanceTimersByTimeAsync(2000);
    expect(of('counts')).toHaveLength(1);
  });
});

describe('a preview of the first rows, while the file is still being read', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const known = { kind: 'ready', profile: PROFILE } as const;
  const ofHead = (): RecipePreview => {
    const { fileRows: _, ...rest } = sampled();
    return rest;
  };

  it('is asked anew once the file has been read, and not again after that', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    dispatch({ type: 'profile', state: { kind: 'working' } });
    await vi.advanceTimersByTimeAsync(200);
    of('preview')[0]!.answer(ofHead());
    await vi.advanceTimersByTimeAsync(0);
    dispatch({ type: 'profile', state: { kind: 'working', fraction: 0.5 } });
    await vi.advanceTimersByTimeAsync(2000);
    expect(of('preview')).toHaveLength(1);
    dispatch({ type: 'profile', state: known });
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview')).toHaveLength(2);
    of('preview')[1]!.answer(sampled({ fileRows: 9, sampleRows: 5 }));
    await vi.advanceTimersByTimeAsync(200);
    expect(state().preview.answer).toMatchObject({ fileRows: 9, sampleRows: 5 });
    dispatch({ type: 'quality', state: { kind: 'ready', report: REPORT } });
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview')).toHaveLength(2);
  });

  it('is asked anew when the file was read while its answer was on its way', async () => {
    const { dispatch, of } = page();
    dispatch(told([TRIM]));
    await vi.advanceTimersByTimeAsync(200);
    dispatch({ type: 'profile', state: known });
    of('preview')[0]!.answer(ofHead());
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview')).toHaveLength(2);
  });

  it('is asked anew when the counts, which need every row, are there', async () => {
    const { dispatch, of, state } = page();
    dispatch(told([TRIM]));
    dispatch({ type: 'profile', state: known });
    await vi.advanceTimersByTimeAsync(200);
    // A very large file has a profile before its rows can be sampled.
    of('preview')[0]!.answer(ofHead());
    await vi.advanceTimersByTimeAsync(1000);
    expect(of('preview')).toHaveLength(1);
    of('counts')[0]!.answer({ rows: 9 });
    await vi.advanceTimersByTimeAsync(200);
    expect(of('preview')).toHaveLength(2);
    of('preview')[1]!.answer(sampled({ fileRows: 9 }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(of('preview')).toHaveLength(2);
    expect(of('counts')).toHaveLength(1);
    expect(state().counts).toMatchObject({ isDone: true });
  });
});

describe('the size of a preview', () => {
  it('falls with the width of the table', () => {
    expect(previewLimit(5)).toBe(1000);
    expect(previewLimit(600)).toBe(100);
    expect(previewLimit(100_000)).toBe(5);
  });
});
