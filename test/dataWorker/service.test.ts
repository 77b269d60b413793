// The data process: each request over its contract, and what happens when files change, requests end early or many come.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCancelled } from '../../src/shared/abort';
import { connect, serve, type ClientChannel } from '../../src/shared/protocol/channel';
import { dataContract, type DataContract } from '../../src/shared/protocol/data';
import type { RecipeStepInput } from '../../src/shared/schema/recipeSteps';
import { streamTransport } from '../../src/core/process/streamTransport';
import { parseExperiment } from '../../src/core/experiment/parseExperiment';
import { createDataService } from '../../src/dataWorker/service';
import { csvFolder } from '../core/data/tempCsv';
import { REPO } from '../support/cli';
import { transportPair } from '../support/pairTransport';

const csv = csvFolder();

/** 60 rows: a number, a category of 3 and a label that follows from the number. */
const TABLE = [
  'a,kind,y',
  ...Array.from(
    { length: 60 },
    (_, i) => `${(i * 7) % 41},${'rgb'[i % 3]},${(i * 7) % 41 < 20 ? 'no' : 'yes'}`,
  ),
].join('\n');

/** Large enough that a profile takes several hundred milliseconds. */
const LARGE = [
  Array.from({ length: 15 }, (_, j) => `c${j}`).join(','),
  ...Array.from({ length: 20_000 }, (_, i) =>
    Array.from({ length: 15 }, (_, j) => ((i * (j + 7)) % 9973) / 7).join(','),
  ),
].join('\n');

let client: ClientChannel<DataContract>;
let stop: () => void;
beforeEach(() => {
  const [left, right] = transportPair();
  const service = createDataService({
    onProgress: (progress) => server.emit('progress', progress),
    onStepCounted: (counted) => server.emit('stepCounted', counted),
  });
  const server = serve(left, dataContract, service.handlers);
  client = connect(right, dataContract);
  stop = () => {
    service.dispose();
    client.dispose();
  };
});
afterEach(() => stop());

