// Owns the checkpoint file: everything that training needs to go on exactly, in one file that describes itself and
// shows any damage. Layout, little-endian: magic "MBCHKPT1", uint32 header bytes, header (JSON), float32 payload,
// uint32 CRC-32 of all before it. Must never know what a tensor means.
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { BenchError } from '../../shared/errors';
import { jsonNumberSchema, stringifyJson } from '../../shared/numbers';
import { writeFileAtomic } from './atomicFile';

const MAGIC = Buffer.from('MBCHKPT1', 'latin1');
const WORD = 4;

const word = z.int();
const randomStateSchema = z.tuple([word, word, word, word]).readonly();

const headerSchema = z.object({
  version: z.literal(2),
  kind: z.enum(['best', 'last']),
  /** Whole epochs done. */
  epoch: z.int(),
  /** Optimizer updates done. */
  step: z.int(),
  /** Positions done in the order of the epoch that was going on; 0 between epochs. */
  position: z.int(),
  /** Sum of loss * rows over those positions. */
  lossSum: jsonNumberSchema,
  seed: z.int(),
  /** State of the shuffle stream at the start of the epoch that `position` is in: it gives the order again. */
  shuffle: randomStateSchema,
  /** State of each dropout layer's stream, by layer id. */
  random: z.record(z.string(), randomStateSchema),
  /** State of each callback by its name; the training knows what is in it. */
  callbacks: z.record(z.string(), z.unknown()),
  optimizer: z.object({ type: z.string(), step: z.int() }),
  tensors: z.array(
    z.object({
      /**
       * parameters: `<layer>/kernel` and so on. slot: `<slot>`, as long as all parameters together or a single number.
       * seen: the outputs of the pass that is going on, for its running scores.
       */
      group: z.enum(['parameters', 'slot', 'seen']),
      name: z.string(),
      shape: z.array(z.int().min(0)),
    }),
  ),
});
type Header = z.infer<typeof headerSchema>;

export interface CheckpointTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Checkpoint extends Omit<Header, 'version' | 'tensors'> {
  /** In the order of `parameterLayout`. */
  readonly parameters: readonly CheckpointTensor[];
  /** Optimizer slots, flat, each over all parameters. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** [position, outputs]: raw outputs of the positions done. */
  readonly seen: Float32Array;
}

/** Replaces the file as a whole: a crash leaves the old one or the new one. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomic(path, encodeCheckpoint(checkpoint));
}

/** @throws BenchError 'run.checkpointMissing', 'run.checkpointDamaged' */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new BenchError(
      'run.checkpointMissing',
      l10n.t('Checkpoint {0}: expected a file, found none that can be read. Train the run again.', path),
      { details: { path }, cause },
    );
  }
  return decodeCheckpoint(bytes, path);
}

export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const { parameters, slots, seen, ...state } = checkpoint;
  const payload = [...parameters.map((tensor) => tensor.values), ...Object.values(slots), seen];
  const header: Header = {
    ...state,
    version: 2,
    tensors: [
      ...parameters.map(({ name, shape }) => ({ group: 'parameters' as const, name, shape: [...shape] })),
      ...Object.entries(slots).map(([name, values]) => ({
        group: 'slot' as const,
        name,
        shape: [values.length],
      })),
      { group: 'seen' as const, name: 'seen', shape: [seen.length] },
    ],
  };
  const text = Buffer.from(stringifyJson(header), 'utf8');
  const floats = payload.reduce((sum, values) => sum + values.length, 0);
  const bytes = Buffer.alloc(MAGIC.length + WORD + text.length + floats * WORD + WORD);
  let at = MAGIC.copy(bytes);
  at = bytes.writeUInt32LE(text.length, at);
  at += text.copy(bytes, at);
  for (const values of payload) {
    for (const value of values) at = bytes.writeFloatLE(value, at);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at);
  return bytes;
}

/** @throws BenchError 'run.checkpointDamaged' for any byte that is not as it was written */
export function decodeCheckpoint(bytes: Buffer, path: string): Checkpoint {
  const start = MAGIC.length + WORD;
  if (bytes.length < start + WORD || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged(path);
  const end = bytes.length - WORD;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) throw damaged(path);
  const payloadStart = start + bytes.readUInt32LE(MAGIC.length);
  const header = parseHeader(bytes.subarray(start, payloadStart).toString('utf8'), path);
  const parameters: CheckpointTensor[] = [];
  const slots: Record<string, Float32Array> = {};
  let seen = new Float32Array(0);
  let at = payloadStart;
  for (const { group, name, shape } of header.tensors) {
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    if (at + values.length * WORD > end) throw damaged(path);
    for (let i = 0; i < values.length; i++, at += WORD) values[i] = bytes.readFloatLE(at);
    if (group === 'parameters') parameters.push({ name, shape, values });
    else if (group === 'slot') slots[name] = values;
    else seen = values;
  }
  if (at !== end) throw damaged(path);
  const { version: _version, tensors: _tensors, ...state } = header;
  return { ...state, parameters, slots, seen };
}

function parseHeader(text: string, path: string): Header {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch (cause) {
    // The checksum was right: another version wrote it.
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause?: unknown): BenchError {
  return new BenchError(
    'run.checkpointDamaged',
    l10n.t(
      'Checkpoint {0}: expected a whole checkpoint of version 2, found a damaged file. Train the run again.',
      path,
    ),
    { details: { path }, ...(cause === undefined ? {} : { cause }) },
  );
}
