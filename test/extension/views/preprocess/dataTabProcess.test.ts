// One data tab on the real data process: a table from its head to an export, and the process killed at work.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { draftSchema, type RecipeDraft } from '../../../../src/shared/protocol/view';
import { DataClient } from '../../../../src/extension/process/dataClient';
import { DataTab } from '../../../../src/extension/views/preprocess/dataTab';
import { DraftStore } from '../../../../src/extension/views/preprocess/draftStore';
import { csvFolder } from '../../../core/data/tempCsv';
import { buildDataWorker, type BuiltWorker } from '../../../support/dataWorker';

const csv = csvFolder();
const live = new AbortController().signal;

const ROWS = 8000;
const LARGE = [
  'a,kind,y',
  ...Array.from(
    { length: ROWS },
    (_, i) => `${i % 10 === 0 ? '' : (i * 7) % 9973},${'rgb'[i % 3]},${i % 2 === 0 ? 'no' : 'yes'}`,
  ),
].join('\n');
const STEPS = [
  { step: 'fillMissing', columns: ['a'], with: 'median' },
  { step: 'oneHot', columns: ['kind'] },
  { step: 'standardise', columns: ['a'] },
];

const draft = (change: Record<string, unknown> = {}): RecipeDraft =>
  draftSchema.parse({ steps: STEPS, reading: {}, target: 'y', ...change });

let worker: BuiltWorker;
beforeAll(async () => {
  worker = await buildDataWorker('tab');
});
afterAll(() => worker.remove());

let client: DataClient;
let log: string[];
let told: [string, Record<string, unknown>][];
/** At once, as an event is told. */
let heard: (event: string) => void;
let tab: DataTab;
let file: string;
/** The process is killed once, right after it was asked this. */
let victim: string | undefined;
beforeEach(async () => {
  log = [];
  told = [];
  heard = () => undefined;
  victim = undefined;
  file = await csv.write(LARGE);
  client = new DataClient(() => ({ node: process.execPath, script: worker.script, l10nBundle: {} }), {
    info: (line) => void log.push(line),
  });
  const memory = new Map<string, unknown>();
  tab = new DataTab({
    csvPath: file,
    fileName: path.basename(file),
    data: {
      onDidProgress: client.onDidProgress,
      onDidCountStep: client.onDidCountStep,
      request: (method, params, options) => {
        const answer = client.request(method, params, options);
        if (method === victim) {
          victim = undefined;
          kill();
        }
        return answer;
      },
    },
    drafts: new DraftStore(
      { get: (key) => memory.get(key), update: async (key, value) => void memory.set(key, value) },
      file,
      { warn: () => undefined },
    ),
    emit: (event, data) => {
      told.push([event, data]);
      heard(event);
    },
    source: async () => ({ path: file, isUnsaved: false }),
    defaultEncoding: () => 'utf8',
  });
});
afterEach(() => {
  tab.dispose();
  client.dispose();
});

const last = (event: string): Record<string, unknown> | undefined =>
  told.filter(([name]) => name === event).at(-1)?.[1];
const toldKind = (event: string, kind: string): Promise<void> =>
  expect.poll(() => last(event)?.['kind'], { timeout: 15_000, interval: 10 }).toBe(kind);
const kill = (): void => {
  const [pid] = log
    .flatMap((line) => /^data process (\d+) started$/.exec(line)?.slice(1).map(Number) ?? [])
    .slice(-1);
  process.kill(pid!, 'SIGKILL');
};

