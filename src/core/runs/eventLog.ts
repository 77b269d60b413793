// Owns events.log, the truth of a run: one line a record, `<bytes> <crc32> <json>\n`, append-only.
// A torn tail is normal (a writer may be alive, or was killed); a damaged record in the middle is skipped and reported.
import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { stringifyJson } from '../../shared/numbers';
import { trainEventSchema, type TrainEvent } from '../../shared/schema/run';

export const EVENT_LOG_FILE = 'events.log';

export interface LoggedEvent {
  /** Position in the log, 0-based; damaged records keep their number. */
  readonly sequence: number;
  readonly event: TrainEvent;
}

export interface LogRead {
  readonly events: readonly LoggedEvent[];
  /** Byte offset behind the last whole record: where the next read starts. */
  readonly offset: number;
  readonly nextSequence: number;
  readonly damaged: readonly { readonly sequence: number; readonly offset: number }[];
}

export const LOG_START: LogRead = { events: [], offset: 0, nextSequence: 0, damaged: [] };

const NEWLINE = 0x0a;
/** `<bytes> <8 hex digits> ` */
const HEADER = /^(\d{1,10}) ([0-9a-f]{8}) /;

export function encodeRecord(event: TrainEvent): Buffer {
  const json = Buffer.from(stringifyJson(event), 'utf8');
  const head = `${json.length} ${crc32(json).toString(16).padStart(8, '0')} `;
  return Buffer.concat([Buffer.from(head, 'latin1'), json, Buffer.of(NEWLINE)]);
}

function decodeLine(line: Buffer): TrainEvent | undefined {
  const head = HEADER.exec(line.subarray(0, 20).toString('latin1'));
  if (head === null) return undefined;
  const json = line.subarray(head[0].length);
  if (json.length !== Number(head[1]) || crc32(json) !== Number.parseInt(head[2] ?? '', 16)) return undefined;
  try {
    const parsed = trainEventSchema.safeParse(JSON.parse(json.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes the whole records in `bytes`, which start at `from`'s offset. What follows the last newline is left alone. */
export function decodeRecords(bytes: Buffer, from: LogRead = LOG_START): LogRead {
  const events: LoggedEvent[] = [];
  const damaged: { sequence: number; offset: number }[] = [];
  let sequence = from.nextSequence;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    const event = decodeLine(bytes.subarray(start, end));
    if (event === undefined) damaged.push({ sequence, offset: from.offset + start });
    else events.push({ sequence, event });
    sequence++;
    start = end + 1;
  }
  return { events, offset: from.offset + start, nextSequence: sequence, damaged };
}

/** Reads what came since `from`; the result is the next `from`. A missing log is an empty one. */
export async function readEventLog(file: string, from: LogRead = LOG_START): Promise<LogRead> {
  let handle: fsp.FileHandle;
  try {
    handle = await fsp.open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ...from, events: [], damaged: [] };
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(0, size - from.offset));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from.offset);
    return decodeRecords(bytes.subarray(0, bytesRead), from);
  } finally {
    await handle.close();
  }
}

/**
 * The one writer of a log. Appends are synchronous: when `append` returns, the record is in the system's hands and
 * survives the death of this process; `sync` makes it survive a power cut.
 */
export class EventLogWriter {
  private readonly fd: number;
  private sequence: number;
  private bytes: number;

  /**
   * A new log, or one that goes on behind what `readEventLog` found: a torn record at its end is cut off.
   * @throws the system's error, also when a new one is asked for and there is one
   */
  constructor(file: string, read: Pick<LogRead, 'offset' | 'nextSequence'> = LOG_START) {
    this.fd = fs.openSync(file, read.offset === 0 ? 'ax' : 'a');
    if (read.offset > 0) fs.ftruncateSync(this.fd, read.offset);
    this.sequence = read.nextSequence;
    this.bytes = read.offset;
  }

  get nextSequence(): number {
    return this.sequence;
  }

  /** Bytes written so far: where the next record starts. */
  get offset(): number {
    return this.bytes;
  }

  append(event: TrainEvent): LoggedEvent {
    const record = encodeRecord(event);
    for (let written = 0; written < record.length;) {
      written += fs.writeSync(this.fd, record, written);
    }
    this.bytes += record.length;
    return { sequence: this.sequence++, event };
  }

  sync(): void {
    fs.fsyncSync(this.fd);
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}
