// Owns the one error type that crosses rooms and processes. Knows nothing of where an error is shown.
import * as z from 'zod';

/** Areas whose errors are the input's fault: the command line exits 2 and nothing has been written. */
const BAD_INPUT_AREAS = ['cli', 'config', 'data', 'predict', 'recipe', 'split', 'target'] as const;
/** Areas whose errors are a failure of the work itself: exit 1. */
type FailureArea = 'backend' | 'channel' | 'data-worker' | 'internal' | 'io' | 'run' | 'train';

type Area = (typeof BAD_INPUT_AREAS)[number] | FailureArea;
/** `area.name`, e.g. `target.singleValue`. */
export type ErrorCode = `${Area}.${string}`;
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

export const errorDataSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  stack: z.string().optional(),
});
export type ErrorData = z.infer<typeof errorDataSchema>;

/**
 * A broken promise or unusable input. The message says what was expected, what was found and what to
 * do, on one line, already translated.
 */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** True when the user's input, not the program, has to change. */
  get isBadInput(): boolean {
    return isBadInput(this.code);
  }
}

export function isBadInput(code: string): boolean {
  const [area = '', name] = code.split('.', 2);
  return name !== undefined && (BAD_INPUT_AREAS as readonly string[]).includes(area);
}

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof BenchError) {
    return {
      code: error.code,
      message: error.message,
      details: { ...error.details },
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    };
  }
  if (error instanceof Error) {
    return {
      code: error.name === 'AbortError' ? 'internal.cancelled' : 'internal.unexpected',
      message: error.message === '' ? error.name : error.message,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    };
  }
  return { code: 'internal.unexpected', message: String(error) };
}

/** Rebuilds an error that came over a process boundary; the remote stack is kept as the stack. */
export function fromErrorData(data: ErrorData): BenchError {
  const error = new BenchError(data.code as ErrorCode, data.message, { details: data.details ?? {} });
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/** The end of an exhaustive switch: a new variant stops compiling until it is handled. */
export function assertNever(value: never): never {
  throw new BenchError('internal.unreachable', `Unexpected variant: ${JSON.stringify(value)}`);
}
