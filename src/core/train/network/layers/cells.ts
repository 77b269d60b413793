// Owns one step of an LSTM and of a GRU, forward and backward.
import type { LayerContext } from '../layer';
import type { Numeric } from '../numeric';

export interface CellStep<T> {
  /** After the step; the first tensor [rows, units] is what the cell puts out. */
  readonly state: readonly T[];
  readonly backward: (dState: readonly T[]) => CellGradients<T>;
}

export interface CellGradients<T> {
  /** Of the state before, apart from what goes through h U. */
  readonly dState: readonly T[];
  /** Of x W + b, and of h U (with its bias): both [rows, gates]. */
  readonly dProjected: T;
  readonly dRecurrent: T;
}

export interface Cell<T> {
  readonly gates: number;
  readonly stateCount: number;
  /** Bias parameters of x W, in the order of the gates. */
  readonly biases: readonly string[];
  /**
   * @param projected [rows, gates], x W + b of this step
   * @param recurrent [rows, gates], h U and its bias
   */
  step(projected: T, recurrent: T, state: readonly T[]): CellStep<T>;
}

function gateOf<T>({ m, rows }: LayerContext<T>, t: T, index: number, units: number): T {
  return m.slice(t, [0, index * units], [rows, units]);
}

/** dA * a * (1 - a) */
function sigmoidSlope<T>(m: Numeric<T>, dA: T, a: T): T {
  return m.mul(dA, m.sub(a, m.square(a)));
}

/** dA * (1 - a^2) */
function tanhSlope<T>(m: Numeric<T>, dA: T, a: T): T {
  return m.sub(dA, m.mul(dA, m.square(a)));
}

/** Gates: input, forget, cell, output. @see Hochreiter & Schmidhuber 1997; keras.layers.LSTM */
export function lstmCell<T>(context: LayerContext<T>, units: number): Cell<T> {
  const { m } = context;
  return {
    gates: 4 * units,
    stateCount: 2,
    biases: ['bias', 'forgetBias', 'cellBias', 'outputBias'],
    step(projected, recurrent, [, cell]) {
      const before = cell ?? projected;
      const z = m.add(projected, recurrent);
      const input = m.sigmoid(gateOf(context, z, 0, units));
      const forget = m.sigmoid(gateOf(context, z, 1, units));
      const candidate = m.tanh(gateOf(context, z, 2, units));
      const output = m.sigmoid(gateOf(context, z, 3, units));
      const next = m.add(m.mul(forget, before), m.mul(input, candidate));
      const squashed = m.tanh(next);
      return {
        state: [m.mul(output, squashed), next],
        backward: ([dHidden, dNext]) => {
          const dH = dHidden ?? output;
          const dSquashed = m.mul(dH, output);
          const dCell = m.add(dNext ?? output, tanhSlope(m, dSquashed, squashed));
          const dZ = m.concat(
            [
              sigmoidSlope(m, m.mul(dCell, candidate), input),
              sigmoidSlope(m, m.mul(dCell, before), forget),
              tanhSlope(m, m.mul(dCell, input), candidate),
              sigmoidSlope(m, m.mul(dH, squashed), output),
            ],
            1,
          );
          return { dState: [m.mul(dH, 0), m.mul(dCell, forget)], dProjected: dZ, dRecurrent: dZ };
        },
      };
    },
  };
}

/** Gates: update, reset, candidate; the reset gate behind the product. @see Cho et al. 2014; keras.layers.GRU */
export function gruCell<T>(context: LayerContext<T>, units: number): Cell<T> {
  const { m } = context;
  return {
    gates: 3 * units,
    stateCount: 1,
    biases: ['bias'],
    step(projected, recurrent, [hidden]) {
      const before = hidden ?? projected;
      const both = m.add(projected, recurrent);
      const update = m.sigmoid(gateOf(context, both, 0, units));
      const reset = m.sigmoid(gateOf(context, both, 1, units));
      const recalled = gateOf(context, recurrent, 2, units);
      const candidate = m.tanh(m.add(gateOf(context, projected, 2, units), m.mul(reset, recalled)));
      const next = m.add(candidate, m.mul(update, m.sub(before, candidate)));
      return {
        state: [next],
        backward: ([dNext]) => {
          const dH = dNext ?? next;
          const dUpdate = sigmoidSlope(m, m.mul(dH, m.sub(before, candidate)), update);
          const dKept = m.mul(dH, update);
          const dInner = tanhSlope(m, m.sub(dH, dKept), candidate);
          const dReset = sigmoidSlope(m, m.mul(dInner, recalled), reset);
          return {
            dState: [dKept],
            dProjected: m.concat([dUpdate, dReset, dInner], 1),
            dRecurrent: m.concat([dUpdate, dReset, m.mul(dInner, reset)], 1),
          };
        },
      };
    },
  };
}
