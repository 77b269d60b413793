// Owns the self-test of a backend: a short training with every activation, to be equal to the same training on the
// plain JavaScript backend. A backend that trains wrongly (tfjs#4326 was one) is found here, before real data.
import { randomStream } from '../../shared/random';
import { activationSchema } from '../../shared/schema/model';
import type { BackendName } from '../../shared/schema/training';
import type { LayerPlan, ModelPlan } from '../model/plan';
import { createTfjsEngine } from '../train/tfjs/tfjsEngine';

const ROWS = 48;
const INPUTS = 7;
const WIDTH = 9;
const CLASSES = 3;
const EPOCHS = 3;
/** 48 rows in batches of 20: the last one is shorter, as in life. */
const BATCH = 20;

/** A dense layer per activation, and dropout. */
function selfTestPlan(): ModelPlan {
  const layers: LayerPlan[] = activationSchema.options.map((activation, i) => ({
    kind: 'dense',
    id: `layer${i}`,
    inputs: i === 0 ? INPUTS : WIDTH,
    units: WIDTH,
    activation,
    initializer: 'glorotUniform',
    useBias: true,
    l2: 0.01,
  }));
  layers.push(
    { kind: 'dropout', id: 'dropout', width: WIDTH, rate: 0.25 },
    {
      kind: 'dense',
      id: 'output',
      inputs: WIDTH,
      units: CLASSES,
      activation: 'softmax',
      initializer: 'glorotUniform',
      useBias: true,
      l2: 0,
    },
  );
  return {
    task: 'multiclass',
    loss: 'categoricalCrossEntropy',
    inputWidth: INPUTS,
    outputWidth: CLASSES,
    layers,
  };
}

/** What a backend makes of the self-test: the weights after it. The named backend must be active. */
export async function trainSelfTest(backend: BackendName): Promise<Float32Array> {
  const stream = randomStream(1, 'self-test');
  const x = Float32Array.from({ length: ROWS * INPUTS }, () => stream.nextNormal());
  const y = new Float32Array(ROWS * CLASSES);
  for (let row = 0; row < ROWS; row++) y[row * CLASSES + stream.nextInt(CLASSES)] = 1;
  const engine = createTfjsEngine({
    plan: selfTestPlan(),
    // Plain descent: Adam would blow a gradient that is only rounding up to a whole step.
    optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
    seed: 1,
    data: { rows: ROWS, x, y },
    backend,
  });
  try {
    const order = Uint32Array.from({ length: ROWS }, (_, i) => i);
    const outputs = new Float32Array(ROWS * CLASSES);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      await engine.trainSteps({ order, from: 0, batchSize: BATCH, outputs, afterStep: () => true });
    }
    return engine.getParameters();
  } finally {
    engine.dispose();
  }
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
