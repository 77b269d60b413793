import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveLoss, resolveOutputActivation } from '../../../src/core/model/resolveLoss';
import { lossOf } from '../../../src/core/train/losses';
import { activationSchema } from '../../../src/shared/schema/model';
import type { Task } from '../../../src/shared/schema/experiment';
import { lossNameSchema } from '../../../src/shared/schema/training';
import { shareOfLargest } from './dyadic';
import { experimentOf } from './support';

interface LossCase {
  readonly task: Task;
  readonly loss: Record<string, unknown> & { readonly type: string };
  readonly outputActivation: string;
  readonly note: string;
  readonly sources: string[];
  readonly rows: number;
  readonly width: number;
  readonly outputs: number[];
  readonly y: number[];
  readonly weights?: number[];
  readonly value: number;
  readonly gradient: number[];
}

/** Written by bench/reference/losses.py, in float64; where it names two libraries they agree within 1e-12. */
const { cases } = JSON.parse(readFileSync(path.resolve('test/fixtures/training/losses.json'), 'utf8')) as {
  readonly cases: LossCase[];
};

function nameOf({ task, loss, outputActivation, note, weights, sources }: LossCase): string {
  const { type, ...options } = loss;
  const parts = [
    `${type} behind ${outputActivation}, ${task}`,
    ...Object.entries(options).map(([name, value]) => `${name} ${String(value)}`),
    ...(note === '' ? [] : [note]),
    ...(weights === undefined ? [] : ['weighted rows']),
  ];
  return `${parts.join(', ')}: as ${sources.join(' and ')}`;
}

describe.each(cases.map((entry) => [nameOf(entry), entry] as const))('%s', (_, entry) => {
  it.each([
    ['float64', Float64Array, 1e-9],
    ['float32', Float32Array, 1e-5],
  ] as const)('value and gradient in %s', (_floats, floats, allowed) => {
    const { task, rows, width, outputActivation } = entry;
    const loss = resolveLoss(experimentOf(task, [], { loss: entry.loss }));
    const gradient = new floats(rows * width);
    const value = lossOf(
      {
        loss,
        outputActivation: activationSchema.parse(outputActivation),
        outputs: floats.from(entry.outputs),
        y: floats.from(entry.y),
        rows,
        width,
        weights: entry.weights === undefined ? undefined : floats.from(entry.weights),
      },
      gradient,
    );
    expect(Math.abs(value - entry.value) / Math.abs(entry.value)).toBeLessThan(allowed);
    expect(shareOfLargest(gradient, entry.gradient, 0)).toBeLessThan(allowed);
  });
});

describe('the stored losses', () => {
  it('are all there are, behind the activation that each takes by itself too', () => {
    expect(new Set(cases.map(({ loss }) => loss.type))).toEqual(new Set(lossNameSchema.options));
    for (const task of ['regression', 'binary', 'multiclass'] as const) {
      for (const { loss } of cases.filter((entry) => entry.task === task)) {
        const experiment = experimentOf(task, [], { loss });
        const activation = resolveOutputActivation(experiment, resolveLoss(experiment));
        const stored = cases.filter((entry) => entry.task === task && entry.loss.type === loss.type);
        expect(stored.map(({ outputActivation }) => outputActivation)).toContain(activation);
      }
    }
  });
});
