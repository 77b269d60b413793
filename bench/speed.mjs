// Owns the speed figures: samples a second of the whole training loop (shuffle, steps, reports) for a dense network
// 30-128-64-1, binary cross-entropy, Adam, on each backend and three batch sizes.
import os from 'node:os';
import { chooseBackend } from '../src/core/backend/ladder.ts';
import { createEngine } from '../src/core/train/createEngine.ts';
import { runTraining } from '../src/core/train/trainLoop.ts';
import { randomStream } from '../src/shared/random.ts';
import { experimentSchema } from '../src/shared/schema/experiment.ts';

const INPUTS = 30;
const ROWS = { cuda: 65_536, native: 65_536, wasm: 65_536, cpu: 8_192 };
const EPOCHS = 4;
/** Multiply-adds of forward and backward: 2 FLOPs each, three products a kernel but the first layer's input gradient. */
const FLOPS_PER_SAMPLE = 2 * (2 * 30 * 128 + 3 * 128 * 64 + 3 * 64);

function datasetOf(rows) {
  const stream = randomStream(1, 'bench');
  const split = (count) => {
    const x = Float32Array.from({ length: count * INPUTS }, () => stream.nextNormal());
    const y = Float32Array.from({ length: count }, (_, i) =>
      x[i * INPUTS] + stream.nextNormal() > 0 ? 1 : 0,
    );
    return { rows: count, x, y, sourceRows: Uint32Array.from({ length: count }, (_, i) => i) };
  };
  return {
    features: INPUTS,
    outputs: 1,
    recipe: {
      version: 1,
      fittedOnRows: rows,
      encoders: [],
      target: { task: 'binary', column: 'y', classes: ['0', '1'] },
      featureNames: Array.from({ length: INPUTS }, (_, i) => `x${i}`),
    },
    train: split(rows),
    validation: split(256),
    test: split(256),
    droppedRows: 0,
    issues: [],
  };
}

function experimentOf(batchSize) {
  return experimentSchema.parse({
    name: 'bench',
    data: { path: 'bench.csv', target: { column: 'y', task: 'binary' } },
    features: [{ column: 'x', type: 'number' }],
    split: { method: 'random' },
    model: {
      layers: [
        { type: 'dense', units: 128 },
        { type: 'dense', units: 64 },
      ],
    },
    training: { batchSize, epochs: EPOCHS, earlyStopping: false },
  });
}

/** Samples a second by the wall and by the CPU time of this process, of the fastest epoch. */
async function measure(backend, batchSize, dataset) {
  const experiment = experimentOf(batchSize);
  const engine = createEngine({ experiment, dataset, backend });
  const marks = [];
  const mark = () => marks.push([performance.now(), process.cpuUsage()]);
  const trainSteps = engine.trainSteps.bind(engine);
  engine.trainSteps = (request) => {
    if (request.from === 0) mark();
    return trainSteps(request);
  };
  await runTraining({
    experiment,
    dataset,
    engine,
    clock: { now: () => Date.now() },
    emit: () => undefined,
    signal: { stopRequested: () => false },
    checkpoints: { save: () => Promise.resolve() },
  });
  mark();
  engine.dispose();
  const rates = marks.slice(1).map(([wall, cpu], i) => {
    const [wall0, cpu0] = marks[i];
    const cpuMs = (cpu.user + cpu.system - cpu0.user - cpu0.system) / 1000;
    return { wall: (dataset.train.rows / (wall - wall0)) * 1000, cpu: (dataset.train.rows / cpuMs) * 1000 };
  });
  return { wall: Math.max(...rates.map((r) => r.wall)), cpu: Math.max(...rates.map((r) => r.cpu)) };
}

async function main() {
  const [wasmDir, only] = process.argv.slice(2);
  const clock = { now: () => Date.now() };
  const { rungs } = await chooseBackend({ requested: 'auto', wasmDir, clock, tryAll: true });
  for (const rung of rungs) console.log(`${rung.backend.padEnd(7)} ${rung.state.padEnd(10)} ${rung.reason}`);
  console.log(`\n${os.cpus()[0]?.model ?? 'CPU'}, ${os.cpus().length} threads, Node ${process.version}`);
  console.log(
    'Samples/s of the fastest of four epochs, MLP 30-128-64-1, Adam (in brackets per CPU second)\n',
  );
  console.log(`${'backend'.padEnd(9)}${['b32', 'b256', 'b2048'].map((b) => b.padStart(20)).join('')}`);
  for (const { backend, state } of rungs) {
    if (state === 'rejected' || (only !== undefined && only !== backend)) continue;
    await chooseBackend({ requested: backend, wasmDir, clock });
    const dataset = datasetOf(ROWS[backend]);
    const cells = [];
    for (const batchSize of [32, 256, 2048]) {
      const { wall, cpu } = await measure(backend, batchSize, dataset);
      cells.push(`${Math.round(wall)} (${Math.round(cpu)})`.padStart(20));
      if (batchSize === 2048) cells.push(`  ${((wall * FLOPS_PER_SAMPLE) / 1e9).toFixed(1)} GFLOP/s`);
    }
    console.log(`${backend.padEnd(9)}${cells.join('')}`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
