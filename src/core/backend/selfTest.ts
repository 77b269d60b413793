// Owns the self-test of a backend: a short training with every activation, to be equal to the same training on the
// plain JavaScript backend. A backend that trains wrongly (tfjs#4326 was one) is found here, before real data.
import { randomStream, type RandomStream } from '../../shared/random';
import { experimentSchema } from '../../shared/schema/experiment';
import { activationSchema } from '../../shared/schema/model';
import { optimizerSchema, type BackendName } from '../../shared/schema/training';
import type { InputSlice } from '../model/inputSlice';
import { planModel, type ModelPlan } from '../model/plan';
import { createTfjsEngine } from '../train/tfjs/tfjsEngine';

const ROWS = 18;
const NUMBERS = 4;
const CATEGORIES = 5;
const WORDS = 4;
const VOCABULARY = 9;
const INPUT_WIDTH = NUMBERS + 1 + WORDS;
const WIDTH = 9;
const CLASSES = 3;
const EPOCHS = 2;
/** 18 rows in batches of 12: the last one is shorter, as in life. */
const BATCH = 12;

/** Four numbers, a category of five, a text of up to four words. */
const INPUTS: readonly InputSlice[] = [
  { kind: 'numbers', start: 0, width: NUMBERS },
  { kind: 'ids', column: 'category', start: NUMBERS, size: CATEGORIES },
  { kind: 'tokens', column: 'text', start: NUMBERS + 1, width: WORDS, size: VOCABULARY },
];

/** Every kind of layer and every activation, each narrow: what a backend does wrong shows in the weights. */
function selfTestPlan(): ModelPlan {
  const experiment = experimentSchema.parse({
    name: 'self-test',
    data: { path: 'self-test.csv', target: { column: 'y', task: 'multiclass' } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    training: {},
    model: {
      inputs: {
        text: {
          dimensions: 4,
          layers: [
            { type: 'positions' },
            { type: 'conv1d', filters: 4, kernelSize: 2 },
            { type: 'transformer', heads: 2, feedForward: 5 },
            { type: 'lstm', units: 4, sequence: true },
            { type: 'gru', units: 3, bidirectional: true, sequence: true },
            { type: 'pool', method: 'max' },
          ],
        },
      },
      layers: [
        // Side by side: one behind the other, rounding would grow from layer to layer.
        {
          type: 'parallel',
          branches: activationSchema.options.map((activation) => [
            { type: 'dense', units: 3, activation, l2: 0.01 },
          ]),
        },
        { type: 'dense', units: WIDTH, activation: 'tanh' },
        { type: 'residual', layers: [{ type: 'batchNorm' }, { type: 'dense', units: WIDTH }] },
        { type: 'parallel', branches: [[{ type: 'layerNorm' }], [{ type: 'dense', units: 3 }]] },
        { type: 'dropout', rate: 0.25 },
      ],
    },
  });
  return planModel({ experiment, inputs: INPUTS, inputWidth: INPUT_WIDTH, outputWidth: CLASSES });
}

/** What a backend makes of the self-test: the weights after it. The named backend must be active. */
export async function trainSelfTest(backend: BackendName): Promise<Float32Array> {
  const stream = randomStream(1, 'self-test');
  const x = selfTestRows(stream);
  const y = new Float32Array(ROWS * CLASSES);
  for (let row = 0; row < ROWS; row++) y[row * CLASSES + stream.nextInt(CLASSES)] = 1;
  const engine = createTfjsEngine({
    plan: selfTestPlan(),
    // Plain descent: Adam would blow a gradient that is only rounding up to a whole step.
    update: {
      optimizer: optimizerSchema.parse({ type: 'sgd', momentum: 0.9, nesterov: true }),
      clipping: { type: 'globalNorm', limit: 5 },
      averaging: false,
      accumulateBatches: 1,
    },
    seed: 1,
    data: { rows: ROWS, x, y },
    backend,
  });
  try {
    const order = Uint32Array.from({ length: ROWS }, (_, i) => i);
    const outputs = new Float32Array(ROWS * CLASSES);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      await engine.trainSteps({
        order,
        from: 0,
        batchSize: BATCH,
        outputs,
        learningRate: () => 0.02,
        afterStep: () => true,
      });
    }
    return engine.getParameters();
  } finally {
    engine.dispose();
  }
}

function selfTestRows(stream: RandomStream): Float32Array {
  const x = new Float32Array(ROWS * INPUT_WIDTH);
  for (let row = 0; row < ROWS; row++) {
    const at = row * INPUT_WIDTH;
    for (let j = 0; j < NUMBERS; j++) x[at + j] = stream.nextNormal();
    x[at + NUMBERS] = stream.nextInt(CATEGORIES);
    // Texts of every length, padded.
    for (let j = 0; j < row % (WORDS + 1); j++) x[at + NUMBERS + 1 + j] = 1 + stream.nextInt(VOCABULARY - 1);
  }
  return x;
}

/** The largest absolute difference; Infinity when one is not finite. The weights are about 1 in size. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    if (!Number.isFinite(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}
