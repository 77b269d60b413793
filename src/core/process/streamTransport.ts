// Owns whole messages over a byte stream: `<uint32 LE length><v8-serialised value>`. Used for sockets and pipes alike.
// v8's format keeps typed arrays and NaN; what arrives is parsed by the channel's schemas, never trusted.
import type { Duplex, Readable, Writable } from 'node:stream';
import * as v8 from 'node:v8';
import * as l10n from '@vscode/l10n';
import { Emitter } from '../../shared/event';
import type { Transport } from '../../shared/protocol/channel';

const HEADER_BYTES = 4;
/** A longer message is a broken stream, not a message. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

export function encodeFrame(message: unknown): Buffer {
  const body = v8.serialize(message);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

/** Collects bytes in any pieces and gives back whole messages. */
export class FrameDecoder {
  private chunks: Buffer[] = [];
  private size = 0;

  /** @throws RangeError when the stream is not ours (an absurd length) */
  push(chunk: Buffer): unknown[] {
    this.chunks.push(chunk);
    this.size += chunk.length;
    const messages: unknown[] = [];
    for (
      let need = this.bodyLength();
      need !== undefined && this.size >= HEADER_BYTES + need;
      need = this.bodyLength()
    ) {
      const all = this.take();
      messages.push(v8.deserialize(all.subarray(HEADER_BYTES, HEADER_BYTES + need)));
      const rest = all.subarray(HEADER_BYTES + need);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.size = rest.length;
    }
    return messages;
  }

  private bodyLength(): number | undefined {
    if (this.size < HEADER_BYTES) return undefined;
    if ((this.chunks[0]?.length ?? 0) < HEADER_BYTES) this.chunks = [this.take()];
    const length = this.chunks[0]?.readUInt32LE() ?? 0;
    if (length > MAX_MESSAGE_BYTES)
      throw new RangeError(`A message of ${length} bytes: the stream is damaged.`);
    return length;
  }

  private take(): Buffer {
    return this.chunks.length === 1 && this.chunks[0] !== undefined
      ? this.chunks[0]
      : Buffer.concat(this.chunks);
  }
}

/** @param close ends both directions; must make `input` emit 'close' */
export function streamTransport(input: Readable, output: Writable, close: () => void): Transport {
  const messages = new Emitter<unknown>();
  const closed = new Emitter<string>();
  const decoder = new FrameDecoder();
  let open = true;
  const end = (reason: string): void => {
    if (!open) return;
    open = false;
    closed.fire(reason);
  };
  input.on('data', (chunk: Buffer) => {
    try {
      for (const message of decoder.push(chunk)) messages.fire(message);
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      close();
    }
  });
  input.on('error', (error) => end(error.message));
  input.on('close', () => end(l10n.t('The connection was closed.')));
  output.on('error', (error) => end(error.message));
  return {
    send: (message) => {
      if (open && output.writable) output.write(encodeFrame(message));
    },
    onMessage: messages.event,
    onDidClose: closed.event,
    close: () => {
      close();
      end(l10n.t('The connection was closed.'));
    },
  };
}

export function socketTransport(socket: Duplex): Transport {
  return streamTransport(socket, socket, () => socket.destroy());
}
