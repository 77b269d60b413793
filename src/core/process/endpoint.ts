// Owns where a training process listens: a Unix domain socket in an owner-only folder, or a named pipe on Windows.
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { BenchError } from '../../shared/errors';
import type { Transport } from '../../shared/protocol/channel';
import { socketTransport } from './streamTransport';

/** Longest path of a Unix domain socket: 104 bytes on macOS, 108 on Linux, with the closing zero. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * Socket paths are short, so they lie in a temp folder, not in the run's. XDG_RUNTIME_DIR is used only where it is
 * there: in containers and after `su` it often names a folder that does not exist.
 */
function socketFolder(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? '';
  const isUsable = path.isAbsolute(runtime) && existsSync(runtime) && fits(ownFolder(runtime));
  if (isUsable) return ownFolder(runtime);
  return fits(ownFolder(os.tmpdir())) ? ownFolder(os.tmpdir()) : ownFolder('/tmp');
}

function ownFolder(base: string): string {
  const user = process.getuid?.() ?? os.userInfo().username;
  return path.join(base, `model-bench-${user}`);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, `${'0'.repeat(16)}.sock`)) <= MAX_SOCKET_PATH_BYTES;
}

/** @param name unguessable, [0-9a-z-] */
export function endpointFor(name: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\model-bench-${name}`
    : path.join(socketFolder(), `${name}.sock`);
}

async function ensureSocketFolder(): Promise<void> {
  const folder = socketFolder();
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const stat = await fs.lstat(folder);
  const uid = process.getuid?.();
  if (!stat.isDirectory() || (uid !== undefined && stat.uid !== uid) || (stat.mode & 0o077) !== 0) {
    throw new BenchError(
      'io.socketFolder',
      `${folder} must be a folder that only you can enter; remove it or fix its owner and mode (0700).`,
    );
  }
}

export async function listen(
  endpoint: string,
  onConnection: (transport: Transport) => void,
): Promise<net.Server> {
  if (process.platform !== 'win32') await ensureSocketFolder();
  const server = net.createServer((socket) => onConnection(socketTransport(socket)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(endpoint, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

export async function connectTo(endpoint: string): Promise<Transport> {
  const socket = net.connect(endpoint);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
  return socketTransport(socket);
}

/** Removes the socket file of a process that died; a pipe vanishes by itself. Any other file is left alone. */
export async function removeEndpoint(endpoint: string): Promise<void> {
  if (process.platform === 'win32' || !/^[0-9a-z-]+\.sock$/.test(path.basename(endpoint))) return;
  const folder = path.dirname(endpoint);
  // By name: another shell of the same user may have another XDG_RUNTIME_DIR.
  if (path.basename(folder) === path.basename(socketFolder())) await fs.rm(endpoint, { force: true });
}
