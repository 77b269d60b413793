// Bad input: one line on stderr, exit 2, nothing written.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-bad-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const rows = (n: number, row: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => row(i)).join('\n');
const table = `a,b,y\n${rows(40, (i) => `${(i * 7) % 11},${i % 3},${i % 2 === 0 ? 'no' : 'yes'}`)}\n`;
const config = (change: (c: Record<string, never>) => unknown): string =>
  JSON.stringify(change(base() as never));
const base = (): unknown => ({
  name: 't',
  data: { path: 'd.csv', target: { column: 'y', task: 'binary' } },
  features: [{ column: 'a', type: 'number' }],
  split: { method: 'random' },
  model: { layers: [] },
  training: { epochs: 1 },
});

interface Case {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly args: readonly string[];
  readonly code: string;
  /** Words that the message must have. */
  readonly says: readonly string[];
}

const train = (file: string, ...more: string[]): string[] => ['train', file, ...more];
const cases: Case[] = [
  {
    name: 'a missing file',
    files: {},
    args: train('none.csv', '--target', 'y'),
    code: 'data.fileMissing',
    says: ['none.csv'],
  },
  {
    name: 'a folder',
    files: { 'f/x': '' },
    args: train('f', '--target', 'y'),
    code: 'data.isDirectory',
    says: ['f'],
  },
  {
    name: 'an empty file',
    files: { 'd.csv': '' },
    args: train('d.csv', '--target', 'y'),
    code: 'data.empty',
    says: ['d.csv'],
  },
  {
    name: 'a header only',
    files: { 'd.csv': 'a,b,y\n' },
    args: train('d.csv', '--target', 'y'),
    code: 'data.headerOnly',
    says: ['d.csv'],
  },
  {
    name: 'one column',
    files: { 'd.csv': `y\n${rows(40, (i) => String(i % 2))}\n` },
    args: train('d.csv', '--target', 'y'),
    code: 'data.oneColumn',
    says: ['d.csv'],
  },
  {
    name: 'an unknown target, with the nearest',
    files: { 'd.csv': 'a,survived\n1,0\n2,1\n' },
    args: train('d.csv', '--target', 'survved'),
    code: 'target.unknown',
    says: ['survved', 'Did you mean "survived"?'],
  },
  {
    name: 'no target',
    files: { 'd.csv': table },
    args: train('d.csv'),
    code: 'cli.target',
    says: ['--target', 'y'],
  },
  {
    name: 'a target with one value',
    files: { 'd.csv': `a,y\n${rows(40, (i) => `${i},1`)}\n` },
    args: train('d.csv', '--target', 'y'),
    code: 'target.singleValue',
    says: ['y'],
  },
  {
    name: 'a target without any value',
    files: { 'd.csv': `a,y\n${rows(40, (i) => `${i},`)}\n` },
    args: train('d.csv', '--target', 'y'),
    code: 'target.allMissing',
    says: ['y'],
  },
  {
    name: 'an unknown split column',
    files: { 'd.csv': table },
    args: train('d.csv', '--target', 'y', '--split-column', 'prat'),
    code: 'split.unknownColumn',
    says: ['prat'],
  },
  {
    name: 'a seed that is no number',
    files: { 'd.csv': table },
    args: train('d.csv', '--target', 'y', '--seed', 'x'),
    code: 'cli.usage',
    says: ['--seed', 'x'],
  },
  { name: 'an unknown command', files: {}, args: ['trian'], code: 'cli.usage', says: ['trian', 'train'] },
  {
    name: 'a missing config',
    files: {},
    args: train('x.experiment.json'),
    code: 'config.fileMissing',
    says: ['x.experiment.json'],
  },
  {
    name: 'a config that is no JSON',
    files: { 'x.experiment.json': '{\n  "name": ' },
    args: train('x.experiment.json'),
    code: 'config.invalid',
    says: ['x.experiment.json:2:'],
  },
  {
    name: 'a config with an unknown key',
    files: { 'd.csv': table, 'x.experiment.json': config((c) => ({ ...c, training: { epohcs: 3 } })) },
    args: train('x.experiment.json'),
    code: 'config.invalid',
    says: ['epohcs', 'Did you mean "epochs"?'],
  },
  {
    name: 'a config with a wrong type',
    files: { 'd.csv': table, 'x.experiment.json': config((c) => ({ ...c, training: { epochs: 'many' } })) },
    args: train('x.experiment.json'),
    code: 'config.invalid',
    says: ['training.epochs', 'many'],
  },
  {
    name: 'a config with __proto__',
    files: {
      'd.csv': table,
      'x.experiment.json': config((c) => c).replace('"name"', '"__proto__": {"polluted": true}, "name"'),
    },
    args: train('x.experiment.json'),
    code: 'config.invalid',
    says: ['__proto__'],
  },
  {
    name: 'a config with an unknown column',
    files: {
      'd.csv': table,
      'x.experiment.json': config((c) => ({ ...c, features: [{ column: 'aa', type: 'number' }] })),
    },
    args: train('x.experiment.json'),
    code: 'config.unknownColumn',
    says: ['aa', 'Did you mean "a"?'],
  },
  {
    name: 'a config whose target is a feature',
    files: {
      'd.csv': table,
      'x.experiment.json': config((c) => ({ ...c, features: [{ column: 'y', type: 'category' }] })),
    },
    args: train('x.experiment.json'),
    code: 'config.targetAmongFeatures',
    says: ['y'],
  },
];

describe('bad input', () => {
  it.each(cases)('$name ends with 2, one line, and nothing written', async ({ files, args, code, says }) => {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const before = fs.readdirSync(folder, { recursive: true }).sort();
    const result = await runCli(args, folder);
    expect(result.stderr).toContain(`error[${code}]: `);
    for (const word of says) expect(result.stderr).toContain(word);
    expect(
      result.stderr
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('error[')),
    ).toHaveLength(1);
    expect(result.stderr).not.toContain('    at ');
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
    expect(fs.readdirSync(folder, { recursive: true }).sort()).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('drops a column without any value, with a warning, and trains', async () => {
    fs.writeFileSync(path.join(folder, 'd.csv'), `a,empty,y\n${rows(60, (i) => `${i % 7},,${i % 2}`)}\n`);
    const result = await runCli(['train', 'd.csv', '--target', 'y', '--epochs', '1', '--json'], folder);
    expect(result.code).toBe(0);
    expect(JSON.stringify(result.json().at(-1))).toContain('empty');
  });
});
