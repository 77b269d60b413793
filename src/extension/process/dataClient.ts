// Owns the data process: started at the first request, ended when idle, started anew after it died. DuckDB lives there,
// never in the extension host. Knows no editor: what to start comes in.
import { spawn } from 'node:child_process';
import * as l10n from '@vscode/l10n';
import type * as z from 'zod';
import { BenchError, toErrorData } from '../../shared/errors';
import { Emitter } from '../../shared/event';
import type { Disposable } from '../../shared/disposable';
import { connect, type ClientChannel } from '../../shared/protocol/channel';
import { dataContract, type DataContract } from '../../shared/protocol/data';
import { qualityReportSchema, type QualityReport } from '../../shared/schema/quality';
import type { StepSummary } from '../../shared/schema/recipeResult';
import { streamTransport } from '../../core/process/streamTransport';

const IDLE_MS = 120_000;
/** What the process may say last, for the log. */
const STDERR_TAIL = 2000;

type Channel = ClientChannel<DataContract>;

export interface DataProgram {
  readonly node: string;
  readonly script: string;
  readonly l10nBundle: unknown;
}

/** A quality report, and what was asked for. */
export interface CheckedFile {
  readonly params: z.output<DataContract['requests']['quality']['params']>;
  readonly report: QualityReport;
}

interface DataProcess {
  readonly channel: Channel;
  /** What its end is told as: one error for all that was asked. */
  readonly ended: Promise<BenchError>;
}

export class DataClient implements Disposable {
  private process: DataProcess | undefined;
  private idle: NodeJS.Timeout | undefined;
  private busy = 0;
  private readonly progress = new Emitter<{ path: string; fraction: number }>();
  private readonly stepCounted = new Emitter<{ token: string; summary: StepSummary }>();
  private readonly checked = new Emitter<CheckedFile>();
  readonly onDidProgress = this.progress.event;
  /** Whoever asked: a file has been checked. */
  readonly onDidCheck = this.checked.event;
  readonly onDidCountStep = this.stepCounted.event;

  /** @param program asked at each start; what it throws is the answer to the request */
  constructor(
    private readonly program: () => DataProgram,
    private readonly log: { info(message: string): void },
  ) {}

  /** @throws BenchError what the process answers; 'data-worker.died' when it ended: the next request starts a new one */
  readonly request: Channel['request'] = async (method, params, options) => {
    clearTimeout(this.idle);
    this.busy++;
    let used: DataProcess | undefined;
    try {
      used = this.process ??= this.start();
      const result = await used.channel.request(method, params, options);
      if (method === 'quality') {
        this.checked.fire({
          params: dataContract.requests.quality.params.parse(params),
          report: qualityReportSchema.parse(result),
        });
      }
      return result;
    } catch (error) {
      if (used === undefined || toErrorData(error).code !== 'channel.closed') throw error;
      throw await used.ended;
    } finally {
      this.busy--;
      if (this.busy === 0) this.idle = setTimeout(() => this.process?.channel.dispose(), IDLE_MS);
    }
  };

  dispose(): void {
    clearTimeout(this.idle);
    this.process?.channel.dispose();
    this.progress.dispose();
    this.stepCounted.dispose();
    this.checked.dispose();
  }

  private start(): DataProcess {
    const { node, script, l10nBundle } = this.program();
    const child = spawn(node, [script], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env: {
        ...globalThis.process.env,
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '',
        MODEL_BENCH_L10N: JSON.stringify(l10nBundle),
      },
    });
    this.log.info(`data process ${child.pid ?? ''} started`);
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
    const process: DataProcess = { channel, ended: ended.then(died) };
    channel.onDidClose(() => {
      if (this.process === process) this.process = undefined;
    });
    void ended.then((how) => this.log.info(`data process ended: ${how}`));
    channel.on('progress', (progress) => this.progress.fire(progress));
    channel.on('stepCounted', (counted) => this.stepCounted.fire(counted));
    return process;
  }
}

/** @param how a signal or exit code, and last words */
function died(how: string): BenchError {
  return new BenchError(
    'data-worker.died',
    l10n.t('The data process ended: {0}. Try again, or see the log.', how),
  );
}
