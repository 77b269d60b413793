// suggest model and init --preset as a person uses them.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { experimentSchema, type Experiment } from '../../src/shared/schema/experiment';
import { modelSuggestionSchema } from '../../src/shared/schema/modelPreset';
import { REPO, runCli, type CliResult } from '../support/cli';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
const cli = (...args: string[]): Promise<CliResult> => runCli(args, folder);
const config = (name: string): Experiment =>
  experimentSchema.parse(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mb-suggest-cli-')));
  fs.copyFileSync(path.join(REPO, 'examples', 'penguins.csv'), path.join(folder, 'penguins.csv'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('suggest model', () => {
  it('ranks the models of a CSV with reasons and costs, and writes nothing', async () => {
    const { code, stdout } = await cli('suggest', 'model', 'penguins.csv', '--target', 'Island');
    expect(code).toBe(0);
    for (const words of [
      /^Target: Island \(multiclass\), \d+ train rows, backend \w+$/m,
      /^1\. MLP 128-64 \(mlp\)$/m,
      /^2\. Linear \(linear\)$/m,
      /why .*trees beat networks/,
      /sets .*dropout 0\.2 for \d+ train rows/,
      /costs +about [\d.k]+ parameters, [\d.M]+ FLOPs a step, .* for an epoch of \d+ steps/,
      /gains /,
    ])
      expect(stdout).toMatch(words);
    expect(fs.readdirSync(folder)).toEqual(['penguins.csv']);
  });

  it('gives whole configs as JSON lines, the best first', async () => {
    const result = await cli('suggest', 'model', 'penguins.csv', '--target', 'Species', '--json');
    const lines = result.json();
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.map(({ event, rank }) => [event, rank])).toEqual(
      lines.map((_, i) => ['modelSuggestion', i + 1]),
    );
    for (const line of lines) modelSuggestionSchema.parse(line);
  });

  it('writes the one that is named, to be trained; a config that is there only with --force', async () => {
    const args = ['suggest', 'model', 'penguins.csv', '--target', 'Species', '--preset', 'ftTransformer'];
    const written = await cli(...args, '--write');
    expect([written.code, written.stdout]).toEqual([
      0,
      expect.stringMatching(/penguins\.experiment\.json\n$/),
    ]);
    const { model, features, training } = config('penguins.experiment.json');
    expect(model.inputs?.columnsAsTokens?.dimensions).toBe(32);
    expect(features.find(({ type }) => type === 'category')).toMatchObject({ encode: 'embedding' });
    expect(training.optimizer.type).toBe('adamW');
    expect(await cli(...args, '--write')).toMatchObject({ code: 2 });

    const again = await cli(
      'suggest',
      'model',
      'penguins.experiment.json',
      '--preset',
      'linear',
      '-o',
      'l.experiment.json',
    );
    expect(again.code).toBe(0);
    const linear = config('l.experiment.json');
    expect([linear.model.layers, linear.model.inputs]).toEqual([[], undefined]);
    expect(linear.model.output.l2).toBeGreaterThan(0);
    expect(linear.features.find(({ type }) => type === 'category')).toMatchObject({ encode: 'oneHot' });
    const trained = await cli('train', 'l.experiment.json', '--epochs', '2', '--json');
    expect(trained.json().at(-1)).toMatchObject({ event: 'finished', epoch: 2 });
  });

  it('refuses a model for texts where there are none, and options that the config says itself', async () => {
    const text = await cli('suggest', 'model', 'penguins.csv', '--target', 'Species', '--preset', 'textConv');
    expect([text.code, text.stderr]).toEqual([
      2,
      expect.stringMatching(/^error\[config\.preset\].*type text/),
    ]);
    const target = await cli('suggest', 'model', 'l.experiment.json', '--target', 'Island');
    expect([target.code, target.stderr]).toEqual([2, expect.stringMatching(/^error\[cli\.options\]/)]);
    const none = await cli('suggest', 'model', 'none.experiment.json');
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/^error\[config\.fileMissing\]/)]);
  });
});

describe('init --preset', () => {
  it('starts from a named model', async () => {
    const args = ['init', 'penguins.csv', '--target', 'Species', '-o', 'i.experiment.json'];
    expect((await cli(...args, '--preset', 'residualMlp')).code).toBe(0);
    expect(config('i.experiment.json').model.layers.map(({ type }) => type)).toContain('residual');
    expect(await cli(...args, '--force', '--preset', 'nothing')).toMatchObject({ code: 2 });
    const text = await cli(...args, '--force', '--preset', 'textGru');
    expect([text.code, text.stderr]).toEqual([2, expect.stringMatching(/^error\[config\.preset\]/)]);
  });
});
