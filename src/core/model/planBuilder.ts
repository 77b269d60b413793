// Owns the building of a plan node by node: ids, shapes, what each layer asks for as parameters, and what it says when it
// cannot stand where it stands.
import * as l10n from '@vscode/l10n';
import { assertNever, BenchError } from '../../shared/errors';
import type { Layer, LayerOf, PlainLayer } from '../../shared/schema/model';
import { widthOf, type ParameterWish, type PlanNode, type Shape } from './nodes';

export type Path = readonly (string | number)[];

/** What a layer is put behind: a node, and the embedding whose padding its steps still carry. */
export interface Flow {
  readonly id: string;
  readonly shape: Shape;
  readonly mask?: string;
}

const NO_RULES = { l1: 0, l2: 0 } as const;

/** A parameter that decays: a kernel or an embedding. */
export function weight(
  wish: Pick<ParameterWish, 'name' | 'shape' | 'initializer' | 'fanIn' | 'fanOut'> & Partial<ParameterWish>,
): ParameterWish {
  return { ...NO_RULES, trainable: true, decays: true, ...wish };
}

/** A parameter that does not: a bias, a scale, a moving statistic. */
export function offset(
  wish: Pick<ParameterWish, 'name' | 'shape' | 'initializer'> & Partial<ParameterWish>,
): ParameterWish {
  const size = wish.shape.reduce((product, n) => product * n, 1);
  return {
    ...NO_RULES,
    fanIn: size,
    fanOut: size,
    trainable: true,
    decays: false,
    stream: wish.name,
    ...wish,
  };
}

export class PlanBuilder {
  readonly nodes: PlanNode[] = [];

  add(node: PlanNode): Flow {
    this.nodes.push(node);
    return { id: node.id, shape: node.shape };
  }

  /** Layers one behind the other. @param id of the first is `${id}0` */
  stack(layers: readonly Layer[], from: Flow, id: string, path: Path): Flow {
    return layers.reduce(
      (flow, layer, index) => this.layer(layer, flow, `${id}${index}`, [...path, index]),
      from,
    );
  }

  layer(layer: Layer, from: Flow, id: string, path: Path): Flow {
    switch (layer.type) {
      case 'residual':
        return this.residual(layer, from, id, path);
      case 'parallel':
        return this.parallel(layer, from, id, path);
      default:
        return this.plain(layer, from, id, path);
    }
  }

  private plain(layer: PlainLayer, from: Flow, id: string, path: Path): Flow {
    switch (layer.type) {
      case 'dense':
        return this.dense(layer, from, id, path);
      case 'dropout':
        return this.same(from, { kind: 'dropout', rate: layer.rate }, id, path);
      case 'activation':
        return this.same(from, { kind: 'activation', activation: layer.activation }, id, path);
      case 'batchNorm':
        return this.batchNorm(layer, from, id, path);
      case 'layerNorm':
        return this.layerNorm(layer.epsilon, from, id, path);
      case 'conv1d':
        return this.conv1d(layer, requireSteps(layer.type, from, path), id, path);
      case 'lstm':
      case 'gru':
        return this.recurrent(layer, requireSteps(layer.type, from, path), id, path);
      case 'transformer':
        return this.transformer(layer, requireSteps(layer.type, from, path), id, path);
      case 'positions':
        return this.positions(layer, requireSteps(layer.type, from, path), id, path);
      case 'pool': {
        const { method } = layer;
        const [, width] = requireSteps(layer.type, from, path).shape;
        const mask = from.mask === undefined ? {} : { mask: from.mask };
        return this.add({
          kind: 'pool',
          id,
          inputs: [from.id],
          shape: [width],
          parameters: [],
          path,
          method,
          ...mask,
        });
      }
      case 'flatten': {
        const [steps, width] = requireSteps(layer.type, from, path).shape;
        return this.add({
          kind: 'flatten',
          id,
          inputs: [from.id],
          shape: [steps * width],
          parameters: [],
          path,
        });
      }
      default:
        return assertNever(layer);
    }
  }

  private dense(layer: LayerOf<'dense'>, from: Flow, id: string, path: Path): Flow {
    const { units, activation, initializer, useBias, biasInitializer, l1, l2, maxNorm } = layer;
    const inputWidth = widthOf(from.shape);
    const parameters = [
      weight({
        name: 'kernel',
        shape: [inputWidth, units],
        initializer,
        fanIn: inputWidth,
        fanOut: units,
        l1,
        l2,
        maxNorm,
      }),
    ];
    if (useBias) parameters.push(offset({ name: 'bias', shape: [units], initializer: biasInitializer }));
    const shape = withWidth(from.shape, units);
    return this.behind(
      from,
      { kind: 'dense', inputWidth, units, activation, useBias, shape, parameters },
      id,
      path,
    );
  }

