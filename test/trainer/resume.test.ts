// kill -9 at ten random moments, over three networks: each run resumed after each kill ends bit for bit as the one that
// was never killed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, type Checkpoint } from '../../src/core/runs/checkpointFiles';
import { readEventLog } from '../../src/core/runs/eventLog';
import { resumeRun } from '../../src/core/runs/resumeRun';
import { RunFollower } from '../../src/core/runs/runFollower';
import { runPaths } from '../../src/core/runs/runFolder';
import { startRun, type StartedRun } from '../../src/core/runs/startRun';
import { randomStream } from '../../src/shared/random';
import { experimentSchema, type Experiment } from '../../src/shared/schema/experiment';
import type { RunSummary } from '../../src/shared/schema/run';
import { runCli } from '../support/cli';
import { clock, openBench, program, smallExperiment, type Bench } from '../support/runs';

const WORDS = ['good', 'bad', 'fine', 'awful', 'plain', 'great', 'poor', 'nice'];
const ROWS = [
  'a,b,city,review,y',
  ...Array.from({ length: 240 }, (_, i) => {
    const a = (i * 37) % 101;
    const b = (i * 53) % 89;
    const words = Array.from({ length: i % 6 }, (__, j) => WORDS[(i * 7 + j * 3) % WORDS.length]);
    return `${a},${b},c${i % 9},${words.join(' ')},${a + (i % 9) * 5 > b ? 'yes' : 'no'}`;
  }),
].join('\n');

const NUMBERS = [
  { column: 'a', type: 'number' },
  { column: 'b', type: 'number' },
];

interface Case {
  readonly features: unknown[];
  readonly model: unknown;
  readonly epochs: number;
  readonly kills: number;
}
const CASES: Record<string, Case> = {
  'a dense network': {
    features: NUMBERS,
    model: {
      layers: [
        { type: 'dense', units: 16 },
        { type: 'dropout', rate: 0.3 },
        { type: 'dense', units: 8 },
      ],
    },
    epochs: 250,
    kills: 4,
  },
  'embeddings of categories': {
    features: [...NUMBERS, { column: 'city', type: 'category', encode: 'embedding' }],
    model: { layers: [{ type: 'dense', units: 16 }, { type: 'batchNorm' }] },
    epochs: 200,
    kills: 3,
  },
  'a network that reads text': {
    features: [...NUMBERS, { column: 'review', type: 'text', encode: 'tokens' }],
    model: {
      inputs: { text: { dimensions: 6, dropout: 0.2, layers: [{ type: 'gru', units: 6 }] } },
      layers: [],
    },
    epochs: 50,
    kills: 3,
  },
};

function experimentOf({ features, model, epochs }: Case): Experiment {
  return experimentSchema.parse({
    ...smallExperiment(),
    features,
    model,
    training: {
      epochs,
      backend: 'wasm',
      earlyStopping: { patience: 1000 },
      averaging: { momentum: 0.9 },
      schedule: { type: 'cosine' },
      checkpointSeconds: 0.1,
    },
  });
}

async function ended(bench: Bench, run: StartedRun): Promise<RunSummary> {
  const follower = await RunFollower.open(bench.store, run.folder);
  return follower.follow({ ended: run.process.ended });
}

/** Until it has told of an epoch from there on, or has ended. */
async function untilEpoch(bench: Bench, run: StartedRun, epoch: number): Promise<void> {
  const follower = await RunFollower.open(bench.store, run.folder);
  const reached = new Promise<void>((resolve) => {
    if (epoch === 0) resolve();
    follower.onDidUpdate(({ summary }) => {
      if (summary.epoch >= epoch) resolve();
    });
  });
  await Promise.race([reached, follower.follow({ ended: run.process.ended })]);
  follower.dispose();
}

async function outcome(
  folder: string,
): Promise<{ last: Omit<Checkpoint, 'callbacks'>; losses: Map<number, number> }> {
  const { callbacks: _minutes, ...last } = await readCheckpoint(runPaths(folder).lastCheckpoint);
  const losses = new Map<number, number>();
  for (const { event } of (await readEventLog(runPaths(folder).log)).events) {
    if (event.type === 'steps') event.step.forEach((step, i) => losses.set(step, event.loss[i]!));
  }
  return { last, losses };
}

