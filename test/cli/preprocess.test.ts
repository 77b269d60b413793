// `preprocess` and `suggest` as a person or a script uses them: the table written, what was learnt, exit codes, and a
// source that is never touched.
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseRecords } from '../../src/core/data/csvText';
import { fittedStepSchema } from '../../src/shared/schema/fittedSteps';
import { recipeFileSchema } from '../../src/shared/schema/recipeSteps';
import { REPO, runCli, type CliResult } from '../support/cli';

let folder: string;
const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);
const at = (name: string): string => path.join(folder, name);
const write = (name: string, text: string): void => fs.writeFileSync(at(name), text);
const records = (name: string): string[][] =>
  parseRecords(fs.readFileSync(at(name), 'utf8'), { delimiter: ',', quote: '"', escape: '"' }, Infinity)
    .records;

// Processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ROWS = Array.from({ length: 40 }, (_, i) => [
  i % 9 === 4 ? '' : String((i * 7) % 23),
  'rgb'[i % 3]!,
  ['train', 'train', 'test', 'val'][i % 4]!,
  i % 2 === 0 ? '=1+1' : 'plain',
]);
const TABLE = ['size,kind,part,note', ...ROWS.map((row) => row.join(','))].join('\n');
const RECIPE = {
  steps: [
    { step: 'fillMissing', columns: ['size'], with: 'mean' },
    { step: 'minMaxScale', columns: ['size'] },
    { step: 'oneHot', columns: ['kind'] },
  ],
};

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-cli-preprocess-')));
  write('t.csv', TABLE);
  write('r.recipe.json', JSON.stringify(RECIPE));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const train = ROWS.filter(([, , part]) => part === 'train').map(([size]) => size!);
const known = train.filter((size) => size !== '').map(Number);
const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
const [low, high] = [Math.min(...known), Math.max(...known)];
const scaled = (size: string): number => ((size === '' ? mean : Number(size)) - low) / (high - low);