  private batchNorm(layer: LayerOf<'batchNorm'>, from: Flow, id: string, path: Path): Flow {
    const width = [widthOf(from.shape)];
    const parameters = [
      offset({ name: 'gamma', shape: width, initializer: 'ones' }),
      offset({ name: 'beta', shape: width, initializer: 'zeros' }),
      offset({ name: 'movingMean', shape: width, initializer: 'zeros', trainable: false }),
      offset({ name: 'movingVariance', shape: width, initializer: 'ones', trainable: false }),
    ];
    const { momentum, epsilon } = layer;
    return this.behind(
      from,
      { kind: 'batchNorm', momentum, epsilon, shape: from.shape, parameters },
      id,
      path,
    );
  }

  layerNorm(epsilon: number, from: Flow, id: string, path: Path): Flow {
    const width = [widthOf(from.shape)];
    const parameters = [
      offset({ name: 'gamma', shape: width, initializer: 'ones' }),
      offset({ name: 'beta', shape: width, initializer: 'zeros' }),
    ];
    return this.behind(from, { kind: 'layerNorm', epsilon, shape: from.shape, parameters }, id, path);
  }

  private conv1d(layer: LayerOf<'conv1d'>, from: SequenceFlow, id: string, path: Path): Flow {
    const [steps, width] = from.shape;
    const { filters, kernelSize, dilation, padding, activation, initializer, l2 } = layer;
    const reach = (kernelSize - 1) * dilation;
    const padBefore = padding === 'valid' ? 0 : padding === 'causal' ? reach : Math.floor(reach / 2);
    const padAfter = padding === 'same' ? reach - padBefore : 0;
    const out = steps + padBefore + padAfter - reach;
    if (out < 1) {
      throw new BenchError(
        'config.sequenceTooShort',
        l10n.t(
          '{0}: a window of {1} steps does not fit into a sequence of {2}. Use a smaller kernelSize or padding "same".',
          pathText(path),
          reach + 1,
          steps,
        ),
        { details: { at: pathText(path) } },
      );
    }
    const parameters = [
      weight({
        name: 'kernel',
        shape: [kernelSize, width, filters],
        initializer,
        fanIn: kernelSize * width,
        fanOut: kernelSize * filters,
        l2,
      }),
      offset({ name: 'bias', shape: [filters], initializer: 'zeros' }),
    ];
    const node = { kind: 'conv1d', kernelSize, dilation, padBefore, padAfter, activation } as const;
    return this.behind(from, { ...node, shape: [out, filters], parameters }, id, path);
  }

  private recurrent(layer: LayerOf<'lstm' | 'gru'>, from: SequenceFlow, id: string, path: Path): Flow {
    const forward = this.oneWay(layer, from, id, path, false);
    if (!layer.bidirectional) return forward;
    const backward = this.oneWay(layer, from, `${id}.reverse`, path, true);
    const shape = withWidth(forward.shape, 2 * layer.units);
    const inputs = [forward.id, backward.id];
    const flow = this.add({
      kind: 'concat',
      axis: 'features',
      id: `${id}.both`,
      inputs,
      shape,
      parameters: [],
      path,
    });
    return { ...flow, ...maskOf(forward) };
  }

  private oneWay(
    { type, units, sequence, l2 }: LayerOf<'lstm' | 'gru'>,
    from: SequenceFlow,
    id: string,
    path: Path,
    reverse: boolean,
  ): Flow {
    const [steps, width] = from.shape;
    const gates = type === 'lstm' ? 4 * units : 3 * units;
    const bias =
      type === 'lstm'
        ? // A forget gate that starts open remembers (Jozefowicz et al. 2015), as Keras' unit_forget_bias.
          [
            offset({ name: 'bias', shape: [units], initializer: 'zeros' }),
            offset({ name: 'forgetBias', shape: [units], initializer: 'ones' }),
            offset({ name: 'cellBias', shape: [units], initializer: 'zeros' }),
            offset({ name: 'outputBias', shape: [units], initializer: 'zeros' }),
          ]
        : [
            offset({ name: 'bias', shape: [gates], initializer: 'zeros' }),
            offset({ name: 'recurrentBias', shape: [gates], initializer: 'zeros' }),
          ];
    const parameters = [
      weight({
        name: 'kernel',
        shape: [width, gates],
        initializer: 'glorotUniform',
        fanIn: width,
        fanOut: gates,
        l2,
      }),
      weight({
        name: 'recurrentKernel',
        shape: [units, gates],
        initializer: 'orthogonal',
        fanIn: units,
        fanOut: gates,
        stream: 'recurrentKernel',
      }),
      ...bias,
    ];
    const shape: Shape = sequence ? [steps, units] : [units];
    return this.behind(from, { kind: type, steps, units, reverse, sequence, shape, parameters }, id, path);
  }

