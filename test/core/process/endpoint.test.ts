// Where a training process is reached: only by its owner, by many at once, and with nothing left behind.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import type * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connect, serve, type Contract } from '../../../src/shared/protocol/channel';
import { connectTo, endpointFor, listen, removeEndpoint } from '../../../src/core/process/endpoint';

const contract = {
  name: 'test',
  version: 1,
  requests: { double: { params: z.object({ value: z.number() }), result: z.number() } },
  events: { tick: z.object({ at: z.number() }) },
} satisfies Contract;

let folder: string;
let servers: net.Server[];
let runtime: string | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-end-'));
  runtime = process.env['XDG_RUNTIME_DIR'];
  process.env['XDG_RUNTIME_DIR'] = folder;
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  if (runtime === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = runtime;
  fs.rmSync(folder, { recursive: true, force: true });
});

const name = (): string => randomBytes(8).toString('hex');

async function open(endpoint: string): Promise<{ emit(at: number): void }> {
  const channels: { emit(event: 'tick', data: { at: number }): void }[] = [];
  servers.push(
    await listen(endpoint, (transport) => {
      channels.push(serve(transport, contract, { double: ({ value }) => 2 * value }));
    }),
  );
  return { emit: (at) => channels.forEach((channel) => channel.emit('tick', { at })) };
}

describe('an endpoint', () => {
  it('answers and tells many clients, each for itself', async () => {
    const endpoint = endpointFor(name());
    const server = await open(endpoint);
    const clients = await Promise.all(
      Array.from({ length: 20 }, async () => connect(await connectTo(endpoint), contract)),
    );
    const ticks = clients.map(() => [] as number[]);
    clients.forEach((client, i) => client.on('tick', ({ at }) => ticks[i]!.push(at)));
    expect(await Promise.all(clients.map((client, i) => client.request('double', { value: i })))).toEqual(
      clients.map((_, i) => 2 * i),
    );
    clients[0]!.dispose();
    server.emit(7);
    await Promise.all(clients.slice(1).map((client) => client.request('double', { value: 1 })));
    expect(ticks.slice(1)).toEqual(clients.slice(1).map(() => [7]));
    await expect(clients[0]!.request('double', { value: 1 })).rejects.toMatchObject({
      code: 'channel.closed',
    });
    for (const client of clients) client.dispose();
  });

  it('that nobody listens on refuses', async () => {
    await expect(connectTo(endpointFor(name()))).rejects.toThrow();
  });

  it.skipIf(process.platform === 'win32')('that is taken is an error, not a second server', async () => {
    const endpoint = endpointFor(name());
    await open(endpoint);
    await expect(open(endpoint)).rejects.toThrow(/EADDRINUSE/);
  });
});

describe.skipIf(process.platform === 'win32')('the folder of the sockets', () => {
  const user = process.getuid?.() ?? 0;

  it('is made for its owner alone', async () => {
    const endpoint = endpointFor(name());
    await open(endpoint);
    expect(path.dirname(endpoint)).toBe(path.join(folder, `model-bench-${user}`));
    expect(fs.statSync(path.dirname(endpoint)).mode & 0o777).toBe(0o700);
  });

  it.each([0o755, 0o701, 0o770])('is refused when others can enter it (%o)', async (mode) => {
    const endpoint = endpointFor(name());
    fs.mkdirSync(path.dirname(endpoint));
    fs.chmodSync(path.dirname(endpoint), mode);
    await expect(open(endpoint)).rejects.toMatchObject({ code: 'io.socketFolder' });
    expect(fs.existsSync(endpoint)).toBe(false);
  });

  it('is refused when it is a link to somewhere else', async () => {
    const endpoint = endpointFor(name());
    const elsewhere = path.join(folder, 'elsewhere');
    fs.mkdirSync(elsewhere, { mode: 0o700 });
    fs.symlinkSync(elsewhere, path.dirname(endpoint));
    await expect(open(endpoint)).rejects.toMatchObject({ code: 'io.socketFolder' });
  });

  it.each([
    ['is not set', undefined],
    ['is empty', ''],
    ['is relative', 'run'],
    ['names no folder', '/nonexistent/run/user/1000'],
    ['is too long for a socket', undefined],
  ])('lies in the temp folder when XDG_RUNTIME_DIR %s', (why, value) => {
    if (why === 'is too long for a socket') {
      const long = path.join(folder, 'x'.repeat(80));
      fs.mkdirSync(long);
      process.env['XDG_RUNTIME_DIR'] = long;
    } else if (value === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = value;
    expect(endpointFor('0123456789abcdef')).toBe(
      path.join(os.tmpdir(), `model-bench-${user}`, '0123456789abcdef.sock'),
    );
  });

  it('loses the socket of a process that died, and nothing else', async () => {
    const endpoint = endpointFor(name());
    fs.mkdirSync(path.dirname(endpoint));
    const others = [
      path.join(path.dirname(endpoint), 'notes.txt'),
      path.join(folder, 'x.sock'),
      path.join(path.dirname(endpoint), '..', '..', 'y.sock'),
    ];
    for (const file of [endpoint, others[0]!, others[1]!]) fs.writeFileSync(file, '');
    for (const file of [endpoint, endpoint, ...others]) await removeEndpoint(file);
    // Also when this shell has another idea of where sockets lie.
    fs.writeFileSync(endpoint, '');
    delete process.env['XDG_RUNTIME_DIR'];
    await removeEndpoint(endpoint);
    expect([endpoint, others[0]!, others[1]!].map((file) => fs.existsSync(file))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
