import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord, EventLogWriter, readEventLog } from '../../../src/core/runs/eventLog';
import type { TrainEvent } from '../../../src/shared/schema/run';

const events: TrainEvent[] = [
  { type: 'started', timeMs: 1, pid: 2, node: 'v20' },
  { type: 'steps', timeMs: 2, step: [1, 2], epoch: [0.5, 1], wallTimeMs: [1, 2], loss: [NaN, Infinity] },
  { type: 'warning', timeMs: 3, code: 'x', message: '断线 "quoted"\n' },
  { type: 'finished', timeMs: 4, reason: 'allEpochs', epoch: 1, bestEpoch: 1 },
];
const bytes = Buffer.concat(events.map(encodeRecord));

describe('event log', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-log-'));
    file = path.join(folder, 'events.log');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('gives back what was appended, NaN and Infinity included', async () => {
    const log = new EventLogWriter(file);
    for (const event of events) log.append(event);
    log.close();
    const read = await readEventLog(file);
    expect(read.events.map(({ event }) => event)).toEqual(events);
    expect(read).toMatchObject({ nextSequence: 4, offset: bytes.length, damaged: [] });
  });

  it('reads on from where it was, as the log grows', async () => {
    const log = new EventLogWriter(file);
    log.append(events[0]!);
    const first = await readEventLog(file);
    log.append(events[1]!);
    const second = await readEventLog(file, first);
    expect(second.events).toEqual([{ sequence: 1, event: events[1] }]);
    expect(log.offset).toBe(second.offset);
    log.close();
  });

  it('is empty when there is no file', async () => {
    expect((await readEventLog(path.join(folder, 'none'))).events).toEqual([]);
  });

  it('takes a tail torn at any byte as not there yet', () => {
    const starts = events.map((_, i) => Buffer.concat(events.slice(0, i).map(encodeRecord)).length);
    for (let end = 0; end <= bytes.length; end++) {
      const read = decodeRecords(bytes.subarray(0, end));
      const whole = starts.filter((_, i) => (starts[i + 1] ?? bytes.length) <= end).length;
      expect(read.events.length).toBe(whole);
      expect(read.damaged).toEqual([]);
      expect(read.offset).toBe(starts[whole] ?? bytes.length);
    }
  });

  it('skips and reports a record with any byte changed, and keeps the others', () => {
    const start = encodeRecord(events[0]!).length;
    const end = start + encodeRecord(events[1]!).length;
    for (let at = start; at < end - 1; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 0x55;
      const read = decodeRecords(damaged);
      const kept = read.events.map(({ event }) => event.type);
      expect(kept).not.toContain('steps');
      expect(kept).toContain('started');
      expect(kept).toContain('finished');
      expect(read.damaged.length).toBeGreaterThan(0);
    }
  });

  it('refuses to write over an existing log', () => {
    fs.writeFileSync(file, '');
    expect(() => new EventLogWriter(file)).toThrow('EEXIST');
  });
});