describe('the data service', () => {
  it('profiles, previews and names columns', async () => {
    const file = await csv.write(TABLE);
    const profile = await client.request('profile', { path: file });
    expect(profile).toMatchObject({ path: file, rows: 60, dialect: { delimiter: ',' } });
    expect(profile.columns.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'number'],
      ['kind', 'category'],
      ['y', expect.stringMatching(/boolean|category/)],
    ]);
    expect(await client.request('preview', { path: file, limit: 2 })).toEqual({
      columns: ['a', 'kind', 'y'],
      rows: [
        ['0', 'r', 'no'],
        ['7', 'g', 'no'],
      ],
      totalRows: 60,
    });
    expect((await client.request('head', { path: file, limit: 1 })).preview.columns).toEqual([
      'a',
      'kind',
      'y',
    ]);
  });

  it('offers targets and scaffolds a config that the parser takes', async () => {
    const file = await csv.write(TABLE);
    const [best] = await client.request('targets', { path: file });
    expect(best).toMatchObject({ column: 'y', task: 'binary' });
    const { text, issues } = await client.request('scaffold', {
      path: file,
      relativePath: '../d.csv',
      target: 'y',
    });
    expect(issues).toEqual([]);
    const { experiment } = parseExperiment(text);
    expect(experiment?.data).toMatchObject({ path: '../d.csv', target: { column: 'y', task: 'binary' } });
    const asked = await client.request('scaffold', {
      path: file,
      relativePath: 'd.csv',
      target: 'kind',
      task: 'multiclass',
    });
    expect(parseExperiment(asked.text).experiment?.data.target.task).toBe('multiclass');
  });

  it('draws the network with the widths that the data give it', async () => {
    const file = await csv.write(TABLE);
    const { text } = await client.request('scaffold', { path: file, relativePath: 'd.csv', target: 'y' });
    const experiment = parseExperiment(text).experiment!;
    const { nodes, totals } = await client.request('architecture', { experiment, dataPath: file });
    // One number and a category of three.
    expect(nodes.find(({ kind }) => kind === 'input')?.outputShape).toEqual([4]);
    expect(totals.parameters).toBe((4 + 1) * 128 + (128 + 1) * 64 + (64 + 1) * 1);
  });

  it('tells progress of a profile, of that file, rising to the end', async () => {
    const file = await csv.write(LARGE);
    const seen: { path: string; fraction: number }[] = [];
    client.on('progress', (progress) => seen.push(progress));
    await client.request('profile', { path: file });
    expect(seen.length).toBeGreaterThan(0);
    const fractions = seen.map(({ fraction }) => fraction);
    expect(new Set(seen.map(({ path: of }) => of))).toEqual(new Set([file]));
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    for (const fraction of fractions) expect(fraction >= 0 && fraction <= 1).toBe(true);
  });

  it('ends a profile when it is cancelled, and can do it anew', async () => {
    const file = await csv.write(LARGE);
    const abort = new AbortController();
    const profiling = client.request('profile', { path: file }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    const error: unknown = await profiling.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isCancelled(error)).toBe(true);
    expect((await client.request('profile', { path: file })).rows).toBe(20_000);
  });

  it('answers from what it knows while the file is the same, and reads it anew when it changed', async () => {
    const file = await csv.write(TABLE);
    const before = await client.request('profile', { path: file });
    const started = performance.now();
    expect(await client.request('profile', { path: file })).toEqual(before);
    expect(performance.now() - started).toBeLessThan(50);

    fs.writeFileSync(file, `${TABLE}\n60,r,yes`);
    expect((await client.request('profile', { path: file })).rows).toBe(61);
    // The same size, another time.
    fs.writeFileSync(file, `${TABLE}\n60,r,no `);
    fs.utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect((await client.request('preview', { path: file, limit: 100 })).rows.at(-1)).toEqual([
      '60',
      'r',
      'no ',
    ]);
    fs.writeFileSync(file, 'x,y\n1,2');
    expect((await client.request('head', { path: file, limit: 1 })).preview.columns).toEqual(['x', 'y']);
  });

  it('answers for more files at once than it keeps open', async () => {
    const files = await Promise.all(
      Array.from({ length: 7 }, (_, i) => csv.write(`${TABLE}\n${'7,r,no\n'.repeat(i)}`)),
    );
    const profiles = await Promise.all(files.map((file) => client.request('profile', { path: file })));
    expect(profiles.map(({ path: of, rows }) => [of, rows])).toEqual(files.map((file, i) => [file, 60 + i]));
  });

  it('finishes a request on a file that changes meanwhile, and answers the next one from the new file', async () => {
    const file = await csv.write(LARGE);
    const old = client.request('profile', { path: file });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const other = `${LARGE}\n${LARGE.split('\n')[1]!}`;
    await fs.promises.writeFile(`${file}.new`, other);
    await fs.promises.rename(`${file}.new`, file);
    const [before, after] = await Promise.all([old, client.request('profile', { path: file })]);
    // Which of the two the first one read is a matter of time; it says itself which it was asked of.
    expect([20_000, 20_001]).toContain(before.rows);
    expect(before.modifiedMs).toBeLessThan(after.modifiedMs);
    expect(after.rows).toBe(20_001);
  });

  it.each([
    ['profile', {}, 'data.fileMissing'],
    ['preview', { limit: 5 }, 'data.fileMissing'],
    ['head', { limit: 1 }, 'data.fileMissing'],
    ['targets', {}, 'data.fileMissing'],
    ['scaffold', { relativePath: 'd.csv', target: 'y' }, 'data.fileMissing'],
  ] as const)(
    'says with a code why %s cannot be answered, and answers once the file is there',
    async (method, params, code) => {
      const there = await csv.write(TABLE);
      const file = path.join(path.dirname(there), `late-${method}.csv`);
      const ask = (): Promise<unknown> => client.request(method, { path: file, ...params });
      await expect(ask()).rejects.toMatchObject({ code });
      fs.copyFileSync(there, file);
      expect(await ask()).toBeDefined();
    },
  );

  it('carries the codes of what is wrong with the data or the config', async () => {
    const file = await csv.write(TABLE);
    await expect(
      client.request('scaffold', { path: file, relativePath: 'd.csv', target: 'yy' }),
    ).rejects.toMatchObject({ code: 'target.unknown', details: { didYouMean: 'y' } });
    await expect(client.request('profile', { path: await csv.write('') })).rejects.toMatchObject({
      code: 'data.empty',
    });
    await expect(client.request('preview', { path: file, limit: 0 })).rejects.toThrow();
  });
});