  private transformer(layer: LayerOf<'transformer'>, from: SequenceFlow, id: string, path: Path): Flow {
    const { heads, feedForward, activation, dropout } = layer;
    const width = from.shape[1];
    if (width % heads !== 0) {
      throw new BenchError(
        'config.headsDivideWidth',
        l10n.t(
          '{0}: {1} heads do not divide the width {2} of the sequence. Use other heads, or other dimensions.',
          pathText(path),
          heads,
          width,
        ),
        { details: { at: pathText(path) } },
      );
    }
    const drop = (flow: Flow, name: string): Flow =>
      dropout === 0 ? flow : this.same(flow, { kind: 'dropout', rate: dropout }, `${id}.${name}`, path);
    const sum = (a: Flow, b: Flow, name: string): Flow => ({
      ...this.add({
        kind: 'add',
        id: `${id}.${name}`,
        inputs: [a.id, b.id],
        shape: a.shape,
        parameters: [],
        path,
      }),
      ...maskOf(from),
    });
    const parameters = [
      weight({
        name: 'kernel',
        shape: [width, 3 * width],
        initializer: 'glorotUniform',
        fanIn: width,
        fanOut: width,
      }),
      offset({ name: 'bias', shape: [3 * width], initializer: 'zeros' }),
      weight({
        name: 'outputKernel',
        shape: [width, width],
        initializer: 'glorotUniform',
        fanIn: width,
        fanOut: width,
        stream: 'outputKernel',
      }),
      offset({ name: 'outputBias', shape: [width], initializer: 'zeros' }),
    ];
    const normed = this.layerNorm(1e-5, from, `${id}.norm1`, path);
    const attended = this.behind(
      normed,
      { kind: 'attention', heads, shape: from.shape, parameters },
      `${id}.attention`,
      path,
    );
    const mixed = sum(from, drop(attended, 'dropout1'), 'add1');
    const inner = { ...DENSE_DEFAULTS, units: feedForward, activation };
    const outer = { ...DENSE_DEFAULTS, units: width, activation: 'linear' } as const;
    const wide = this.dense(inner, this.layerNorm(1e-5, mixed, `${id}.norm2`, path), `${id}.dense1`, path);
    return sum(mixed, drop(this.dense(outer, wide, `${id}.dense2`, path), 'dropout2'), 'add2');
  }

  private positions(layer: LayerOf<'positions'>, from: SequenceFlow, id: string, path: Path): Flow {
    const learned = layer.kind === 'learned';
    const [steps, width] = from.shape;
    const initializer = { type: 'uniform', minimum: -0.05, maximum: 0.05 } as const;
    const parameters = learned
      ? [weight({ name: 'table', shape: [steps, width], initializer, fanIn: steps, fanOut: width })]
      : [];
    return this.behind(from, { kind: 'positions', learned, shape: from.shape, parameters }, id, path);
  }

  private residual(layer: LayerOf<'residual'>, from: Flow, id: string, path: Path): Flow {
    const inner = this.stack(layer.layers, from, `${id}.`, [...path, 'layers']);
    requireSameSteps(from, inner, path);
    const around =
      widthOf(inner.shape) === widthOf(from.shape)
        ? from
        : this.dense(
            { ...DENSE_DEFAULTS, units: widthOf(inner.shape), activation: 'linear', useBias: false },
            from,
            `${id}.projection`,
            path,
          );
    const inputs = [around.id, inner.id];
    const flow = this.add({ kind: 'add', id, inputs, shape: inner.shape, parameters: [], path });
    return { ...flow, ...maskOf(from) };
  }

