// Owns the data process: started at the first request, ended when idle, started anew after it died. DuckDB lives there,
// never in the extension host.
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { BenchError, toErrorData } from '../../shared/errors';
import type { Disposable } from '../../shared/disposable';
import { connect, type ClientChannel } from '../../shared/protocol/channel';
import { dataContract, type DataContract } from '../../shared/protocol/data';
import type { Architecture } from '../../shared/schema/architecture';
import type { Experiment } from '../../shared/schema/experiment';
import type { ExperimentFinding } from '../../shared/schema/experimentFinding';
import type { DatasetProfile, Preview, TargetCandidate } from '../../shared/schema/profile';
import { streamTransport } from '../../core/process/streamTransport';
import { nodeExecutable } from './nodeRuntime';

const IDLE_MS = 120_000;
/** What the process may say last, for the log. */
const STDERR_TAIL = 2000;

type Channel = ClientChannel<DataContract>;

interface DataProcess {
  readonly channel: Channel;
  /** How it ended, with its last words. */
  readonly ended: Promise<string>;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export class DataClient implements Disposable {
  private process: DataProcess | undefined;
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

  async check(
    experiment: Experiment,
    dataPath: string,
    options?: RequestOptions,
  ): Promise<readonly ExperimentFinding[]> {
    const { findings } = await this.use((channel) =>
      channel.request('check', { experiment, dataPath }, options),
    );
    return findings;
  }

  architecture(experiment: Experiment, dataPath: string, options?: RequestOptions): Promise<Architecture> {
    return this.use((channel) => channel.request('architecture', { experiment, dataPath }, options));
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.process?.channel.dispose();
    this.progress.dispose();
  }

  private async use<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    clearTimeout(this.idle);
    this.busy++;
    const process = (this.process ??= this.start());
    try {
      return await ask(process.channel);
    } catch (error) {
      if (toErrorData(error).code !== 'channel.closed') throw error;
      const how = await process.ended;
      throw new BenchError(
        'data-worker.died',
        vscode.l10n.t('The data process ended: {0}. Try again, or see the log.', how),
        { cause: error },
      );
    } finally {
      this.busy--;
      if (this.busy === 0) this.idle = setTimeout(() => this.process?.channel.dispose(), IDLE_MS);
    }
  }

  private start(): DataProcess {
    const child = spawn(nodeExecutable(), [path.join(this.extensionPath, 'dist', 'dataWorker.js')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env: {
        ...globalThis.process.env,
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
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => {
        resolve(error.message);
        transport.close();
      });
      child.on('exit', (code, signal) => {
        const lastWords = stderr.trim().split('\n').at(-1) ?? '';
        resolve([signal ?? `exit code ${code ?? 0}`, lastWords].filter((part) => part !== '').join(', '));
      });
    });
    const process: DataProcess = { channel, ended };
    channel.onDidClose(() => {
      if (this.process === process) this.process = undefined;
    });
    void ended.then((how) => this.log.info(`data process ended: ${how}`));
    channel.on('progress', (progress) => this.progress.fire(progress));
    return process;
  }
}
