import { describe, expect, it, vi } from 'vitest';
import { DisposableStore, toDisposable } from '../../src/shared/disposable';
import { Emitter } from '../../src/shared/event';

describe('an event', () => {
  it('reaches every listener, in order, whatever the one before threw', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    const heard: string[] = [];
    emitter.event((value) => heard.push(`a${value}`));
    emitter.event(() => {
      throw new Error('mine');
    });
    emitter.event((value) => heard.push(`b${value}`));
    emitter.fire(1);
    emitter.fire(2);
    expect(heard).toEqual(['a1', 'b1', 'a2', 'b2']);
    expect(errors).toEqual([new Error('mine'), new Error('mine')]);
  });

  it('tells what a listener threw to the process when nobody else wants it', () => {
    const queued = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    try {
      const emitter = new Emitter<void>();
      emitter.event(() => {
        throw new Error('mine');
      });
      emitter.fire();
      expect(() => queued.mock.calls[0]?.[0]()).toThrow('mine');
    } finally {
      queued.mockRestore();
    }
  });

  it('is heard once for each time it was asked for, and no more after', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const listener = (value: number): void => void heard.push(value);
    const first = emitter.event(listener);
    emitter.event(listener);
    emitter.fire(1);
    first.dispose();
    first.dispose();
    emitter.fire(2);
    emitter.dispose();
    emitter.fire(3);
    expect(heard).toEqual([1, 1, 2]);
  });

  it('may gain and lose listeners while it fires', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const own = emitter.event(() => {
      own.dispose();
      emitter.event((value) => heard.push(`late${value}`));
    });
    emitter.event((value) => heard.push(`b${value}`));
    emitter.fire(1);
    emitter.fire(2);
    expect(heard).toEqual(['b1', 'b2', 'late2']);
  });
});

describe('a disposable', () => {
  it('is disposed once', () => {
    const dispose = vi.fn();
    const disposable = toDisposable(dispose);
    disposable.dispose();
    disposable.dispose();
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it('in a store goes last first, once, and at once when it comes too late', () => {
    const order: string[] = [];
    const note = (name: string) => ({ dispose: () => void order.push(name) });
    const store = new DisposableStore();
    const first = note('first');
    expect(store.add(first)).toBe(first);
    store.add(note('second'));
    store.dispose();
    store.dispose();
    store.add(note('late'));
    expect(order).toEqual(['second', 'first', 'late']);
  });

  it('that throws keeps no other one of the store alive; the error is told', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.add({ dispose: () => void order.push('first') });
    store.add({
      dispose: () => {
        throw new Error('mine');
      },
    });
    store.add({ dispose: () => void order.push('last') });
    expect(() => store.dispose()).toThrow('mine');
    expect(order).toEqual(['last', 'first']);
  });
});