  private parallel(layer: LayerOf<'parallel'>, from: Flow, id: string, path: Path): Flow {
    const ends = layer.branches.map((branch, index) =>
      this.stack(branch, from, `${id}.${index}.`, [...path, 'branches', index]),
    );
    const [first = from] = ends;
    for (const end of ends) {
      requireSameSteps(first, end, path);
      if (layer.merge === 'add' && widthOf(end.shape) !== widthOf(first.shape)) {
        throw new BenchError(
          'config.branchWidths',
          l10n.t(
            '{0}: merge "add" needs branches of one width, found {1} and {2}. Use "concat" or equal units.',
            pathText(path),
            widthOf(first.shape),
            widthOf(end.shape),
          ),
          { details: { at: pathText(path) } },
        );
      }
    }
    const mask = maskOf(first);
    return { ...this.merge(ends, layer.merge, id, path), ...mask };
  }

  /** Ends of equal rank put side by side, or summed. One alone stays as it is. */
  merge(ends: readonly Flow[], how: 'concat' | 'add', id: string, path?: Path): Flow {
    const [first, ...rest] = ends;
    if (first === undefined) throw new BenchError('internal.plan', 'Nothing to merge.');
    if (rest.length === 0) return first;
    const inputs = ends.map((end) => end.id);
    const place = path === undefined ? {} : { path };
    if (how === 'add')
      return this.add({ kind: 'add', id, inputs, shape: first.shape, parameters: [], ...place });
    const width = ends.reduce((sum, end) => sum + widthOf(end.shape), 0);
    const shape = withWidth(first.shape, width);
    return this.add({ kind: 'concat', axis: 'features', id, inputs, shape, parameters: [], ...place });
  }

  private same(
    from: Flow,
    node:
      | { kind: 'dropout'; rate: number }
      | { kind: 'activation'; activation: LayerOf<'activation'>['activation'] },
    id: string,
    path: Path,
  ): Flow {
    const base = { id, inputs: [from.id], shape: from.shape, parameters: [], path };
    const flow = node.kind === 'dropout' ? this.add({ ...base, ...node }) : this.add({ ...base, ...node });
    return { ...flow, ...maskOf(from) };
  }

  private behind(from: Flow, node: NodeBehind, id: string, path: Path): Flow {
    const flow = this.add({ ...node, id, inputs: [from.id], path, ...maskOf(from) });
    // A vector has no steps any more that could be padding.
    return node.shape.length === 2 ? { ...flow, ...maskOf(from) } : flow;
  }
}

type WithoutPlace<N> = N extends PlanNode ? Omit<N, 'id' | 'inputs' | 'path' | 'mask'> : never;
type NodeBehind = WithoutPlace<PlanNode>;

const DENSE_DEFAULTS = {
  type: 'dense',
  initializer: 'glorotUniform',
  useBias: true,
  biasInitializer: 'zeros',
  l1: 0,
  l2: 0,
} as const;

interface SequenceFlow extends Flow {
  readonly shape: readonly [number, number];
}

function requireSteps(type: string, from: Flow, path: Path): SequenceFlow {
  const { shape } = from;
  if (shape.length === 2) return { ...from, shape };
  throw new BenchError(
    'config.needsSequence',
    l10n.t(
      '{0}: "{1}" needs a sequence, found a vector of {2}. Put it under model.inputs.text or model.inputs.columnsAsTokens, before the pool.',
      pathText(path),
      type,
      shape[0],
    ),
    { details: { type, at: pathText(path) } },
  );
}

/** @throws unless both are vectors, or sequences of one length */
function requireSameSteps(a: Flow, b: Flow, path: Path): void {
  const stepsOf = ({ shape }: Flow): number => (shape.length === 2 ? shape[0] : 0);
  if (stepsOf(a) === stepsOf(b)) return;
  throw new BenchError(
    'config.branchShapes',
    l10n.t(
      '{0}: expected outputs of one shape to put together, found [{1}] and [{2}].',
      pathText(path),
      a.shape.join(', '),
      b.shape.join(', '),
    ),
    { details: { at: pathText(path) } },
  );
}

function withWidth(shape: Shape, width: number): Shape {
  return shape.length === 2 ? [shape[0], width] : [width];
}

function maskOf({ mask }: Flow): { mask?: string } {
  return mask === undefined ? {} : { mask };
}

/** model.layers[2] */
export function pathText(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}

/** The path of a text of `pathText`: where an error of a plan stands in the config. */
export function pathOfText(text: string): (string | number)[] {
  return (text.match(/[^.[\]]+/g) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
