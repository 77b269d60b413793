import { describe, expect, it } from 'vitest';
import { loadPredictor, scoredCheckpointKind } from '../../../src/core/train/predict';
import type { Task } from '../../../src/shared/schema/experiment';
import { datasetOf, experimentOf, train, useBackend } from './support';

const LAYERS = [{ type: 'dense', units: 6 }, { type: 'dropout' }];

describe('loadPredictor', () => {
  it.each(['binary', 'multiclass'] as const)(
    '%s: its classes score what the run scored',
    async (task: Task) => {
      const dataset = datasetOf(task);
      const experiment = experimentOf(task, LAYERS, { epochs: 10 });
      const { result, checkpoints } = await train(experiment, dataset);
      const checkpoint = checkpoints.filter(({ kind }) => kind === scoredCheckpointKind(experiment)).at(-1)!;
      await useBackend('cpu');
      const predictor = loadPredictor({ experiment, recipe: dataset.recipe, checkpoint, backend: 'cpu' });
      const { x, y, rows } = dataset.test;
      const found = await predictor.predict(x, rows);
      predictor.dispose();
      if (found.task === 'regression') throw new Error('expected classes');
      const width = dataset.outputs;
      const hits = Array.from(found.predicted).filter((c, row) =>
        width === 1 ? c === y[row] : y[row * width + c] === 1,
      );
      expect(hits.length / rows).toBe(result.test?.accuracy);
      const classes = found.classes.length;
      for (let row = 0; row < rows; row++) {
        const p = found.probabilities.subarray(row * classes, (row + 1) * classes);
        expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        expect(p.indexOf(Math.max(...p))).toBe(found.predicted[row]);
      }
    },
  );

  it('regression: gives values in the unit of the target', async () => {
    const dataset = datasetOf('regression');
    const experiment = experimentOf('regression', LAYERS, { epochs: 10 });
    const { result, checkpoints } = await train(experiment, dataset);
    const checkpoint = checkpoints.filter(({ kind }) => kind === 'best').at(-1)!;
    const predictor = loadPredictor({ experiment, recipe: dataset.recipe, checkpoint, backend: 'cpu' });
    const { x, y, rows } = dataset.test;
    const found = await predictor.predict(x, rows);
    if (found.task !== 'regression') throw new Error('expected numbers');
    // mean 100, sd 10
    const squares = Array.from(found.values, (value, i) => (value - (100 + 10 * y[i]!)) ** 2);
    const rmse = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / rows);
    expect(rmse).toBeCloseTo(result.test?.rmse ?? NaN, 9);
  });

  it('refuses the checkpoint of another network', async () => {
    const dataset = datasetOf('binary');
    const { checkpoints } = await train(experimentOf('binary', LAYERS, { epochs: 1 }), dataset);
    const other = experimentOf('binary', [{ type: 'dense', units: 7 }]);
    expect(() =>
      loadPredictor({
        experiment: other,
        recipe: dataset.recipe,
        checkpoint: checkpoints[0]!,
        backend: 'cpu',
      }),
    ).toThrow(expect.objectContaining({ code: 'predict.checkpointMismatch' }));
  });
});
