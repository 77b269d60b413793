import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { REPO, runCli } from '../support/cli';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-find-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function config(): string {
  for (const name of ['penguins.csv', 'penguins.experiment.json']) {
    fs.copyFileSync(path.join(REPO, 'examples', name), path.join(folder, name));
  }
  return path.join(folder, 'penguins.experiment.json');
}

describe('modelbench find', () => {
  it('finds a learning rate, and writes it only when asked to', async () => {
    const file = config();
    const before = fs.readFileSync(file, 'utf8');
    const told = await runCli(['find', 'learning-rate', file, '--json'], folder);
    expect(told.code, told.stderr).toBe(0);
    const [found] = told.json() as { suggestion: { learningRate: number }; loss: number[] }[];
    expect(found!.suggestion.learningRate).toBeGreaterThan(1e-4);
    expect(found!.suggestion.learningRate).toBeLessThan(1);
    expect(fs.readFileSync(file, 'utf8')).toBe(before);

    const written = await runCli(['find', 'learning-rate', file, '--write'], folder);
    expect(written.stdout).toContain('training.optimizer.learningRate is now');
    const after = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      training: { optimizer: { learningRate: number } };
    };
    expect(after.training.optimizer.learningRate).toBe(found!.suggestion.learningRate);
  });

  it('finds a batch size', async () => {
    const { code, stdout, stderr } = await runCli(['find', 'batch-size', config()], folder);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/is the fastest of those that learn as well/);
  });

  it('says what it expects when it is given a CSV', async () => {
    config();
    const { code, stderr } = await runCli(['find', 'learning-rate', 'penguins.csv'], folder);
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected a *.experiment.json')]);
  });
});
