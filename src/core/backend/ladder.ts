// Owns the choice of a backend: from the fastest rung to the slowest, each with a reason that a person understands.
// A rung is taken only when it trains like the reference. Never touches the network, never falls back unseen.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as util from 'node:util';
import { version_cpu as cpuVersion } from '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as l10n from '@vscode/l10n';
import type { Clock } from '../../shared/clock';
import { BenchError } from '../../shared/errors';
import type { Rung } from '../../shared/schema/run';
import { backendNameSchema, type BackendChoice, type BackendName } from '../../shared/schema/training';
import { largestDifference, trainSelfTest } from './selfTest';

/** What finds and loads the optional native packages; Node's `require` is one. */
export interface PackageLoader {
  (name: string): unknown;
  resolve(name: string): string;
}

export interface ChooseBackendOptions {
  readonly requested: BackendChoice;
  /** The folder with tfjs-backend-wasm*.wasm. */
  readonly wasmDir: string;
  readonly clock: Clock;
  /** Default: packages are looked for from `wasmDir` upwards. */
  readonly require?: PackageLoader;
  /** Tries the rungs below the chosen one too, for a report of what this machine has. */
  readonly tryAll?: boolean;
}

export interface BackendChoiceResult {
  readonly chosen: BackendName;
  /** One a backend, fastest first. */
  readonly rungs: Rung[];
}

interface Context {
  readonly wasmDir: string;
  readonly require: PackageLoader;
}

/** What a rung's preparation finds: it is loaded, or why it is not. */
type Preparation =
  { readonly ready: true; readonly what: string } | { readonly ready: false; readonly why: string };

interface RungPlan {
  /** The name that tfjs knows the backend by. */
  readonly tfName: string;
  /**
   * Largest difference of a weight after the self-test. float32 in another order of summation stays under 1e-5;
   * TF32 on NVIDIA cards since Ampere keeps 10 bits of a product's factors.
   */
  readonly tolerance: number;
  prepare(context: Context): Promise<Preparation>;
}

const TFJS_NODE = '@tensorflow/tfjs-node';
const TFJS_NODE_GPU = '@tensorflow/tfjs-node-gpu';

// The cpu package is imported for its version: as a bare import the bundler drops it, and the backend with it.
const RUNGS = {
  cuda: {
    tfName: 'tensorflow',
    tolerance: 5e-3,
    prepare: (context) => Promise.resolve(prepareCuda(context)),
  },
  native: {
    tfName: 'tensorflow',
    tolerance: 1e-4,
    prepare: (context) => Promise.resolve(prepareNative(context)),
  },
  wasm: { tfName: 'wasm', tolerance: 1e-4, prepare: prepareWasm },
  cpu: {
    tfName: 'cpu',
    tolerance: 0,
    prepare: () =>
      Promise.resolve({
        ready: true,
        what: l10n.t('Plain JavaScript, the reference (tfjs {0})', cpuVersion),
      }),
  },
} satisfies Record<BackendName, RungPlan>;

/**
 * Leaves the chosen backend active in tfjs.
 * @throws BenchError 'backend.unavailable' when a backend asked for by name cannot be used
 */
export async function chooseBackend(options: ChooseBackendOptions): Promise<BackendChoiceResult> {
  const { requested, wasmDir, clock, tryAll = false } = options;
  // No greeting and no hints on stdout or stderr: they are ours to write.
  tf.enableProdMode();
  const context: Context = {
    wasmDir,
    require: options.require ?? createRequire(path.join(path.resolve(wasmDir), 'package.json')),
  };
  await tf.setBackend(RUNGS.cpu.tfName);
  const reference = await trainSelfTest('cpu');
  const rungs: Rung[] = [];
  let chosen: BackendName | undefined;
  for (const backend of backendNameSchema.options) {
    if (requested !== 'auto' && backend !== requested) {
      rungs.push({
        backend,
        state: 'notTried',
        reason: l10n.t('Not asked for: the experiment names "{0}".', requested),
      });
    } else if (chosen !== undefined && !tryAll) {
      rungs.push({
        backend,
        state: 'notTried',
        reason: l10n.t('Not needed: "{0}" is faster and works.', chosen),
      });
    } else {
      const rung = await tryRung(backend, context, reference, clock);
      const isChosen = rung.state === 'available' && chosen === undefined;
      if (isChosen) chosen = backend;
      rungs.push(isChosen ? { ...rung, state: 'chosen' } : rung);
    }
  }
  if (chosen === undefined) throw unavailable(requested, rungs);
  await tf.setBackend(RUNGS[chosen].tfName);
  return { chosen, rungs };
}

