import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isCancelled } from '../../../src/shared/abort';
import { BenchError } from '../../../src/shared/errors';
import { connect, serve, type Contract } from '../../../src/shared/protocol/channel';
import { transportPair } from '../../support/pairTransport';

const contract = {
  name: 'test',
  version: 1,
  requests: {
    double: { params: z.object({ value: z.number() }), result: z.number() },
    wait: { params: z.object({}), result: z.number() },
    lie: { params: z.object({}), result: z.number() },
  },
  events: { tick: z.object({ at: z.number() }) },
} satisfies Contract;

function pair(wait: (signal: AbortSignal) => Promise<number> = () => new Promise(() => undefined)) {
  const [left, right] = transportPair();
  const server = serve(left, contract, {
    double: ({ value }) => {
      if (value < 0) throw new BenchError('data.negative', 'no', { details: { value } });
      return 2 * value;
    },
    wait: (_params, signal) => wait(signal),
    lie: () => 'text' as unknown as number,
  });
  return { server, client: connect(right, contract), right };
}

describe('channel', () => {
  it('answers a request with its value', async () => {
    expect(await pair().client.request('double', { value: 21 })).toBe(42);
  });

  it('carries an error with its code and details', async () => {
    const failed = pair().client.request('double', { value: -1 });
    await expect(failed).rejects.toMatchObject({ code: 'data.negative', details: { value: -1 } });
  });

  it('refuses parameters that the schema does not know', async () => {
    const failed = pair().client.request('double', { value: 'x' as unknown as number });
    await expect(failed).rejects.toMatchObject({
      code: 'channel.params',
      message: expect.stringMatching(/^Unreadable request "double" to test: value: .+$/) as string,
    });
  });

  it('refuses an answer that the schema does not know', async () => {
    await expect(pair().client.request('lie', {})).rejects.toMatchObject({ code: 'channel.result' });
  });

  it('delivers events, parsed', async () => {
    const { server, client } = pair();
    const seen: number[] = [];
    client.on('tick', ({ at }) => seen.push(at));
    server.emit('tick', { at: 1 });
    server.emit('tick', { at: 'x' as unknown as number });
    server.emit('tick', { at: 3 });
    await client.request('double', { value: 1 });
    expect(seen).toEqual([1, 3]);
  });

  it('cancels on the other side and rejects as cancelled', async () => {
    const { client } = pair(
      (signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new BenchError('internal.cancelled', 'Cancelled'))),
        ),
    );
    const abort = new AbortController();
    const waiting = client.request('wait', {}, { signal: abort.signal });
    setTimeout(() => abort.abort(), 5);
    const error: unknown = await waiting.catch((reason: unknown) => reason);
    expect(isCancelled(error)).toBe(true);
  });

  it('rejects what is pending when the connection closes, and every later request', async () => {
    const { client, right } = pair();
    const waiting = client.request('wait', {});
    setTimeout(() => right.close(), 5);
    await expect(waiting).rejects.toMatchObject({ code: 'channel.closed' });
    await expect(client.request('double', { value: 1 })).rejects.toMatchObject({ code: 'channel.closed' });
  });

  it('aborts running handlers when the client goes away', async () => {
    let aborted = false;
    const { client, right } = pair((signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    });
    void client.request('wait', {}).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    right.close();
    expect(aborted).toBe(true);
  });

  it('refuses a partner of another version', async () => {
    const [left, right] = transportPair();
    serve(left, { ...contract, version: 2 }, { double: () => 1, wait: () => 1, lie: () => 1 });
    await expect(connect(right, contract).request('double', { value: 1 })).rejects.toMatchObject({
      code: 'channel.version',
    });
  });
});