describe('a training process that is killed and resumed', () => {
  it.each(Object.entries(CASES))('%s: ends as if it had never stopped', async (name, one) => {
    const bench = openBench();
    try {
      const dataPath = path.join(bench.folder, 'mixed.csv');
      fs.writeFileSync(dataPath, ROWS);
      const experiment = experimentOf(one);
      const begin = (): Promise<StartedRun> =>
        startRun({ store: bench.store, program, clock, experiment, dataPath });
      const whole = await begin();
      const expected = await ended(bench, whole);
      expect(expected.error).toBeUndefined();

      const random = randomStream(Number(process.env['MODEL_BENCH_SEED'] ?? 20261124), `resume/${name}`);
      let run = await begin();
      let crashes = 0;
      for (let kill = 0; kill < one.kills; kill++) {
        // The first at any time of the start; each later one some epochs further on.
        const further = kill === 0 ? 0 : ((0.5 + random.next()) * one.epochs) / (2 * one.kills);
        await untilEpoch(bench, run, (await bench.store.read(run.folder)).epoch + further);
        await delay(Math.round(random.next() * (kill === 0 ? 1000 : 100)));
        try {
          process.kill(run.process.pid, 'SIGKILL');
        } catch {
          break;
        }
        const summary = await ended(bench, run);
        if (summary.state !== 'crashed') break;
        crashes++;
        run = await resumeRun({ store: bench.store, program, clock, folder: run.folder });
      }
      const summary = await ended(bench, run);

      expect(crashes).toBe(one.kills);
      expect(summary.state).toBe('completed');
      expect(await outcome(run.folder)).toEqual(await outcome(whole.folder));
      const { train, validation, test, epoch, step, bestEpoch } = expected;
      expect(summary).toMatchObject({ train, validation, test, epoch, step, bestEpoch });
    } finally {
      bench.dispose();
    }
  });
});

describe('modelbench resume', () => {
  it('goes on for more epochs, refuses when there is nothing left, and when the rows are others', async () => {
    const bench = openBench();
    try {
      const cli = (...args: string[]) => runCli(args, bench.folder);
      const run = await bench.start(smallExperiment({ epochs: 3 }));
      expect((await ended(bench, run)).epoch).toBe(3);

      const nothing = await cli('resume', run.runId);
      expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('error[run.nothingLeft]')]);

      const more = await cli('resume', run.runId, '--epochs', '5');
      expect(more.code, more.stderr).toBe(0);
      expect(await bench.store.read(run.folder)).toMatchObject({ state: 'completed', epoch: 5, epochs: 5 });

      fs.appendFileSync(path.join(bench.folder, 'data.csv'), '\n1,2,red,no');
      const changed = await cli('resume', run.runId, '--epochs', '6');
      expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining('error[run.dataChanged]')]);
      // What it had is still there.
      expect((await readCheckpoint(runPaths(run.folder).lastCheckpoint)).epoch).toBe(5);
    } finally {
      bench.dispose();
    }
  });

  it('pauses without a look at the test rows, and goes on', async () => {
    const bench = openBench();
    try {
      const run = await bench.start(smallExperiment({ epochs: 2000 }));
      const follower = await RunFollower.open(bench.store, run.folder);
      follower.onDidUpdate(({ summary: { epoch } }) => {
        if (epoch > 0) void follower.pause();
      });
      const paused = await follower.follow({ ended: run.process.ended });
      expect(paused).toMatchObject({ state: 'stopped', endReason: 'paused' });
      expect(paused.test).toBeUndefined();
      const summary = await ended(
        bench,
        await resumeRun({ store: bench.store, program, clock, folder: run.folder }),
      );
      expect(summary).toMatchObject({ state: 'completed', epoch: 2000 });
      expect(summary.test?.accuracy).toBeGreaterThan(0.5);
    } finally {
      bench.dispose();
    }
  });
});