async function tryRung(
  backend: BackendName,
  context: Context,
  reference: Float32Array,
  clock: Clock,
): Promise<Rung> {
  const plan: RungPlan = RUNGS[backend];
  const startMs = clock.now();
  try {
    const preparation = await plan.prepare(context);
    if (!preparation.ready) return { backend, state: 'rejected', reason: preparation.why };
    if (!(await tf.setBackend(plan.tfName))) {
      return { backend, state: 'rejected', reason: l10n.t('{0}: it did not start.', preparation.what) };
    }
    const difference = largestDifference(reference, await trainSelfTest(backend));
    if (difference > plan.tolerance) {
      return {
        backend,
        state: 'rejected',
        reason: l10n.t(
          '{0}: the self-test trained other weights than the reference (difference {1}, allowed {2}), so its results cannot be trusted.',
          preparation.what,
          difference.toExponential(1),
          plan.tolerance,
        ),
      };
    }
    return {
      backend,
      state: 'available',
      reason: l10n.t('{0}: self-test passed in {1} ms.', preparation.what, clock.now() - startMs),
    };
  } catch (error) {
    return { backend, state: 'rejected', reason: l10n.t('It failed: {0}', firstLine(error)) };
  }
}

function unavailable(requested: BackendChoice, rungs: readonly Rung[]): BenchError {
  const reason = rungs.find((rung) => rung.backend === requested)?.reason ?? '';
  return new BenchError(
    'backend.unavailable',
    l10n.t(
      'Backend "{0}": expected it to be usable, found: {1} Set training.backend to "auto" to take the fastest that works.',
      requested,
      reason,
    ),
    { details: { requested } },
  );
}

async function prepareWasm({ wasmDir }: Context): Promise<Preparation> {
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    return { ready: false, why: l10n.t('This Node.js has no WebAssembly SIMD.') };
  }
  const file = path.join(wasmDir, 'tfjs-backend-wasm-simd.wasm');
  if (!existsSync(file)) {
    return { ready: false, why: l10n.t('The file {0} is missing. Install Model Bench again.', file) };
  }
  setWasmPaths(`${wasmDir}/`);
  return { ready: true, what: l10n.t('WebAssembly SIMD') };
}

/** tfjs-node-gpu registers one backend for both: with a GPU it is the CUDA rung, without one the native rung. */
function prepareCuda(context: Context): Preparation {
  if (!['linux', 'win32'].includes(process.platform) || process.arch !== 'x64') {
    return {
      ready: false,
      why: l10n.t(
        'CUDA: {0} exists for Linux and Windows on x64 only; this is {1} {2}.',
        TFJS_NODE_GPU,
        process.platform,
        process.arch,
      ),
    };
  }
  const loaded = loadNative(context, TFJS_NODE_GPU);
  if (!loaded.ready) return loaded;
  if (!isUsingGpu()) {
    return {
      ready: false,
      why: l10n.t(
        'CUDA: {0} is installed but lists no GPU. It needs an NVIDIA driver with CUDA 11.2 and cuDNN 8.1 on the library path.',
        TFJS_NODE_GPU,
      ),
    };
  }
  return { ready: true, what: l10n.t('CUDA through TensorFlow') };
}

function prepareNative(context: Context): Preparation {
  const loaded = loadNative(context, TFJS_NODE);
  if (loaded.ready) return { ready: true, what: l10n.t('TensorFlow on the CPU') };
  // The GPU package without a GPU computes on the CPU just as well.
  if (tensorflowBackend() !== null && !isUsingGpu()) {
    return { ready: true, what: l10n.t('TensorFlow on the CPU') };
  }
  return loaded;
}

function loadNative({ require }: Context, name: string): Preparation {
  let folder: string;
  try {
    folder = path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return {
      ready: false,
      why: l10n.t('The package {0} is not installed; "npm install {0}" adds it.', name),
    };
  }
  // Looked for before loading: the package itself takes half a second to say that its native part is missing.
  if (!existsSync(path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'))) {
    return {
      ready: false,
      why: l10n.t(
        'The package {0} is installed without its native part (about 480 MB, downloaded by its own installer); "npm rebuild {0} --ignore-scripts=false" downloads it.',
        name,
      ),
    };
  }
  restoreRemovedUtil();
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  try {
    require(name);
    return { ready: true, what: name };
  } catch (error) {
    return { ready: false, why: l10n.t('The package {0} does not load: {1}', name, firstLine(error)) };
  }
}

/** Node 23 removed two functions that tfjs-node 4.22 calls while it loads. */
function restoreRemovedUtil(): void {
  const legacy: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: (value) => Array.isArray(value),
  };
  for (const [name, replacement] of Object.entries(legacy)) {
    if (!(name in util)) Object.defineProperty(nodeUtil(), name, { value: replacement, configurable: true });
  }
}

/** The mutable module object: an ES import of it is a frozen view. */
function nodeUtil(): object {
  const load: (name: string) => unknown = createRequire(path.join(process.cwd(), 'package.json'));
  const module = load('node:util');
  if (typeof module !== 'object' || module === null) throw new BenchError('internal.util', 'No node:util.');
  return module;
}

/** null as long as neither package is loaded. */
function tensorflowBackend(): unknown {
  return tf.engine().findBackend('tensorflow');
}

/** True when TensorFlow itself says that it computes on a GPU. */
function isUsingGpu(): boolean {
  const backend = tensorflowBackend();
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'isUsingGpuDevice' in backend &&
    backend.isUsingGpuDevice === true
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}
