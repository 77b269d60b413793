// Plants one fault after another into a run that has none: the diagnosis names each, and the clean run gets nothing.
import { describe, expect, it } from 'vitest';
import { applyRemedy } from '../../../src/core/diagnosis/changes';
import type { EncodedDataset, EncodedSplit } from '../../../src/core/recipe/dataset';
import { randomStream } from '../../../src/shared/random';
import type { Experiment, Task } from '../../../src/shared/schema/experiment';
import type { Finding } from '../../../src/shared/schema/diagnosis';
import { datasetOf, experimentOf, train } from '../train/support';

const RELU = [
  { type: 'dense', units: 32, activation: 'relu' },
  { type: 'dense', units: 16, activation: 'relu' },
];

/** Three classes (or two, or a number) from ten columns, four of which say something, with some overlap. */
function tableOf(
  task: Task,
  rows = { train: 600, validation: 200, test: 100 },
  columns = 10,
): EncodedDataset {
  const stream = randomStream(21, `table/${task}`);
  const outputs = task === 'multiclass' ? 3 : 1;
  const split = (count: number): EncodedSplit => {
    const x = Float32Array.from({ length: count * columns }, () => stream.nextNormal());
    const y = new Float32Array(count * outputs);
    for (let row = 0; row < count; row++) {
      const at = (j: number): number => x[row * columns + j]!;
      const signal = at(0) + at(1) * at(2) - 0.5 * at(3) + 0.3 * stream.nextNormal();
      if (task === 'regression') y[row] = signal / 1.5;
      else if (task === 'binary') y[row] = signal > 0 ? 1 : 0;
      else y[row * 3 + (signal < -0.8 ? 0 : signal < 0.8 ? 1 : 2)] = 1;
    }
    return { rows: count, x, y, sourceRows: Int32Array.from({ length: count }, (_, i) => i) };
  };
  const base = datasetOf(task, rows);
  const featureNames = Array.from({ length: columns }, (_, j) => `x${j}`);
  return {
    ...base,
    features: columns,
    recipe: { ...base.recipe, featureNames },
    train: split(rows.train),
    validation: split(rows.validation),
    test: split(rows.test),
  };
}

async function findingsOf(experiment: Experiment, dataset: EncodedDataset): Promise<Finding[]> {
  const { events } = await train(experiment, dataset, { backend: 'wasm' });
  const found = events.flatMap((event) => (event.type === 'diagnosis' ? [event.findings] : []));
  expect(found).toHaveLength(1);
  for (const { remedies, evidence, message } of found[0]!) {
    expect(remedies.length).toBeGreaterThan(0);
    // Each remedy is a config that can be run.
    for (const remedy of remedies) expect(applyRemedy(experiment, remedy)).not.toEqual(experiment);
    expect(Object.values(evidence).every(Number.isFinite)).toBe(true);
    expect(message).toMatch(/\d/);
  }
  return found[0]!;
}

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);

describe('a run without fault', () => {
  it.each(['multiclass', 'binary', 'regression'] as const)('%s: has no finding', async (task) => {
    const experiment = experimentOf(task, RELU, { epochs: 100, earlyStopping: { patience: 8 } });
    const rows = { train: 1500, validation: 400, test: 100 };
    expect(await findingsOf(experiment, tableOf(task, rows))).toEqual([]);
  });
});

