// Owns how a remedy becomes a config, and the remedies that several findings share.
import * as l10n from '@vscode/l10n';
import { experimentSchema, type Experiment } from '../../shared/schema/experiment';
import type { ConfigChange, Remedy } from '../../shared/schema/diagnosis';

type Json = string | number | boolean | null | { [key: string]: Json } | Json[];

/** A copy of the config with the changes in it. @throws ZodError when a path leads nowhere */
export function applyRemedy(experiment: Experiment, { changes }: Remedy): Experiment {
  const copy = JSON.parse(JSON.stringify(experiment)) as Json;
  for (const change of changes) set(copy, change);
  return experimentSchema.parse(copy);
}

function set(root: Json, { path, value }: ConfigChange): void {
  let at: Json | undefined = root;
  for (const [i, key] of path.entries()) {
    if (typeof at !== 'object' || at === null) return;
    const isLast = i === path.length - 1;
    if (Array.isArray(at)) {
      if (isLast) at[Number(key)] = value;
      else at = at[Number(key)];
    } else if (isLast) {
      // defineProperty: a key of the config is never __proto__'s setter.
      Object.defineProperty(at, key, { value, enumerable: true, writable: true, configurable: true });
    } else {
      at = at[String(key)];
    }
  }
}

export function learningRate(value: number): Remedy {
  const rounded = Number(value.toPrecision(2));
  return {
    label: l10n.t('Set the learning rate to {0}', rounded),
    changes: [{ path: ['training', 'optimizer', 'learningRate'], value: rounded }],
  };
}

/** Dropout behind every hidden dense layer, in place of what dropout there is. */
export function dropout(experiment: Experiment, rate: number): Remedy[] {
  const layers = experiment.model.layers.filter(({ type }) => type !== 'dropout');
  const dense = layers.filter(({ type }) => type === 'dense').length;
  if (dense === 0) return [];
  const dropped = layers.flatMap((layer): unknown[] =>
    layer.type === 'dense' ? [layer, { type: 'dropout', rate }] : [layer],
  );
  return [
    {
      label: l10n.t('Drop {0} % of the units behind each dense layer', Math.round(100 * rate)),
      changes: [{ path: ['model', 'layers'], value: plain(dropped) }],
    },
  ];
}

/** L2 on every dense layer and on the output. */
export function l2(experiment: Experiment, strength: number): Remedy {
  const layers = experiment.model.layers.map((layer) =>
    layer.type === 'dense' ? { ...layer, l2: strength } : layer,
  );
  return {
    label: l10n.t('Add an L2 penalty of {0}', strength),
    changes: [
      { path: ['model', 'layers'], value: plain(layers) },
      { path: ['model', 'output', 'l2'], value: strength },
    ],
  };
}

export function layersOf(label: string, layers: unknown): Remedy {
  return { label, changes: [{ path: ['model', 'layers'], value: plain(layers) }] };
}

export function setting(label: string, path: ConfigChange['path'], value: unknown): Remedy {
  return { label, changes: [{ path, value: plain(value) }] };
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
