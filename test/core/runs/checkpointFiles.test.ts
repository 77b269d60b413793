import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from '../../../src/core/runs/checkpointFiles';

const CHECKPOINT: Checkpoint = {
  kind: 'best',
  epoch: 3,
  step: 42,
  position: 7,
  lossSum: 1.25,
  seed: 9,
  shuffle: [1, -2, 2147483647, -2147483648],
  random: { layer1: [4, 3, 2, 1] },
  callbacks: { earlyStopping: { best: 'Infinity', bestEpoch: 0, wait: 0 } },
  optimizer: { type: 'adam', step: 42 },
  parameters: [
    { name: 'output/kernel', shape: [2, 1], values: Float32Array.of(0.1, -0.2) },
    { name: 'output/bias', shape: [1], values: Float32Array.of(NaN) },
  ],
  slots: { m: Float32Array.of(1, 2, 3), v: Float32Array.of(1e-40, Infinity, -0) },
  seen: Float32Array.of(0.5, -1),
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('checkpoint files', () => {
  it('give back every bit, non-finite and denormal values included', async () => {
    const file = path.join(folder, 'a.checkpoint');
    await writeCheckpoint(file, CHECKPOINT);
    expect(await readCheckpoint(file)).toEqual(CHECKPOINT);
    await writeCheckpoint(file, { ...CHECKPOINT, epoch: 4 });
    expect((await readCheckpoint(file)).epoch).toBe(4);
    expect(await readdir(folder)).toEqual(['a.checkpoint']);
  });

  it('show damage at any byte and any truncation', () => {
    const whole = encodeCheckpoint(CHECKPOINT);
    const damaged = expect.objectContaining({ code: 'run.checkpointDamaged' });
    for (let i = 0; i < whole.length; i++) {
      const bytes = Buffer.from(whole);
      bytes[i]! ^= 0x10;
      expect(() => decodeCheckpoint(bytes, 'f')).toThrow(damaged);
      expect(() => decodeCheckpoint(whole.subarray(0, i), 'f')).toThrow(damaged);
    }
  });

  it('say which file is missing or damaged', async () => {
    await expect(readCheckpoint(path.join(folder, 'none'))).rejects.toMatchObject({
      code: 'run.checkpointMissing',
      message: expect.stringContaining('none'),
    });
    const file = path.join(folder, 'b.checkpoint');
    await writeCheckpoint(file, CHECKPOINT);
    await writeFile(file, (await readFile(file)).subarray(0, 40));
    await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'run.checkpointDamaged' });
  });
});