describe('preprocess', () => {
  it('learns from the train rows of a split column and writes all rows', async () => {
    const result = await cli(
      ...['preprocess', 't.csv', '--recipe', 'r.recipe.json', '--split-by', 'part', '-o', 'out.csv'],
      ...['--split-column', '--fitted', 'fitted.json'],
    );
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^1\. .*size.* \(fitted on 20 train rows\)$/m);
    expect(result.stdout).toMatch(/^40 rows, 7 columns, .*: .*out\.csv$/m);
    const [header, ...rows] = records('out.csv');
    expect(header).toEqual(['size', 'kind=b', 'kind=g', 'kind=r', 'part', 'note', 'split']);
    for (const [i, row] of rows.entries()) {
      const [size, kind, part, note] = ROWS[i]!;
      expect(Number(row[0])).toBeCloseTo(scaled(size!), 12);
      expect(row.slice(1, 4)).toEqual(['b', 'g', 'r'].map((name) => (name === kind ? '1' : '0')));
      // A spreadsheet must not take it for a formula.
      expect(row[5]).toBe(note === '=1+1' ? "'=1+1" : note);
      expect(row[6]).toBe(part === 'val' ? 'validation' : part);
    }
    const { steps } = JSON.parse(fs.readFileSync(at('fitted.json'), 'utf8')) as { steps: unknown[] };
    expect(steps.map((step) => fittedStepSchema.parse(step).fit?.rows)).toEqual([20, 20, 20]);
  });

  it('does what was learnt to other rows, and learns nothing', async () => {
    write('new.csv', 'size,kind,part,note\n46,g,x,-\n,purple,x,-5\n');
    const result = await cli(
      'preprocess',
      'new.csv',
      '--apply',
      'fitted.json',
      '-o',
      'new-out.csv',
      '--no-quote-formulas',
    );
    expect(result.code).toBe(0);
    const [, first, second] = records('new-out.csv');
    expect(Number(first![0])).toBeCloseTo(scaled('46'), 12);
    expect(first!.slice(1)).toEqual(['0', '1', '0', 'x', '-']);
    expect(Number(second![0])).toBeCloseTo(scaled(''), 12);
    expect(second!.slice(1)).toEqual(['0', '0', '0', 'x', '-5']);
  });

  it('parts rows as it is told to on the command line', async () => {
    const args = [
      '--split',
      'random',
      '--validation',
      '0.2',
      '--test',
      '0.3',
      '--seed',
      '7',
      '--split-column',
    ];
    expect((await cli('preprocess', 't.csv', ...args, '-o', 'parted.csv')).code).toBe(0);
    const parts = records('parted.csv').map((row) => row[4]);
    const count = (part: string): number => parts.filter((each) => each === part).length;
    expect([count('train'), count('validation'), count('test')]).toEqual([20, 8, 12]);
    const group = ['--split', 'group', '--split-by', 'size', '--split-column', '-o', 'grouped.csv'];
    expect((await cli('preprocess', 't.csv', ...group)).code).toBe(0);
    const partsOf = new Map<string, Set<string>>();
    for (const [size = '', , , , part = ''] of records('grouped.csv').slice(1)) {
      partsOf.set(size, (partsOf.get(size) ?? new Set()).add(part));
    }
    expect([...partsOf].filter(([size, { size: many }]) => size !== '' && many > 1)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const rows = Array.from({ length: 400_000 }, (_, i) => `${i},${i % 7},text of row ${i}`);
    write('long.csv', ['a,b,c', ...rows].join('\n'));
    const before = fs.readdirSync(folder).sort();
    const cliPath = path.join(REPO, 'dist', 'cli.js');
    const args = ['preprocess', 'long.csv', '-o', 'long-out.csv', '--output-encoding', 'gb18030'];
    const child = spawn(process.execPath, [cliPath, ...args], { cwd: folder });
    const code = new Promise((resolve) => child.once('exit', resolve));
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
    await vi.waitUntil(() => fs.readdirSync(folder).length > before.length || child.exitCode !== null, {
      timeout: 30_000,
      interval: 1,
    });
    child.kill('SIGINT');
    expect(await code).toBe(1);
    expect(err).toMatch(/^error\[internal\.cancelled\]: [^\n]*\n$/m);
    expect(fs.readdirSync(folder).sort()).toEqual(before);
    fs.rmSync(at('long.csv'));
  });

  it('never replaces a device or a pipe by a file', async () => {
    execFileSync('mkfifo', [at('pipe.csv')]);
    const result = await cli('preprocess', 't.csv', '-o', 'pipe.csv', '--force');
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error\[cli\.output\]: .*pipe/) as string,
    });
    expect(fs.statSync(at('pipe.csv')).isFIFO()).toBe(true);
  });

  it('writes typed formats by the name of the file, and JSON for scripts', async () => {
    const args = ['--recipe', 'r.recipe.json', '--split-by', 'part', '--json'];
    const result = await cli('preprocess', 't.csv', ...args, '-o', 'out.arrow');
    expect(result.code).toBe(0);
    const [line, ...more] = result.json();
    expect(more).toEqual([]);
    expect(line).toMatchObject({ event: 'preprocessed', path: at('out.arrow'), rows: 40, columns: 6 });
    const table = tableFromIPC(fs.readFileSync(at('out.arrow')));
    expect(table.numRows).toBe(40);
    expect(String(table.schema.fields[0]?.type)).toBe('Float64');
    expect((await cli('preprocess', 't.csv', ...args, '-o', 'out.parquet')).code).toBe(0);
    expect(fs.readFileSync(at('out.parquet')).subarray(0, 4).toString()).toBe('PAR1');
    const utf16 = await cli('preprocess', 't.csv', '-o', 'wide.csv', '--output-encoding', 'utf-16le');
    expect(utf16.code).toBe(0);
    expect([...fs.readFileSync(at('wide.csv')).subarray(0, 4)]).toEqual([0xff, 0xfe, 0x73, 0]);
  });

  it('reads a file as it is told to', async () => {
    write('eu.csv', 'a|b\n1,5|-9\n2,5|x\n');
    write('cast.recipe.json', JSON.stringify({ steps: [{ step: 'cast', columns: ['a'], to: 'number' }] }));
    const args = ['--recipe', 'cast.recipe.json', '--decimal', ',', '--missing', '-9', '--delimiter', '|'];
    expect((await cli('preprocess', 'eu.csv', ...args, '-o', 'eu-out.csv')).code).toBe(0);
    expect(records('eu-out.csv')).toEqual([
      ['a', 'b'],
      ['1.5', ''],
      ['2.5', 'x'],
    ]);
  });

  it.each([
    ['the source', ['-o', 't.csv', '--force'], 'recipe.outputIsSource'],
    ['the source as what was learnt', ['-o', 'x.csv', '--fitted', 't.csv', '--force'], 'cli.usage'],
    ['a file that exists', ['-o', 'exists.csv'], 'cli.fileExists'],
    [
      'a folder that is not there for what was learnt',
      ['-o', 'x.csv', '--recipe', 'r.recipe.json', '--fitted', 'no/f.json'],
      'cli.output',
    ],
    [
      'the recipe as what was learnt',
      ['-o', 'x.csv', '--recipe', 'r.recipe.json', '--fitted', 'r.recipe.json', '--force'],
      'cli.usage',
    ],
    [
      'a split where nothing is learnt',
      ['-o', 'x.csv', '--apply', 'fitted.json', '--split-by', 'part'],
      'cli.usage',
    ],
    ['an encoding for what has its own', ['-o', 'x.parquet', '--output-encoding', 'gb18030'], 'cli.usage'],
    ['a task without its column', ['-o', 'x.csv', '--task', 'binary'], 'cli.usage'],
    ['a split by a column that is not said', ['-o', 'x.csv', '--split', 'group'], 'cli.usage'],
    ['classes that are not said', ['-o', 'x.csv', '--split', 'stratified', '--split-column'], 'cli.usage'],
    ['a seed for nothing', ['-o', 'x.csv', '--seed', '3'], 'cli.usage'],
    ['a format nobody knows', ['-o', 'x.xlsx'], 'cli.output'],
    ['a folder that is not there', ['-o', 'no/x.csv'], 'cli.output'],
    ['a recipe that is none', ['-o', 'x.csv', '--recipe', 't.csv'], 'recipe.invalid'],
    ['a recipe that is not there', ['-o', 'x.csv', '--recipe', 'no.recipe.json'], 'cli.noFile'],
    [
      'what was learnt and what is to be learnt',
      ['-o', 'x.csv', '--recipe', 'r.recipe.json', '--apply', 'fitted.json'],
      'cli.usage',
    ],
    ['an unknown target', ['-o', 'x.csv', '--target', 'sizes'], 'target.unknown'],
    ['a step that cannot be done', ['-o', 'x.csv', '--recipe', 'bad.recipe.json'], 'recipe.unknownColumn'],
  ])('refuses %s with one line and exit code 2, and writes nothing', async (_what, args, code) => {
    write('exists.csv', 'mine');
    write('bad.recipe.json', JSON.stringify({ steps: [{ step: 'dropColumns', columns: ['sizee'] }] }));
    const before = fs.readdirSync(folder).sort();
    const result = await cli('preprocess', 't.csv', ...args);
    expect(result.stderr).toMatch(new RegExp(`(?:^|\\n)error\\[${code.replace('.', '\\.')}\\]: [^\\n]*\\n$`));
    expect(result.code).toBe(2);
    expect(fs.readdirSync(folder).sort()).toEqual(before);
    expect(fs.readFileSync(at('t.csv'), 'utf8')).toBe(TABLE);
    expect(fs.readFileSync(at('exists.csv'), 'utf8')).toBe('mine');
  });
});

