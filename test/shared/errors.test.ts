import { describe, expect, it } from 'vitest';
import { CancelledError, isCancelled, throwIfAborted } from '../../src/shared/abort';
import {
  BenchError,
  assertNever,
  errorDataSchema,
  fromErrorData,
  isBadInput,
  toErrorData,
} from '../../src/shared/errors';

describe('an error', () => {
  it('is itself again behind a process boundary', () => {
    const error = new BenchError('target.unknown', 'no', { details: { column: 'y', line: 3, sure: true } });
    const wire = errorDataSchema.parse(JSON.parse(JSON.stringify(toErrorData(error))));
    const back = fromErrorData(wire);
    expect(back).toBeInstanceOf(BenchError);
    expect(back).toMatchObject({
      code: 'target.unknown',
      message: 'no',
      details: error.details,
      stack: error.stack,
    });
    expect(back.isBadInput).toBe(true);
  });

  it('of any other kind is unexpected, with its words', () => {
    expect(toErrorData(new TypeError('x'))).toMatchObject({ code: 'internal.unexpected', message: 'x' });
    expect(toErrorData(new TypeError())).toMatchObject({ message: 'TypeError' });
    expect(toErrorData('text')).toEqual({ code: 'internal.unexpected', message: 'text' });
    expect(toErrorData(undefined)).toEqual({ code: 'internal.unexpected', message: 'undefined' });
    const aborted = new Error('x');
    aborted.name = 'AbortError';
    expect(toErrorData(aborted).code).toBe('internal.cancelled');
  });

  it('keeps its cause at home', () => {
    const error = new BenchError('io.x', 'm', { cause: new Error('inner') });
    expect(error.cause).toEqual(new Error('inner'));
    expect(toErrorData(error)).not.toHaveProperty('cause');
  });

  it.each([
    ['data.empty', true],
    ['config.invalid', true],
    ['cli.usage', true],
    ['predict.missingColumn', true],
    ['split.shares', true],
    ['target.unknown', true],
    ['data-worker.died', false],
    ['database.x', false],
    ['datax', false],
    ['run.spawn', false],
    ['', false],
  ])('%j: the input is at fault: %j', (code, is) => expect(isBadInput(code)).toBe(is));

  it('says which variant was not handled', () => {
    expect(() => assertNever('odd' as never)).toThrow('"odd"');
  });
});

describe('cancelling', () => {
  it('is told apart from a failure', () => {
    const abort = new AbortController();
    expect(() => throwIfAborted(abort.signal)).not.toThrow();
    expect(() => throwIfAborted(undefined)).not.toThrow();
    abort.abort();
    expect(() => throwIfAborted(abort.signal)).toThrow(CancelledError);
    expect(isCancelled(new CancelledError())).toBe(true);
    expect(isCancelled(fromErrorData(toErrorData(new CancelledError())))).toBe(true);
    expect(isCancelled(new Error('Cancelled'))).toBe(false);
  });
});
