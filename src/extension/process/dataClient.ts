// Owns the data process: started at the first request, ended when idle, started anew after it died. DuckDB lives there,
// never in the extension host.
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { toErrorData } from '../../shared/errors';
import type { Disposable } from '../../shared/disposable';
import { connect, type ClientChannel } from '../../shared/protocol/channel';
import { dataContract, type DataContract } from '../../shared/protocol/data';
import type { Architecture } from '../../shared/schema/architecture';
import type { Experiment } from '../../shared/schema/experiment';
import type { DatasetProfile, Preview, TargetCandidate } from '../../shared/schema/profile';
import { streamTransport } from '../../core/process/streamTransport';
import { nodeExecutable } from './nodeRuntime';

const IDLE_MS = 120_000;
/** What the process may say last, for the log. */
const STDERR_TAIL = 2000;

type Channel = ClientChannel<DataContract>;
export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export class DataClient implements Disposable {
  private channel: Channel | undefined;
  private idle: NodeJS.Timeout | undefined;
  private busy = 0;
  private readonly progress = new vscode.EventEmitter<{ path: string; fraction: number }>();
  readonly onDidProgress = this.progress.event;

  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  profile(path: string, options?: RequestOptions): Promise<DatasetProfile> {
    return this.use((channel) => channel.request('profile', { path }, options));
  }

  preview(path: string, limit: number, options?: RequestOptions): Promise<Preview> {
    return this.use((channel) => channel.request('preview', { path, limit }, options));
  }

  targets(path: string, options?: RequestOptions): Promise<TargetCandidate[]> {
    return this.use((channel) => channel.request('targets', { path }, options));
  }

  scaffold(
    params: { path: string; relativePath: string; target: string },
    options?: RequestOptions,
  ): Promise<{ text: string }> {
    return this.use((channel) => channel.request('scaffold', params, options));
  }

  architecture(experiment: Experiment, dataPath: string, options?: RequestOptions): Promise<Architecture> {
    return this.use((channel) => channel.request('architecture', { experiment, dataPath }, options));
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.channel?.dispose();
    this.progress.dispose();
  }

  private async use<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    clearTimeout(this.idle);
    this.busy++;
    try {
      this.channel ??= this.start();
      return await ask(this.channel);
    } finally {
      this.busy--;
      if (this.busy === 0) this.idle = setTimeout(() => this.channel?.dispose(), IDLE_MS);
    }
  }

  private start(): Channel {
    const child = spawn(nodeExecutable(), [path.join(this.extensionPath, 'dist', 'dataWorker.js')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '',
        MODEL_BENCH_L10N: JSON.stringify(vscode.l10n.bundle ?? {}),
      },
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      stderr = (stderr + text.toString('utf8')).slice(-STDERR_TAIL);
    });
    const transport = streamTransport(child.stdout, child.stdin, () => {
      // Closing stdin is the agreed sign to end; the kill is for one that no longer listens.
      child.stdin.end();
      child.kill();
    });
    const channel = connect(transport, dataContract);
    const forget = (): void => {
      if (this.channel === channel) this.channel = undefined;
    };
    channel.onDidClose(forget);
    child.on('error', (error) => {
      this.log.error(vscode.l10n.t('The data process cannot be started: {0}', toErrorData(error).message));
      transport.close();
    });
    child.on('exit', (code, signal) => {
      if (code !== 0 && signal !== 'SIGTERM')
        this.log.warn(`data process ended: ${signal ?? code ?? ''}\n${stderr}`);
      forget();
    });
    channel.on('progress', (progress) => this.progress.fire(progress));
    return channel;
  }
}
