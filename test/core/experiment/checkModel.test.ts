// Whether a network can be built is said before a run is made, at its place in the config.
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../../src/core/experiment/checkModel';
import { experimentSchema } from '../../../src/shared/schema/experiment';
import type { ExperimentFinding } from '../../../src/shared/schema/experimentFinding';
import { csvFolder } from '../data/tempCsv';

const csv = csvFolder();
const ROWS = Array.from({ length: 30 }, (_, i) => `${i},${'abc'[i % 3]},some words here,${'pqr'[i % 3]}`);

async function findingsOf(change: Record<string, unknown>): Promise<ExperimentFinding[]> {
  const source = await csv.open(['num,cat,note,kind', ...ROWS].join('\n'));
  const experiment = experimentSchema.parse({
    name: 't',
    data: { path: 'x.csv', target: { column: 'kind', task: 'multiclass' } },
    features: [
      { column: 'num', type: 'number' },
      { column: 'cat', type: 'category', encode: 'embedding' },
      { column: 'note', type: 'text', encode: 'tokens' },
    ],
    split: { method: 'random' },
    model: { layers: [{ type: 'dense', units: 4 }] },
    training: {},
    ...change,
  });
  return checkModel(experiment, await source.profile());
}

describe('checkModel', () => {
  it('has nothing to say of a network that can be built', async () => {
    expect(await findingsOf({})).toEqual([]);
    expect(await findingsOf({ training: { classWeights: { p: 2 } } })).toEqual([]);
  });

  const cases: [string, Record<string, unknown>, string, (string | number)[]][] = [
    [
      'a layer that needs a sequence',
      { model: { layers: [{ type: 'parallel', branches: [[], [{ type: 'pool' }]] }] } },
      'config.needsSequence',
      ['model', 'layers', 0, 'branches', 1, 0],
    ],
    [
      'heads that do not divide the width',
      {
        model: {
          inputs: { text: { dimensions: 6, layers: [{ type: 'transformer' }, { type: 'pool' }] } },
          layers: [],
        },
      },
      'config.headsDivideWidth',
      ['model', 'inputs', 'text', 'layers', 0],
    ],
    [
      'a text that ends as a sequence',
      { model: { inputs: { text: { layers: [{ type: 'conv1d' }] } }, layers: [] } },
      'config.textNotPooled',
      ['model', 'inputs', 'text', 'layers'],
    ],
    ['a loss of another task', { training: { loss: 'huber' } }, 'config.lossForTask', ['training', 'loss']],
    [
      'an output that does not go with the loss',
      { model: { layers: [], output: { activation: 'tanh' } } },
      'config.outputActivation',
      ['model', 'output', 'activation'],
    ],
    [
      'a weight for a class that is not there',
      { training: { classWeights: { pp: 2 } } },
      'config.unknownClass',
      ['training', 'classWeights', 'pp'],
    ],
  ];
  it.each(cases)('finds %s, at its place', async (_name, change, code, path) => {
    expect(await findingsOf(change)).toMatchObject([{ severity: 'error', code, path }]);
  });
});