describe('a planted fault is named', () => {
  it('a learning rate a hundred times too high', async () => {
    const optimizer = { type: 'adam', learningRate: 0.1 };
    const experiment = experimentOf('multiclass', RELU, { epochs: 40, earlyStopping: false, optimizer });
    const findings = await findingsOf(experiment, tableOf('multiclass'));
    expect(codes(findings)).toContain('learningRateTooHigh');
    const lower = applyRemedy(
      experiment,
      findings.find(({ code }) => code === 'learningRateTooHigh')!.remedies[0]!,
    );
    expect(lower.training.optimizer.learningRate).toBe(0.01);
  });

  it('a learning rate far too low', async () => {
    const optimizer = { type: 'adam', learningRate: 1e-6 };
    const experiment = experimentOf('multiclass', RELU, { epochs: 20, optimizer });
    expect(codes(await findingsOf(experiment, tableOf('multiclass')))).toEqual(['learningRateTooLow']);
  });

  it('sigmoid outputs and squared error for three classes', async () => {
    const base = experimentOf('multiclass', RELU, { epochs: 30, loss: 'meanSquaredError' });
    const experiment = {
      ...base,
      model: { ...base.model, output: { ...base.model.output, activation: 'sigmoid' as const } },
    };
    const findings = await findingsOf(experiment, tableOf('multiclass'));
    expect(codes(findings)).toContain('squaredErrorOfClasses');
    const repaired = applyRemedy(experiment, findings[0]!.remedies[0]!);
    expect([repaired.training.loss, repaired.model.output.activation]).toEqual(['auto', 'auto']);
  });

  it.each(['binary', 'multiclass'] as const)('thirty per cent of flipped labels, %s', async (task) => {
    const dataset = tableOf(task, { train: 1500, validation: 400, test: 100 });
    const stream = randomStream(5, 'flip');
    for (const { rows, y } of [dataset.train, dataset.validation]) {
      for (let row = 0; row < rows; row++) {
        if (stream.next() >= 0.3) continue;
        if (task === 'binary') y[row] = 1 - y[row]!;
        else
          y.copyWithin(row * 3, row * 3, row * 3 + 3).set(
            [...y.subarray(row * 3 + 1, row * 3 + 3), y[row * 3]!],
            row * 3,
          );
      }
    }
    const experiment = experimentOf(task, RELU, { epochs: 60, earlyStopping: { patience: 6 } });
    expect(codes(await findingsOf(experiment, dataset))).toContain('labelNoise');
  });

  it('relu units that start dead', async () => {
    const layers = RELU.map((layer) => ({ ...layer, biasInitializer: { type: 'constant', value: -20 } }));
    const experiment = experimentOf('multiclass', layers, { epochs: 20 });
    const findings = await findingsOf(experiment, tableOf('multiclass'));
    expect(findings[0]).toMatchObject({ code: 'deadUnits', severity: 'error' });
    expect(findings[0]!.message).toContain('layer0');
  });

  it('forty train rows with five hundred columns', async () => {
    const dataset = tableOf('binary', { train: 40, validation: 100, test: 20 }, 500);
    const experiment = experimentOf('binary', RELU, { epochs: 40 });
    const found = codes(await findingsOf(experiment, dataset));
    expect(found).toContain('moreColumnsThanRows');
    expect(found).toContain('overfitting');
  });

  it('a network that learns rows by heart', async () => {
    const layers = [
      { type: 'dense', units: 256 },
      { type: 'dense', units: 256 },
    ];
    const experiment = experimentOf('binary', layers, { epochs: 150, earlyStopping: false, batchSize: 16 });
    const dataset = tableOf('binary', { train: 80, validation: 200, test: 20 }, 30);
    expect(codes(await findingsOf(experiment, dataset))).toEqual(['overfitting']);
  });

  it('columns that say nothing', async () => {
    const dataset = tableOf('binary');
    const stream = randomStream(8, 'coin');
    for (const { y } of [dataset.train, dataset.validation]) y.forEach((_, i) => (y[i] = stream.nextInt(2)));
    const experiment = experimentOf('binary', [{ type: 'dense', units: 4 }], {
      epochs: 30,
      earlyStopping: { patience: 4 },
    });
    expect(codes(await findingsOf(experiment, dataset))).toEqual(['underfitting']);
  });

  it('a class that is never predicted', async () => {
    const dataset = tableOf('multiclass');
    // Class 0 has three rows in a hundred, unlike nothing else.
    for (const { rows, y } of [dataset.train, dataset.validation]) {
      for (let row = 0; row < rows; row++) {
        if (row % 33 === 0) y.set([1, 0, 0], row * 3);
        else if (y[row * 3] === 1) y.set([0, 1, 0], row * 3);
      }
    }
    const experiment = experimentOf('multiclass', [{ type: 'dense', units: 8 }], {
      epochs: 60,
      earlyStopping: { patience: 6 },
    });
    const findings = await findingsOf(experiment, dataset);
    expect(codes(findings)).toContain('classNeverPredicted');
    expect(findings.find(({ code }) => code === 'classNeverPredicted')!.message).toContain('"a"');
  });

  it('gradients that fade through ten sigmoid layers', async () => {
    const layers = Array.from({ length: 10 }, () => ({ type: 'dense', units: 16, activation: 'sigmoid' }));
    const experiment = experimentOf('binary', layers, { epochs: 5 });
    expect(codes(await findingsOf(experiment, tableOf('binary')))).toContain('vanishingGradients');
  });

  it('weights that start far too large', async () => {
    const layers = Array.from({ length: 6 }, () => ({
      type: 'dense',
      units: 32,
      activation: 'leakyRelu',
      initializer: { type: 'normal', sd: 3 },
    }));
    const base = experimentOf('binary', layers, {
      epochs: 3,
      optimizer: { type: 'sgd', learningRate: 1e-9 },
    });
    expect(codes(await findingsOf(base, tableOf('binary')))).toContain('explodingGradients');
  });

  it('an end in the midst of getting better', async () => {
    const experiment = experimentOf('regression', RELU, { epochs: 6 });
    const findings = await findingsOf(experiment, tableOf('regression'));
    expect(codes(findings)).toEqual(['stoppedTooSoon']);
    expect(applyRemedy(experiment, findings[0]!.remedies[0]!).training.epochs).toBe(18);
  });
});