describe('a data tab on the data process', () => {
  it('tells head, profile and checks, pages, previews, counts and exports', async () => {
    await tab.keepDraft(draft());
    await tab.ready();
    await toldKind('quality', 'ready');
    expect(last('head')).toMatchObject({ preview: { columns: ['a', 'kind', 'y'] } });
    expect(last('profile')).toMatchObject({ profile: { rows: ROWS } });

    const page = await tab.page(
      { offset: 5, limit: 2, filter: 'kind = "g"', sort: { column: 'a', order: 'descending' } },
      live,
    );
    expect(page.rows).toHaveLength(2);
    expect(page.rows[0]![1]).toBe('g');

    const preview = await tab.preview({ draft: draft(), show: 0, limit: 5 }, live);
    expect(preview.failed).toBeUndefined();
    expect(preview.steps.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(preview.columns.map(({ name }) => name)).toContain('kind=g');

    expect(await tab.count({ draft: draft(), token: '1' }, live)).toEqual({ rows: ROWS });
    const counted = told.filter(([event]) => event === 'stepCounted').map(([, data]) => data);
    expect(counted.map(({ token }) => token)).toEqual(['1', '1', '1']);
    expect(counted[0]).toMatchObject({ summary: { index: 0, rowsBefore: ROWS, fittedOnRows: 0.7 * ROWS } });

    const output = path.join(path.dirname(file), 'out.csv');
    const options = {
      format: 'csv',
      encoding: 'utf-8',
      delimiter: ';',
      quoteFormulas: true,
      splitColumn: true,
    } as const;
    const result = await tab.export(draft(), options, { output, signal: live, onProgress: () => undefined });
    expect(result).toMatchObject({ path: output, rows: ROWS });
    const lines = fs.readFileSync(output, 'utf8').trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(ROWS + 1);
    expect(lines[0]!.split(';')).toEqual(['a', 'kind=b', 'kind=g', 'kind=r', 'y', 'split']);
    expect((await tab.text(draft(), 'sql', live)).text).toContain(path.basename(file));
  });

  it('says that its process was killed in the middle of counting, and counts again', async () => {
    await tab.keepDraft(draft());
    await tab.ready();
    await toldKind('profile', 'ready');
    heard = (event) => {
      if (event === 'stepCounted') kill();
    };
    const asked = tab.count({ draft: draft(), token: '1' }, live);
    await expect(asked).rejects.toMatchObject({ code: 'data-worker.died' });
    expect(told.filter(([event]) => event === 'problem')).toEqual([
      ['problem', { message: 'The data process ended: SIGKILL. Try again, or see the log.' }],
    ]);
    heard = () => undefined;
    expect(await tab.count({ draft: draft(), token: '2' }, live)).toEqual({ rows: ROWS });
  });

  const DIED = 'The data process ended: SIGKILL. Try again, or see the log.';
  const problems = (): unknown[] => told.filter(([event]) => event === 'problem').map(([, data]) => data);

  it.each(['head', 'profile'])(
    'says that its process was killed while it read the %s, and reads again',
    async (stage) => {
      victim = stage;
      await tab.ready();
      await toldKind('profile', 'failed');
      expect(last('profile')).toEqual({ kind: 'failed', message: DIED });
      expect(last('quality')).toEqual({ kind: 'failed', message: DIED });
      expect(problems()).toEqual([{ message: DIED }]);
      await tab.load();
      await toldKind('quality', 'ready');
      expect(last('profile')).toMatchObject({ kind: 'ready', profile: { rows: ROWS } });
    },
  );

  it('says that its process was killed while it checked the file, keeps the profile, and checks again', async () => {
    victim = 'quality';
    await tab.ready();
    await toldKind('quality', 'failed');
    expect(last('quality')).toEqual({ kind: 'failed', message: DIED });
    expect(last('profile')).toMatchObject({ kind: 'ready' });
    expect(problems()).toEqual([{ message: DIED }]);
    await tab.load();
    await toldKind('quality', 'ready');
  });

  const output = (): string => path.join(path.dirname(file), 'killed.csv');
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    page: () => tab.page({ offset: 0, limit: 2, filter: 'a > 1' }, live),
    recipePreview: () => tab.preview({ draft: draft(), show: 0, limit: 5 }, live),
    recipeCounts: () => tab.count({ draft: draft(), token: '1' }, live),
    recipeText: () => tab.text(draft(), 'pandas', live),
    export: () =>
      tab.export(
        draft(),
        { format: 'csv', encoding: 'utf-8', delimiter: ',', quoteFormulas: true, splitColumn: false },
        { output: output(), signal: live, onProgress: () => undefined },
      ),
  };

  it.each(Object.keys(questions))(
    'fails %s in one line when its process is killed meanwhile, and answers it the next time',
    async (method) => {
      await tab.ready();
      await toldKind('quality', 'ready');
      victim = method;
      await expect(questions[method]!()).rejects.toMatchObject({ code: 'data-worker.died', message: DIED });
      expect(problems()).toEqual([{ message: DIED }]);
      expect(fs.existsSync(output())).toBe(false);
      await questions[method]!();
      // What was told before still holds.
      expect(last('profile')).toMatchObject({ kind: 'ready' });
    },
  );

  it('ends all of it on cancel, and reads again when asked', async () => {
    await tab.ready();
    tab.cancel();
    await toldKind('profile', 'cancelled');
    expect(last('quality')).toEqual({ kind: 'cancelled' });
    await tab.load();
    await toldKind('quality', 'ready');
  });
});
