// `check` as a person or a script uses it: the table, the findings with lines and steps, JSON, exit codes.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { qualityReportSchema } from '../../src/shared/schema/quality';
import { recipeStepSchema } from '../../src/shared/schema/recipeSteps';
import { QUALITY_CHECKS } from '../../src/shared/schema/quality';
import { runCli, type CliResult } from '../support/cli';

let folder: string;
const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);
const write = (name: string, lines: readonly string[]): void =>
  fs.writeFileSync(path.join(folder, name), `${lines.join('\n')}\n`);

// Processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-cli-check-')));
  const row = (i: number): string => `${String((i * 37) % 101)},${['a', 'b', 'c'][i % 3]!},${String(i % 2)}`;
  write('fine.csv', ['size,kind,label', ...Array.from({ length: 90 }, (_, i) => row(i))]);
  write('words.csv', [
    'size,kind,label',
    ...Array.from({ length: 90 }, (_, i) => (i === 4 ? `big,"two\nlines",0` : row(i))),
    'huge,a,1',
  ]);
  // refund is the label in other words, in enough rows to be certain.
  write('leak.csv', [
    'size,refund,label',
    ...Array.from(
      { length: 600 },
      (_, i) => `${String((i * 37) % 101)},${i % 2 === 0 ? 'full' : 'none'},${String(i % 2)}`,
    ),
  ]);
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('check', () => {
  it('lists every check, and each finding with its evidence, its lines and a step against it', async () => {
    const { code, stdout } = await cli('check', 'words.csv', '--target', 'label');
    expect(code).toBe(0);
    for (const id of QUALITY_CHECKS) expect(stdout).toContain(id);
    const at = stdout.split('\n').findIndex((line) => line.startsWith('warn [textInNumbers]'));
    const [message, lines, remedy] = stdout.split('\n').slice(at, at + 3);
    expect(message).toContain('words such as "big" among numbers: 2 of 91 cells (2.2 %)');
    // A cell of two lines pushes the last row down by one.
    expect(lines).toBe('  lines: 6 "big", 93 "huge"');
    expect(recipeStepSchema.parse(JSON.parse(remedy!.slice(remedy!.indexOf('{'))))).toMatchObject({
      step: 'markMissing',
      columns: ['size'],
      values: ['big', 'huge'],
    });
  });

  it('gives the whole report as JSON', async () => {
    const result = await cli('check', 'words.csv', '--target', 'label', '--json');
    expect(result.code).toBe(0);
    const [{ event, ...report } = {}] = result.json();
    expect(event).toBe('quality');
    expect(qualityReportSchema.parse(report).checks.map(({ check }) => check)).toEqual(QUALITY_CHECKS);
  });

  it('says why a check was not made', async () => {
    const { stdout } = await cli('check', 'fine.csv');
    expect(stdout).toMatch(/skipped\s+targetProxy\s+.*It needs to know what is predicted/);
  });

  it('ends with 1 only when it is strict and a check fails', async () => {
    expect((await cli('check', 'leak.csv', '--target', 'label')).code).toBe(0);
    const strict = await cli('check', 'leak.csv', '--target', 'label', '--strict');
    expect(strict.stdout).toMatch(/fail\s+targetProxy/);
    expect(strict.code).toBe(1);
    expect((await cli('check', 'words.csv', '--target', 'label', '--strict')).code).toBe(0);
  });

  it('finds a target of one value instead of refusing it', async () => {
    write('one.csv', ['x,y', ...Array.from({ length: 30 }, (_, i) => `${String(i * i)},1`)]);
    const { code, stdout } = await cli('check', 'one.csv', '--target', 'y');
    expect(code).toBe(0);
    expect(stdout).toContain('fail [constant] Target "y" is "1" in every row');
  });

  it('refuses a target that is not there, on one line', async () => {
    const { code, stderr, stdout } = await cli('check', 'fine.csv', '--target', 'lable');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error\[target\.unknown\]: .*Did you mean "label"\?/);
  });
});