describe('suggest', () => {
  it('gives a target, a split and steps with their reasons, and a recipe that runs', async () => {
    write(
      'dirty.csv',
      [
        'size,same,label',
        ...Array.from(
          { length: 60 },
          (_, i) => `${i === 7 ? 'big' : (i * 37) % 101},x,${i % 2 ? 'yes' : 'no'}`,
        ),
      ].join('\n'),
    );
    const result = await cli('suggest', 'dirty.csv', '--target', 'label', '-o', 'dirty.recipe.json');
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^Target: label/m);
    expect(result.stdout).toMatch(/^Split: \{"method":"stratified"/m);
    const { steps } = recipeFileSchema.parse(JSON.parse(fs.readFileSync(at('dirty.recipe.json'), 'utf8')));
    expect(steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['markMissing', 'dropColumns']));
    const run = await cli(
      'preprocess',
      'dirty.csv',
      '--recipe',
      'dirty.recipe.json',
      '--target',
      'label',
      '-o',
      'clean.csv',
    );
    expect(run.code).toBe(0);
    expect(records('clean.csv')[0]).not.toContain('same');
    const [line] = (await cli('suggest', 'dirty.csv', '--target', 'label', '--json')).json();
    expect(line).toMatchObject({ event: 'suggested', target: { column: 'label', task: 'binary' } });
  });
});
