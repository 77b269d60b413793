import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, streamTransport } from '../../../src/core/process/streamTransport';

describe('frames', () => {
  it('come whole and in order, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 60 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(encodeFrame));
          const decoder = new FrameDecoder();
          const seen: unknown[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            seen.push(...decoder.push(bytes.subarray(at, Math.min(bytes.length, at + cut))));
            at = Math.min(bytes.length, at + cut);
          }
          expect(seen).toEqual(messages);
        },
      ),
    );
  });

  it('keep typed arrays and NaN', () => {
    const [message] = new FrameDecoder().push(
      encodeFrame({ v: new Float64Array([NaN, Infinity, 1]), x: NaN }),
    );
    expect(message).toEqual({ v: new Float64Array([NaN, Infinity, 1]), x: NaN });
  });

  it('close the transport on a length that cannot be', async () => {
    const input = new PassThrough();
    const transport = streamTransport(input, new PassThrough(), () => input.destroy());
    const closed = new Promise<string>((resolve) => transport.onDidClose(resolve));
    input.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0]));
    expect(await closed).toContain('damaged');
  });
});