describe('a recipe in the data service', () => {
  it('shows pages of the file, filtered and sorted, without changing a thing', async () => {
    const file = await csv.write(TABLE);
    const page = await client.request('page', {
      path: file,
      offset: 1,
      limit: 2,
      filter: 'kind = "r" and a > 5',
      sort: { column: 'a', order: 'descending' },
    });
    const expected = Array.from({ length: 60 }, (_, i) => ({ i, a: (i * 7) % 41 }))
      .filter(({ i, a }) => i % 3 === 0 && a > 5)
      .sort((p, q) => q.a - p.a || p.i - q.i);
    expect(page.totalRows).toBe(expected.length);
    expect(page.sourceRows).toEqual(expected.slice(1, 3).map(({ i }) => i));
    expect(page.rows.map(([a]) => Number(a))).toEqual(expected.slice(1, 3).map(({ a }) => a));
    expect(await client.request('page', { path: file, offset: 58, limit: 5 })).toMatchObject({
      sourceRows: [58, 59],
      totalRows: 60,
    });
    await expect(
      client.request('page', { path: file, offset: 0, limit: 5, filter: 'kindd = "r"' }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^recipe\./) as string });
  });

  const steps = [
    { step: 'dropMissing', columns: ['a'] },
    { step: 'standardise', columns: ['a'] },
    { step: 'oneHot', columns: ['kind'] },
  ] satisfies RecipeStepInput[];

  it('previews it, counts it on the whole file as events, and exports the same table', async () => {
    const file = await csv.write(TABLE);
    const target = { column: 'y', task: 'binary' } as const;
    const preview = await client.request('recipePreview', { path: file, steps, target, show: 2 });
    expect(preview).toMatchObject({ sampleRows: 60, fileRows: 60, isWhole: true });
    expect(preview.failed).toBeUndefined();
    expect(preview.columns.map(({ name }) => name)).toEqual(['a', 'kind=b', 'kind=g', 'kind=r', 'y']);

    const events: unknown[] = [];
    client.on('stepCounted', (event) => events.push(event));
    const counted = await client.request('recipeCounts', { path: file, steps, target, token: 'mine' });
    expect(events).toEqual(counted.steps.map((summary) => ({ token: 'mine', summary })));
    // The sample is the file.
    expect(counted).toEqual({ steps: preview.steps, rows: 60 });

    const output = path.join(path.dirname(file), 'out.csv');
    const result = await client.request('export', {
      path: file,
      steps,
      target,
      output,
      options: { format: 'csv', splitColumn: true },
    });
    expect(result).toMatchObject({ path: output, rows: 60, columns: 6, sizeBytes: fs.statSync(output).size });
    const written = await client.request('page', { path: output, offset: 0, limit: 100 });
    expect(written.columns.map(({ name }) => name)).toEqual([
      'a',
      'kind=b',
      'kind=g',
      'kind=r',
      'y',
      'split',
    ]);
    expect(written.rows.map((row) => row.slice(0, 5))).toEqual(preview.after.rows);
    expect(written.rows.map((row) => row[5])).toEqual(preview.after.parts);
    await expect(
      client.request('export', { path: file, steps, output: file, options: { format: 'csv' } }),
    ).rejects.toMatchObject({ code: 'recipe.outputIsSource' });
  });

  it('reads a file in two ways at once', async () => {
    const file = await csv.write('a;b\n1,5;2\n2,5;3\n');
    const reading = { decimal: ',' } as const;
    const ask = (own: object) =>
      client.request('recipePreview', {
        path: file,
        ...own,
        steps: [{ step: 'cast', columns: ['a'], to: 'number' }],
        show: 0,
      });
    const [plain, comma, again] = await Promise.all([
      ask({ reading: { decimal: '.' } }),
      ask({ reading }),
      ask({ reading: { decimal: '.' } }),
    ]);
    expect(comma.after.rows).toEqual([
      ['1.5', '2'],
      ['2.5', '3'],
    ]);
    expect(plain.after.rows.map(([a]) => a)).toEqual([null, null]);
    expect(again).toEqual(plain);
  });

  it('is written as a script in two languages', async () => {
    const file = await csv.write(TABLE);
    for (const [language, words] of [
      ['sql', 'step_2 AS'],
      ['pandas', 'df["a"] = '],
    ] as const) {
      const { text, issues } = await client.request('recipeText', { path: file, steps, language });
      expect(text).toContain(words);
      expect(issues).toEqual([]);
    }
  });

  it('goes into a config with the reading, and the features are those behind it', async () => {
    const file = await csv.write(TABLE.replaceAll(',', ';'));
    const { text } = await client.request('scaffold', {
      path: file,
      reading: { delimiter: ';', missing: ['r'] },
      steps: [{ step: 'renameColumns', renames: [{ column: 'y', to: 'label' }] }, ...steps],
      split: { method: 'random', validation: 0.2, test: 0.2, seed: 5 },
      relativePath: 'd.csv',
      target: 'label',
    });
    const { experiment } = parseExperiment(text);
    expect(experiment?.data).toMatchObject({
      reading: { delimiter: ';', missing: ['r'] },
      target: { column: 'label', task: 'binary' },
    });
    expect(experiment?.split).toMatchObject({ method: 'random', seed: 5 });
    expect(experiment?.recipe.map(({ step }) => step)).toEqual([
      'renameColumns',
      'dropMissing',
      'standardise',
      'oneHot',
    ]);
    // Written as a person would: without what goes without saying.
    expect(text).not.toContain('"enabled"');
    expect(experiment?.features.map(({ column, type }) => [column, type])).toEqual([
      ['a', 'number'],
      ['kind=b', expect.stringMatching(/boolean|number/)],
      ['kind=g', expect.stringMatching(/boolean|number/)],
      ['kind (missing)', expect.stringMatching(/boolean|number/)],
    ]);
    const { findings } = await client.request('check', { experiment: experiment!, dataPath: file });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { nodes } = await client.request('architecture', { experiment: experiment!, dataPath: file });
    expect(nodes.find(({ kind }) => kind === 'input')?.outputShape).toEqual([4]);
  });

  it('says into the config how a file is read that only the editor knows', async () => {
    const latin = Buffer.concat([
      Buffer.from('kind,y\n'),
      ...Array.from({ length: 20 }, (_, i) => Buffer.from([0xe9, 0x2c, 0x61 + (i % 2), 0x0a])),
    ]);
    const file = await csv.write(latin);
    const of = async (defaultEncoding: string): Promise<unknown> => {
      const { text } = await client.request('scaffold', {
        path: file,
        defaultEncoding,
        relativePath: 'd.csv',
        target: 'y',
      });
      return parseExperiment(text).experiment?.data.reading.encoding;
    };
    const found = await Promise.all(['gb18030', 'windows-1252'].map(of));
    // Only where it makes a difference.
    expect(new Set([...found, 'auto']).size).toBeGreaterThan(1);
  });

  /** A few GBK or Latin letters: which of them, only the editor's setting knows. */
  const ambiguous = (before: string): Buffer =>
    Buffer.concat([
      Buffer.from([0xc4, 0xea]),
      Buffer.from(`,y\n${before}`),
      ...Array.from({ length: 20 }, (_, i) => Buffer.from([0xb1, 0xb1, 0x2c, 0x61 + (i % 2), 0x0a])),
    ]);

  it('says how a config is read that leaves the encoding to the editor, so that training sees the same columns', async () => {
    const file = await csv.write(ambiguous(''));
    const experiment = parseExperiment(
      JSON.stringify({
        name: 'e',
        data: { path: 'd.csv', target: { column: 'y', task: 'binary' } },
        features: [{ column: 'x', type: 'category' }],
        split: { method: 'random', validation: 0.2, test: 0.2, seed: 1 },
        model: { layers: [] },
        training: { optimizer: { type: 'adam' }, batchSize: 8, epochs: 1, seed: 1 },
      }),
    ).experiment!;
    const seen: string[][] = [];
    for (const defaultEncoding of ['gb18030', 'windows1252']) {
      const { preview } = await client.request('head', { path: file, defaultEncoding, limit: 1 });
      const { reading } = await client.request('check', { experiment, dataPath: file, defaultEncoding });
      // As the training process reads it: without the setting.
      const trained = await client.request('profile', { path: file, reading });
      expect(trained.columns.map(({ name }) => name)).toEqual(preview.columns);
      seen.push(preview.columns);
    }
    expect(seen).toEqual([
      ['年', 'y'],
      ['Äê', 'y'],
    ]);
    // Nothing is said where the setting makes no difference, or the config has its own.
    const plain = await csv.write(TABLE);
    const asked = { experiment, dataPath: plain, defaultEncoding: 'gb18030' };
    expect((await client.request('check', asked)).reading.encoding).toBe('auto');
  });

  it('says the encoding into the config also where the first bytes are plain ASCII', async () => {
    const rows = 'abc,a\nabd,b\n'.repeat(500_000);
    const file = await csv.write(
      Buffer.concat([Buffer.from(`x,y\n${rows}`), Buffer.from([0xc4, 0xea, 0x2c, 0x61, 0x0a])]),
    );
    const asked = { path: file, defaultEncoding: 'gb18030', relativePath: 'd.csv', target: 'y' };
    const { text } = await client.request('scaffold', asked);
    const { dialect } = await client.request('profile', { path: file, defaultEncoding: 'gb18030' });
    expect(dialect.encoding).toBe('gb18030');
    expect(parseExperiment(text).experiment?.data.reading.encoding).toBe('gb18030');
  });

  it('ends when it is cancelled, and leaves nothing', async () => {
    const file = await csv.write(LARGE);
    const abort = new AbortController();
    const output = path.join(path.dirname(file), 'cancelled.csv');
    const columns = Array.from({ length: 15 }, (_, j) => `c${j}`);
    const asked = client.request(
      'export',
      { path: file, steps: [{ step: 'standardise', columns }], output, options: { format: 'csv' } },
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort(), 30);
    expect(await asked.then(() => undefined, isCancelled)).toBe(true);
    // The server may still be at its last statement.
    await client.request('page', { path: file, offset: 0, limit: 1 });
    expect(fs.readdirSync(path.dirname(file)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });
});

describe('the data process', () => {
  const start = () => {
    const child = spawn(process.execPath, [path.join(REPO, 'dist', 'dataWorker.js')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const transport = streamTransport(child.stdout, child.stdin, () => child.stdin.end());
    return { child, channel: connect(transport, dataContract) };
  };

  it('answers over its pipes and ends when its stdin closes', async () => {
    const { child, channel } = start();
    const file = await csv.write(TABLE);
    expect((await channel.request('head', { path: file, limit: 1 })).preview.columns).toEqual([
      'a',
      'kind',
      'y',
    ]);
    const ended = once(child, 'exit');
    child.stdin.end();
    expect((await ended)[0]).toBe(0);
  });

  it('ends at once also in the middle of work', async () => {
    const { child, channel } = start();
    const file = await csv.write(LARGE);
    const asked = channel.request('profile', { path: file });
    const refused = asked.catch((error: unknown) => error);
    await channel.request('head', { path: await csv.write(TABLE), limit: 1 });
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
    expect(await refused).toMatchObject({ code: 'channel.closed' });
  });
});
