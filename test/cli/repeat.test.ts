import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type CliResult } from '../support/cli';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-repeat-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(name: string, change: Record<string, unknown>): string {
  const experiment = {
    name,
    data: { path: 'data.csv', target: { column: 'y', task: 'binary' } },
    features: [
      { column: 'a', type: 'number' },
      { column: 'b', type: 'number' },
    ],
    split: { method: 'kFold', kind: 'stratified', folds: 3 },
    model: { layers: [{ type: 'dense', units: 8 }] },
    training: { epochs: 6, batchSize: 8, backend: 'cpu' },
    evaluation: { baseline: false },
    ...change,
  };
  fs.writeFileSync(path.join(folder, `${name}.experiment.json`), JSON.stringify(experiment));
  return `${name}.experiment.json`;
}

beforeAll(() => {
  const rows = Array.from({ length: 150 }, (_, i) => {
    const [a, b] = [(i * 37) % 101, (i * 53) % 89];
    return `${a},${b},${a > b ? 'yes' : 'no'}`;
  });
  fs.writeFileSync(path.join(folder, 'data.csv'), ['a,b,y', ...rows].join('\n'));
});

const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);

describe('modelbench repeat', () => {
  it('trains each fold once, never looks at the test rows, and compares two configs in pairs', async () => {
    const good = write('good', {});
    const idle = write('idle', {
      training: { epochs: 1, batchSize: 8, backend: 'cpu', optimizer: { type: 'sgd', learningRate: 1e-9 } },
    });
    const { code, stdout, stderr } = await cli('repeat', good, '--folds', '--against', idle);
    expect(code, stderr).toBe(0);
    for (const fold of ['fold 1', 'fold 2', 'fold 3']) expect(stdout).toContain(fold);
    expect(stdout).toMatch(/Validation ROC AUC of good: /);
    expect(stdout).toMatch(/good is better \(difference|No evidence that they differ/);
    const runs = (await cli('runs', 'list', '--json')).json();
    expect(runs).toHaveLength(6);
    expect(JSON.stringify(runs)).not.toContain('"test":{');
  });

  it('gives the mean over seeds as numbers', async () => {
    const result = await cli('repeat', write('seeds', {}), '--seeds', '2', '--json');
    expect(result.code, result.stderr).toBe(0);
    const told = result.json().at(-1) as { metric: string; values: number[]; mean: { value: number } };
    expect(told).toMatchObject({ event: 'repeated', metric: 'rocAuc', repeats: 'seeds' });
    expect(told.mean.value).toBeCloseTo((told.values[0]! + told.values[1]!) / 2, 12);
  });

  it('asks for a kFold split where there is none', async () => {
    const { code, stderr } = await cli('repeat', write('random', { split: { method: 'random' } }), '--folds');
    expect([code, stderr]).toEqual([2, expect.stringContaining('error[config.notFolds]')]);
  });
});
