import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { chooseBackend, type PackageLoader } from '../../../src/core/backend/ladder';
import { largestDifference } from '../../../src/core/backend/selfTest';
import { rungSchema } from '../../../src/shared/schema/run';

const wasmDir = path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist');
const clock = { now: () => Date.now() };
const nothingInstalled: PackageLoader = Object.assign(
  () => {
    throw new Error('must not be loaded');
  },
  {
    resolve: (name: string) => {
      throw new Error(`Cannot find module ${name}`);
    },
  },
);

describe('chooseBackend', () => {
  // tf.memory() needs an active backend, and would start wasm without its paths.
  beforeAll(() => tf.setBackend('cpu'));

  it('takes wasm where no native package is installed, with a reason for each rung, and says nothing else', async () => {
    const written = [
      vi.spyOn(console, 'log'),
      vi.spyOn(console, 'warn'),
      vi.spyOn(console, 'info'),
      vi.spyOn(console, 'error'),
    ];
    const before = tf.memory().numTensors;
    const result = await chooseBackend({ requested: 'auto', wasmDir, clock, require: nothingInstalled });
    expect(result.chosen).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(result.rungs.map(({ backend, state }) => [backend, state])).toEqual([
      ['cuda', 'rejected'],
      ['native', 'rejected'],
      ['wasm', 'chosen'],
      ['cpu', 'notTried'],
    ]);
    for (const rung of result.rungs) expect(rungSchema.parse(rung).reason).not.toBe('');
    expect(result.rungs[1]?.reason).toContain('npm install @tensorflow/tfjs-node');
    expect(tf.memory().numTensors).toBe(before);
    for (const spy of written) expect(spy).not.toHaveBeenCalled();
  });

  it('takes what is asked for', async () => {
    const result = await chooseBackend({ requested: 'cpu', wasmDir, clock, require: nothingInstalled });
    expect(result.chosen).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(result.rungs.filter((rung) => rung.state === 'notTried')).toHaveLength(3);
  });

  it('refuses what is asked for and cannot be had, and takes nothing else', async () => {
    await expect(
      chooseBackend({ requested: 'native', wasmDir, clock, require: nothingInstalled }),
    ).rejects.toMatchObject({
      code: 'backend.unavailable',
      message: expect.stringContaining('not installed'),
    });
  });

  it('says that the native part is missing of a package installed without scripts', async () => {
    const found = createRequire(import.meta.url);
    const require: PackageLoader = Object.assign(() => undefined, {
      // Any installed package without lib/napi-v8 stands for it.
      resolve: () => found.resolve('@tensorflow/tfjs-core/package.json'),
    });
    const { chosen, rungs } = await chooseBackend({ requested: 'auto', wasmDir, clock, require });
    expect(chosen).toBe('wasm');
    expect(rungs[1]?.reason).toContain('without its native part');
  });

  it('rejects a backend that trains wrongly, and takes one that trains rightly', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tfjs-node-'));
    await mkdir(path.join(folder, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    // Stands for tfjs-node: the JavaScript kernels under its name, one of them wrong at first.
    tf.registerBackend('tensorflow', () => new MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    const require: PackageLoader = Object.assign(() => undefined, {
      resolve: (name: string) => {
        if (name.includes('gpu')) throw new Error('Cannot find module');
        return path.join(folder, 'package.json');
      },
    });
    const tanh = tf.getKernel('Tanh', 'tensorflow');
    tf.unregisterKernel('Tanh', 'tensorflow');
    tf.registerKernel({ ...tf.getKernel('Sigmoid', 'tensorflow'), kernelName: 'Tanh' });
    try {
      const wrong = await chooseBackend({ requested: 'auto', wasmDir, clock, require });
      expect(wrong.chosen).toBe('wasm');
      expect(wrong.rungs[1]).toMatchObject({
        state: 'rejected',
        reason: expect.stringContaining('cannot be trusted'),
      });
      tf.unregisterKernel('Tanh', 'tensorflow');
      tf.registerKernel(tanh);
      const right = await chooseBackend({ requested: 'native', wasmDir, clock, require });
      expect(right.chosen).toBe('native');
      expect(tf.getBackend()).toBe('tensorflow');
    } finally {
      await tf.setBackend('cpu');
      tf.removeBackend('tensorflow');
      await rm(folder, { recursive: true });
    }
  });

  it('falls to cpu with the reason when the wasm files are missing', async () => {
    const { chosen, rungs } = await chooseBackend({
      requested: 'auto',
      wasmDir: path.resolve('test'),
      clock,
      require: nothingInstalled,
    });
    expect(chosen).toBe('cpu');
    expect(rungs[2]).toMatchObject({ state: 'rejected', reason: expect.stringContaining('missing') });
  });

  it('tries all for a report', async () => {
    const { chosen, rungs } = await chooseBackend({
      requested: 'auto',
      wasmDir,
      clock,
      require: nothingInstalled,
      tryAll: true,
    });
    expect(chosen).toBe('wasm');
    expect(rungs[3]).toMatchObject({ backend: 'cpu', state: 'available' });
  });
});

describe('largestDifference', () => {
  it('is infinite when a weight is not finite', () => {
    expect(largestDifference(Float32Array.of(1, 2), Float32Array.of(1, 2.5))).toBe(0.5);
    expect(largestDifference(Float32Array.of(1, 2), Float32Array.of(1, NaN))).toBe(Infinity);
  });
});
