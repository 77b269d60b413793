// Owns typed request/reply and events over any transport. Knows nothing of sockets, processes or webviews.
// Every request is answered, by value or error; closing rejects what is pending; all that arrives is parsed.
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { CancelledError } from '../abort';
import { toDisposable, type Disposable } from '../disposable';
import { BenchError, errorDataSchema, fromErrorData, toErrorData } from '../errors';
import { Emitter } from '../event';

/** Carries whole messages, in order. `close` must lead to `onDidClose` on both sides. */
export interface Transport {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): Disposable;
  onDidClose(listener: (reason: string) => void): Disposable;
  close(): void;
}

interface RequestSpec {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
}

/** What one side (the server) can be asked and tells. Bump `version` when a message changes. */
export interface Contract {
  readonly name: string;
  readonly version: number;
  readonly requests: Readonly<Record<string, RequestSpec>>;
  readonly events: Readonly<Record<string, z.ZodType>>;
}

type Requests<C extends Contract> = C['requests'];
type Method<C extends Contract> = keyof Requests<C> & string;
type Params<C extends Contract, M extends Method<C>> = z.output<Requests<C>[M]['params']>;
type ParamsInput<C extends Contract, M extends Method<C>> = z.input<Requests<C>[M]['params']>;
type Result<C extends Contract, M extends Method<C>> = z.output<Requests<C>[M]['result']>;
type ResultInput<C extends Contract, M extends Method<C>> = z.input<Requests<C>[M]['result']>;
type EventName<C extends Contract> = keyof C['events'] & string;
type EventData<C extends Contract, E extends EventName<C>> = z.output<C['events'][E]>;
type EventInput<C extends Contract, E extends EventName<C>> = z.input<C['events'][E]>;

export type Handlers<C extends Contract> = {
  readonly [M in Method<C>]: (
    params: Params<C, M>,
    signal: AbortSignal,
  ) => ResultInput<C, M> | Promise<ResultInput<C, M>>;
};

const envelopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), contract: z.string(), version: z.int() }),
  z.object({ kind: z.literal('request'), id: z.int(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('result'), id: z.int(), result: z.unknown() }),
  z.object({ kind: z.literal('error'), id: z.int(), error: errorDataSchema }),
  z.object({ kind: z.literal('cancel'), id: z.int() }),
  z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown() }),
]);
type Envelope = z.input<typeof envelopeSchema>;

function parseEnvelope(message: unknown): z.output<typeof envelopeSchema> | undefined {
  const parsed = envelopeSchema.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}

function mismatch(contract: Contract, found: string): BenchError {
  return new BenchError(
    'channel.version',
    l10n.t(
      'The other process speaks {0}; expected {1} {2}. Reload the window, or let the run end.',
      found,
      contract.name,
      contract.version,
    ),
  );
}

export interface ServerChannel<C extends Contract> extends Disposable {
  emit<E extends EventName<C>>(event: E, data: EventInput<C, E>): void;
  readonly onDidClose: (listener: (reason: string) => void) => Disposable;
}

/** Answers the requests of one client. A handler's signal aborts on cancel and on close. */
export function serve<C extends Contract>(
  transport: Transport,
  contract: C,
  handlers: Handlers<C>,
): ServerChannel<C> {
  const running = new Map<number, AbortController>();
  const closed = new Emitter<string>();
  const own = `${contract.name} ${contract.version}`;
  let partner = own;
  let open = true;
  const post = (envelope: Envelope): void => {
    if (open) transport.send(envelope);
  };

  const answer = async (id: number, method: string, rawParams: unknown): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      if (partner !== own) throw mismatch(contract, partner);
      if (!Object.hasOwn(contract.requests, method)) {
        throw new BenchError('channel.method', `Unknown request "${method}" to ${contract.name}.`);
      }
      const name = method as Method<C>;
      const parsed = (contract.requests[name] as RequestSpec).params.safeParse(rawParams);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
        throw new BenchError(
          'channel.params',
          `Unreadable request "${method}" to ${contract.name}: ${reason}`,
        );
      }
      const params = parsed.data as Params<C, typeof name>;
      const result = await handlers[name](params, abort.signal);
      post({ kind: 'result', id, result });
    } catch (error) {
      post({ kind: 'error', id, error: toErrorData(error) });
    } finally {
      running.delete(id);
    }
  };

  transport.onMessage((message) => {
    const envelope = parseEnvelope(message);
    if (envelope === undefined) return;
    if (envelope.kind === 'hello') {
      post({ kind: 'hello', contract: contract.name, version: contract.version });
      // The client closes when it reads that; until then nothing is answered but the mismatch.
      partner = `${envelope.contract} ${envelope.version}`;
    } else if (envelope.kind === 'request') {
      void answer(envelope.id, envelope.method, envelope.params);
    } else if (envelope.kind === 'cancel') {
      running.get(envelope.id)?.abort();
    }
  });
  transport.onDidClose((reason) => {
    open = false;
    for (const abort of running.values()) abort.abort();
    closed.fire(reason);
  });

  return {
    emit: (event, data) => post({ kind: 'event', name: event, data }),
    onDidClose: closed.event,
    dispose: () => transport.close(),
  };
}

