// One data tab against a data process that answers when the test says so: what is told in which order, what is given up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/shared/abort';
import { BenchError } from '../../../../src/shared/errors';
import { Emitter } from '../../../../src/shared/event';
import { draftSchema, type RecipeDraft } from '../../../../src/shared/protocol/view';
import { DataTab, type TabHost, type TabSource } from '../../../../src/extension/views/preprocess/dataTab';
import { DraftStore } from '../../../../src/extension/views/preprocess/draftStore';

interface Asked {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly signal: AbortSignal;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

const draft = (change: Record<string, unknown> = {}): RecipeDraft =>
  draftSchema.parse({ steps: [], reading: {}, ...change });

const HEAD = {
  dialect: { delimiter: ',', quote: '"', hasHeader: true, encoding: 'utf-8' },
  sizeBytes: 10,
  modifiedMs: 1,
  preview: { columns: ['a', 'y'], rows: [['1', 'no']], totalRows: 1 },
  types: ['number', 'category'],
  issues: [],
};
const PROFILE = { path: '/d/x.csv', rows: 1, columns: [] };
const REPORT = { path: '/d/x.csv', rows: 1, checks: [] };
const TARGETS = [{ column: 'y', task: 'binary', reason: '' }];

const live = new AbortController();
let asked: Asked[];
let told: [string, Record<string, unknown>][];
let memory: Map<string, unknown>;
let source: TabSource;
let progress: Emitter<{ path: string; fraction: number }>;
let counted: Emitter<{ token: string; summary: never }>;
let tab: DataTab;

function open(): DataTab {
  const request: TabHost['data']['request'] = (method, params, { signal = live.signal } = {}) =>
    new Promise((resolve, fail) => {
      // What a test answers is small; the channel would have parsed it.
      const answer = (result: unknown): void => resolve(result as never);
      asked.push({ method, params, signal, answer, fail });
    });
  const store = {
    get: (key: string) => memory.get(key),
    update: async (key: string, value: unknown) => void memory.set(key, value),
  };
  return new DataTab({
    csvPath: '/d/x.csv',
    fileName: 'x.csv',
    data: { request, onDidProgress: progress.event, onDidCountStep: counted.event },
    drafts: new DraftStore(store, 'x', { warn: () => undefined }),
    emit: (event, data) => told.push([event, data]),
    source: async () => source,
    defaultEncoding: () => 'gb18030',
  });
}

beforeEach(() => {
  asked = [];
  told = [];
  memory = new Map();
  source = { path: '/d/x.csv', isUnsaved: false };
  progress = new Emitter();
  counted = new Emitter();
  tab = open();
});
afterEach(() => tab.dispose());

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** `event` or `event:kind`, in order. */
const names = (): string[] =>
  told.map(([event, { kind }]) => (typeof kind === 'string' ? `${event}:${kind}` : event));
const last = (event: string): Record<string, unknown> => told.filter(([name]) => name === event).at(-1)![1];

/** The newest question of a kind. */
function question(method: string): Asked {
  const found = asked.filter((one) => one.method === method).at(-1);
  if (found === undefined)
    throw new Error(`${method} was not asked; asked were ${asked.map((a) => a.method).join()}`);
  return found;
}

async function answer(method: string, result: unknown): Promise<void> {
  question(method).answer(result);
  await settle();
}

async function loaded(): Promise<void> {
  await tab.ready();
  await settle();
  await answer('head', HEAD);
  await answer('profile', PROFILE);
  if (tab.draft.target !== undefined) await answer('targets', TARGETS);
  await answer('quality', REPORT);
}

describe('a data tab that opens', () => {
  it('tells draft, head, profile and quality, each as soon as it is known', async () => {
    await tab.ready();
    expect(names()).toEqual(['draft', 'profile:working', 'quality:working']);
    expect(last('draft')).toEqual({ fileName: 'x.csv', draft: draft(), isUnsaved: false });
    await settle();
    await answer('head', HEAD);
    expect(names().at(-1)).toBe('head');
    expect(last('head')).not.toHaveProperty('modifiedMs');
    await answer('profile', PROFILE);
    await answer('quality', REPORT);
    expect(names().slice(3)).toEqual(['head', 'profile:ready', 'quality:working', 'quality:ready']);
    expect(asked.map(({ method }) => method)).toEqual(['head', 'profile', 'quality']);
    expect(question('head').params).toEqual({
      path: '/d/x.csv',
      reading: draft().reading,
      defaultEncoding: 'gb18030',
      limit: 100,
    });
  });

  it('forwards progress of its own file while that is profiled, and not after', async () => {
    await tab.ready();
    await settle();
    await answer('head', HEAD);
    progress.fire({ path: '/d/other.csv', fraction: 0.1 });
    progress.fire({ path: '/d/x.csv', fraction: 0.5 });
    expect(last('profile')).toEqual({ kind: 'working', fraction: 0.5 });
    await answer('profile', PROFILE);
    // Another command profiles the same file.
    progress.fire({ path: '/d/x.csv', fraction: 0.7 });
    expect(last('profile')).toEqual({ kind: 'ready', profile: PROFILE });
  });

  it('sends few rows of a very wide table', async () => {
    await tab.ready();
    await settle();
    const columns = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const rows = Array.from({ length: 5 }, () => columns);
    await answer('head', { ...HEAD, preview: { columns, rows, totalRows: 5 } });
    expect(last('head')).toMatchObject({ preview: { totalRows: 5 } });
    expect((last('head')['preview'] as { rows: unknown[] }).rows).toHaveLength(2);
  });

  it('tells a page that comes back what is known, and reads nothing anew', async () => {
    await loaded();
    told = [];
    asked = [];
    await tab.ready();
    expect(names()).toEqual(['draft', 'head', 'profile:ready', 'quality:ready']);
    expect(asked).toEqual([]);
  });

  it('gives up what a page asked that is gone, and goes on reading', async () => {
    await tab.ready();
    await settle();
    const gone = [
      tab.preview({ draft: draft(), show: -1, limit: 10 }, live.signal),
      tab.page({ offset: 0, limit: 10 }, live.signal),
    ].map((question) => question.catch((error: unknown) => error));
    await settle();
    told = [];
    await tab.ready();
    for (const end of await Promise.all(gone)) expect(end).toBeInstanceOf(CancelledError);
    expect(names()).toEqual(['draft', 'profile:working', 'quality:working']);
    expect(question('head').signal.aborted).toBe(false);
    await answer('head', HEAD);
    expect(names().at(-1)).toBe('head');
  });

  it('asks for no relation to a target that the file no longer has', async () => {
    await tab.keepDraft(draft({ target: 'gone' }));
    await tab.ready();
    await settle();
    await answer('head', HEAD);
    expect(question('profile').params).not.toHaveProperty('target');
    await answer('profile', PROFILE);
    await answer('targets', TARGETS);
    expect(question('quality').params).not.toHaveProperty('target');
  });

  it('reads anew for a page that comes back after a failure', async () => {
    await tab.ready();
    await settle();
    question('head').fail(new BenchError('data.fileMissing', 'gone'));
    await settle();
    expect(last('profile')).toEqual({ kind: 'failed', message: 'gone' });
    expect(last('quality')).toEqual({ kind: 'failed', message: 'gone' });
    await tab.ready();
    await settle();
    expect(asked.map(({ method }) => method)).toEqual(['head', 'head']);
  });

  it('fails when its text cannot be copied, and has told the draft', async () => {
    tab.dispose();
    const failing = open();
    Object.assign(failing['host'], { source: () => Promise.reject(new Error('ENOSPC')) });
    await failing.ready();
    await settle();
    expect(names()).toEqual([
      'draft',
      'profile:working',
      'quality:working',
      'profile:failed',
      'quality:failed',
    ]);
    failing.dispose();
  });

  it('says why the checks failed without taking the profile back', async () => {
    await tab.ready();
    await settle();
    await answer('head', HEAD);
    await answer('profile', PROFILE);
    question('quality').fail(new BenchError('data.bad', 'bad'));
    await settle();
    expect(last('profile')).toMatchObject({ kind: 'ready' });
    expect(last('quality')).toEqual({ kind: 'failed', message: 'bad' });
  });
});

describe('a newer load', () => {
  it('supersedes an older one, whose answers and end are not told', async () => {
    await tab.ready();
    await settle();
    const old = question('head');
    await tab.load();
    await settle();
    expect(old.signal.aborted).toBe(true);
    old.answer({ ...HEAD, sizeBytes: 1 });
    await settle();
    expect(names()).not.toContain('head');
    expect(names()).not.toContain('profile:cancelled');
    await answer('head', { ...HEAD, sizeBytes: 2 });
    expect(last('head')).toMatchObject({ sizeBytes: 2 });
  });

  it('comes with a new reading or target, without echoing the draft', async () => {
    await loaded();
    told = [];
    await tab.keepDraft(draft({ reading: { delimiter: ';' } }));
    await settle();
    expect(names()).toEqual(['profile:working', 'quality:working']);
    expect(question('head').params).toMatchObject({ reading: { delimiter: ';' } });
    await tab.keepDraft(draft({ reading: { delimiter: ';' }, target: 'y' }));
    await settle();
    await answer('head', HEAD);
    expect(question('profile').params).toMatchObject({ target: 'y' });
    await answer('profile', PROFILE);
    await answer('targets', TARGETS);
    expect(question('quality').params).toMatchObject({ target: { column: 'y', task: 'binary' } });
  });

  it('does not come with a new step; a new split is checked alone', async () => {
    await loaded();
    asked = [];
    const steps = [{ step: 'shuffle' }];
    await tab.keepDraft(draft({ steps }));
    await settle();
    expect(asked).toEqual([]);
    await tab.keepDraft(draft({ steps, split: { method: 'random' } }));
    await settle();
    expect(asked.map(({ method }) => method)).toEqual(['quality']);
    const first = question('quality');
    await tab.keepDraft(draft({ steps, split: { method: 'random', seed: 2 } }));
    await settle();
    expect(first.signal.aborted).toBe(true);
    expect(last('quality')).toEqual({ kind: 'working' });
    await answer('quality', REPORT);
    expect(last('quality')).toMatchObject({ kind: 'ready' });
    expect(names()).not.toContain('quality:cancelled');
  });
});

describe('unsaved text', () => {
  it('is read as UTF-8 from its copy, and said', async () => {
    source = { path: '/copy/x.csv', isUnsaved: true };
    await tab.keepDraft(draft({ reading: { encoding: 'gb18030' } }));
    await tab.ready();
    await settle();
    expect(last('draft')).toMatchObject({ isUnsaved: true, draft: { reading: { encoding: 'gb18030' } } });
    expect(question('head').params).toEqual({
      path: '/copy/x.csv',
      reading: { ...draft().reading, encoding: 'utf-8' },
      limit: 100,
    });
    source = { path: '/d/x.csv', isUnsaved: false };
    told = [];
    await tab.load({ keepsDraft: true });
    expect(last('draft')).toMatchObject({ isUnsaved: false });
  });

  it('is not what a copied script names', async () => {
    source = { path: '/copy/x.csv', isUnsaved: true };
    await tab.ready();
    await settle();
    const text = tab.text(draft({ reading: { encoding: 'big5' } }), 'sql', live.signal);
    await settle();
    expect(question('recipeText').params).toMatchObject({ path: '/d/x.csv', reading: { encoding: 'big5' } });
    await answer('recipeText', { text: 'select', issues: [] });
    expect((await text).text).toBe('select');
  });
});

describe('questions of the page', () => {
  const preview = (change = {}, signal = live.signal): Promise<unknown> =>
    tab.preview({ draft: draft(change), show: -1, limit: 10 }, signal);

  it('give up an older preview, and end at once when the page no longer waits', async () => {
    await loaded();
    const first = preview();
    await settle();
    const old = question('recipePreview');
    const page = new AbortController();
    const second = preview({ steps: [{ step: 'shuffle' }] }, page.signal);
    await expect(first).rejects.toBeInstanceOf(CancelledError);
    expect(old.signal.aborted).toBe(true);
    await settle();
    expect(question('recipePreview').params).toMatchObject({
      show: -1,
      limit: 10,
      steps: [{ step: 'shuffle' }],
    });
    page.abort();
    await expect(second).rejects.toBeInstanceOf(CancelledError);
    expect(question('recipePreview').signal.aborted).toBe(true);
  });

  it('may fetch several pages of one table; another filter gives up those', async () => {
    await loaded();
    const page = (offset: number, filter?: string): Promise<unknown> =>
      tab.page({ offset, limit: 200, filter }, live.signal).catch((error: unknown) => error);
    const both = [page(0), page(200)];
    await settle();
    const pages = asked.filter(({ method }) => method === 'page');
    expect(pages.map(({ params, signal }) => [params['offset'], signal.aborted])).toEqual([
      [0, false],
      [200, false],
    ]);
    pages[0]!.answer({ columns: [], rows: [], sourceRows: [] });
    expect(await both[0]).toEqual({ columns: [], rows: [], sourceRows: [] });
    void page(0, 'a > 1');
    expect(await both[1]).toBeInstanceOf(CancelledError);
    await settle();
    expect(question('page').params).toMatchObject({ filter: 'a > 1' });
    expect(question('page').signal.aborted).toBe(false);
  });

  it('hear of counted steps under their own token, and of nobody else’s', async () => {
    await loaded();
    const counts = tab.count({ draft: draft(), token: '1' }, live.signal);
    await settle();
    const own = question('recipeCounts').params['token'] as string;
    const other = open();
    counted.fire({ token: own, summary: 's' as never });
    counted.fire({ token: '1', summary: 't' as never });
    expect(told.filter(([event]) => event === 'stepCounted')).toEqual([
      ['stepCounted', { token: '1', summary: 's' }],
    ]);
    await answer('recipeCounts', { steps: [], rows: 7 });
    expect(await counts).toEqual({ rows: 7 });
    other.dispose();
  });

  it('wait for the task of a target only when a step needs it', async () => {
    await tab.keepDraft(draft({ target: 'y' }));
    await tab.ready();
    await settle();
    void preview({ target: 'y', steps: [{ step: 'trim', columns: ['a'] }] }).catch(() => undefined);
    await settle();
    expect(question('recipePreview').params).not.toHaveProperty('target');
    asked = asked.filter(({ method }) => method !== 'recipePreview');
    const steps = [{ step: 'oversample' }];
    void preview({ target: 'y', steps }).catch(() => undefined);
    await settle();
    expect(asked.map(({ method }) => method)).toEqual(['head']);
    await answer('head', HEAD);
    await answer('profile', PROFILE);
    await answer('targets', TARGETS);
    expect(question('recipePreview').params).toMatchObject({ target: { column: 'y', task: 'binary' } });
    await expect(preview({ target: 'a', steps })).rejects.toMatchObject({ code: 'target.unusable' });
    const renamed = [{ step: 'renameColumns', renames: [{ column: 'y', to: 'label' }] }, ...steps];
    void preview({ target: 'label', steps: renamed }).catch(() => undefined);
    await settle();
    expect(question('recipePreview').params).toMatchObject({ target: { column: 'label', task: 'binary' } });
  });

  it('wait on when what they wait for is superseded', async () => {
    await tab.keepDraft(draft({ target: 'y' }));
    await tab.ready();
    await settle();
    const asks = preview({ target: 'y', steps: [{ step: 'oversample' }] });
    await settle();
    await tab.load();
    await settle();
    await answer('head', HEAD);
    await answer('profile', PROFILE);
    // Asked by who waited, and by the checks.
    for (const one of asked.filter(({ method }) => method === 'targets')) one.answer(TARGETS);
    await settle();
    await answer('recipePreview', { steps: [] });
    expect(await asks).toEqual({ steps: [] });
  });

  it('wait for it when the answer is to be exact', async () => {
    await tab.keepDraft(draft({ target: 'y' }));
    await tab.ready();
    await settle();
    const counts = tab.count({ draft: draft({ target: 'y' }), token: '1' }, live.signal);
    await settle();
    expect(asked.map(({ method }) => method)).toEqual(['head']);
    await answer('head', HEAD);
    await answer('profile', PROFILE);
    await answer('targets', TARGETS);
    expect(question('recipeCounts').params).toMatchObject({ target: { column: 'y', task: 'binary' } });
    await answer('recipeCounts', { steps: [], rows: 3 });
    expect(await counts).toEqual({ rows: 3 });
  });
});

describe('cancel', () => {
  it('ends reading, questions and exports at once, whatever the data process does', async () => {
    await tab.ready();
    await settle();
    const fractions: number[] = [];
    const ends = [
      tab.preview({ draft: draft(), show: -1, limit: 10 }, live.signal),
      tab.count({ draft: draft(), token: '1' }, live.signal),
      tab.export(
        draft(),
        { format: 'csv', encoding: 'utf-8', delimiter: ',', quoteFormulas: true, splitColumn: false },
        {
          output: '/d/out.csv',
          signal: live.signal,
          onProgress: (fraction) => void fractions.push(fraction),
        },
      ),
    ].map((end) => end.catch((error: unknown) => error));
    await settle();
    tab.cancel();
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(CancelledError);
    await settle();
    expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
    expect(last('profile')).toEqual({ kind: 'cancelled' });
    expect(last('quality')).toEqual({ kind: 'cancelled' });
  });

  it('leaves a later question alone', async () => {
    await loaded();
    tab.cancel();
    const asks = tab.page({ offset: 0, limit: 1 }, live.signal);
    await settle();
    await answer('page', { columns: [], rows: [], sourceRows: [] });
    expect(await asks).toBeDefined();
  });
});

describe('an export', () => {
  it('is told its progress once the profile is done', async () => {
    await loaded();
    const fractions: number[] = [];
    const options = {
      format: 'csv',
      encoding: 'utf-8',
      delimiter: ',',
      quoteFormulas: true,
      splitColumn: false,
    } as const;
    const result = tab.export(draft({ split: { method: 'random' } }), options, {
      output: '/d/out.csv',
      signal: live.signal,
      onProgress: (fraction) => void fractions.push(fraction),
    });
    await settle();
    expect(question('export').params).toMatchObject({
      output: '/d/out.csv',
      options,
      split: { method: 'random' },
    });
    progress.fire({ path: '/d/x.csv', fraction: 0.5 });
    await answer('export', { rows: 1 });
    progress.fire({ path: '/d/x.csv', fraction: 1 });
    expect(await result).toEqual({ rows: 1 });
    expect(fractions).toEqual([0.5]);
  });
});

describe('the end of the data process', () => {
  it('is told once in one line, fails what was asked, and the next question is asked anew', async () => {
    await tab.ready();
    await settle();
    const asks = tab.page({ offset: 0, limit: 1 }, live.signal);
    await settle();
    const died = new BenchError(
      'data-worker.died',
      'The data process ended: SIGKILL. Try again, or see the log.',
    );
    for (const { fail } of asked) fail(died);
    await expect(asks).rejects.toBe(died);
    await settle();
    expect(told.filter(([event]) => event === 'problem')).toEqual([['problem', { message: died.message }]]);
    expect(last('profile')).toEqual({ kind: 'failed', message: died.message });
    await tab.load();
    await settle();
    await answer('head', HEAD);
    expect(names().at(-1)).toBe('head');
  });
});

describe('the draft', () => {
  it('comes back in another window, also while nothing was read', async () => {
    const kept = draft({
      steps: [{ step: 'dropColumns', columns: ['__proto__'] }],
      target: 'y',
      classWeights: true,
    });
    await tab.keepDraft(kept);
    expect(asked).toEqual([]);
    memory = new Map(JSON.parse(JSON.stringify([...memory])) as [string, unknown][]);
    const again = open();
    expect(again.draft).toEqual(kept);
    again.dispose();
  });
});
