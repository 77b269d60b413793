// kill -9 at 20 random moments: every run opens, says crashed, has every epoch it told, leaves no process and no temp file.
import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/shared/random';
import { isAlive } from '../../src/core/process/processIdentity';
import { readEventLog } from '../../src/core/runs/eventLog';
import { RunFollower } from '../../src/core/runs/runFollower';
import { runPaths } from '../../src/core/runs/runFolder';
import { readLive } from '../../src/core/runs/runStore';
import { openBench, smallExperiment } from '../support/runs';

const KILLS = 20;
const LATEST_MS = 1500;

describe('a training process killed at a random moment', () => {
  const random = randomStream(Number(process.env['MODEL_BENCH_SEED'] ?? 20261124), 'kill');
  const moments = Array.from({ length: KILLS }, () => Math.round(random.next() * LATEST_MS));

  it.each(moments)('after %i ms leaves a crashed run with every epoch that it told', async (moment) => {
    const bench = openBench();
    try {
      const run = await bench.start(smallExperiment({ epochs: 1_000_000 }));
      const follower = await RunFollower.open(bench.store, run.folder);
      const told: number[] = [];
      follower.onDidUpdate(({ events }) => {
        for (const event of events) if (event.type === 'epoch') told.push(event.epoch);
      });
      const ending = follower.follow({ ended: run.process.ended });
      await new Promise((resolve) => setTimeout(resolve, moment));
      const endpoint = (await readLive(run.folder))?.endpoint;
      process.kill(run.process.pid, 'SIGKILL');
      const summary = await ending;

      expect(summary.state).toBe('crashed');
      expect(summary.error?.message).toContain('SIGKILL');
      const log = await readEventLog(runPaths(run.folder).log);
      const kept = log.events.flatMap(({ event }) => (event.type === 'epoch' ? [event.epoch] : []));
      expect(kept.slice(0, told.length)).toEqual(told);
      expect(kept).toEqual(kept.map((_, i) => i + 1));
      expect(log.damaged).toEqual([]);
      expect(summary.epoch).toBe(kept.length);
      expect(isAlive(run.process.pid)).toBe(false);
      expect(fs.readdirSync(run.folder).filter((name) => /partial|live|launch/.test(name))).toEqual([]);
      if (endpoint !== undefined) expect(fs.existsSync(endpoint)).toBe(false);
      expect((await bench.store.list()).broken).toEqual([]);
    } finally {
      bench.dispose();
    }
  });
});