export interface ClientChannel<C extends Contract> extends Disposable {
  request<M extends Method<C>>(
    method: M,
    params: ParamsInput<C, M>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Result<C, M>>;
  on<E extends EventName<C>>(event: E, listener: (data: EventData<C, E>) => void): Disposable;
  readonly onDidClose: (listener: (reason: string) => void) => Disposable;
}

/** Asks a server. The handshake is sent at once; requests made before its answer wait for it. */
export function connect<C extends Contract>(transport: Transport, contract: C): ClientChannel<C> {
  const pending = new Map<
    number,
    { method: string; resolve(value: unknown): void; reject(error: unknown): void }
  >();
  const emitters = new Map<string, Emitter<unknown>>();
  const closed = new Emitter<string>();
  let nextId = 1;
  let failure: BenchError | undefined;
  let greet: () => void = () => undefined;
  const greeted = new Promise<void>((resolve) => (greet = resolve));

  const fail = (error: BenchError): void => {
    if (failure !== undefined) return;
    failure = error;
    for (const entry of pending.values()) entry.reject(error);
    pending.clear();
    greet();
    closed.fire(error.message);
  };

  transport.onMessage((message) => {
    const envelope = parseEnvelope(message);
    if (envelope === undefined || failure !== undefined) return;
    switch (envelope.kind) {
      case 'hello':
        if (envelope.contract === contract.name && envelope.version === contract.version) greet();
        else {
          fail(mismatch(contract, `${envelope.contract} ${envelope.version}`));
          transport.close();
        }
        break;
      case 'result':
      case 'error': {
        const entry = pending.get(envelope.id);
        if (entry === undefined) break;
        pending.delete(envelope.id);
        if (envelope.kind === 'error') {
          entry.reject(
            envelope.error.code === 'internal.cancelled'
              ? new CancelledError()
              : fromErrorData(envelope.error),
          );
          break;
        }
        const parsed = contract.requests[entry.method]?.result.safeParse(envelope.result);
        if (parsed?.success === true) entry.resolve(parsed.data);
        else
          entry.reject(
            new BenchError('channel.result', `Unreadable answer to "${entry.method}".`, {
              cause: parsed?.error,
            }),
          );
        break;
      }
      case 'event': {
        const parsed = contract.events[envelope.name]?.safeParse(envelope.data);
        if (parsed?.success === true) emitters.get(envelope.name)?.fire(parsed.data);
        break;
      }
      case 'request':
      case 'cancel':
        break;
    }
  });
  transport.onDidClose((reason) => fail(new BenchError('channel.closed', reason)));
  transport.send({ kind: 'hello', contract: contract.name, version: contract.version } satisfies Envelope);

  return {
    async request(method, params, { signal } = {}) {
      await greeted;
      if (failure !== undefined) throw failure;
      if (signal?.aborted === true) throw new CancelledError();
      const id = nextId++;
      const cancel = (): void => transport.send({ kind: 'cancel', id } satisfies Envelope);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return await new Promise((resolve, reject) => {
          // The result was parsed with this method's own schema just before it is resolved.
          pending.set(id, { method, resolve: resolve, reject });
          transport.send({ kind: 'request', id, method, params } satisfies Envelope);
        });
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    on(event, listener) {
      let emitter = emitters.get(event);
      if (emitter === undefined) {
        emitter = new Emitter<unknown>();
        emitters.set(event, emitter);
      }
      return emitter.event(listener as (data: unknown) => void);
    },
    onDidClose: (listener) => {
      if (failure !== undefined) {
        listener(failure.message);
        return toDisposable(() => undefined);
      }
      return closed.event(listener);
    },
    dispose: () => transport.close(),
  };
}
