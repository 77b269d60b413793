// Two ends of a transport in one process, messages cloned as a real boundary would.
import { Emitter } from '../../src/shared/event';
import type { Transport } from '../../src/shared/protocol/channel';

export function transportPair(): [Transport, Transport] {
  const ends = [0, 1].map(() => ({ messages: new Emitter<unknown>(), closed: new Emitter<string>() }));
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    for (const end of ends) end.closed.fire('closed');
  };
  const make = (own: number): Transport => ({
    send: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        if (open) ends[1 - own]!.messages.fire(copy);
      });
    },
    onMessage: ends[own]!.messages.event,
    onDidClose: ends[own]!.closed.event,
    close,
  });
  return [make(0), make(1)];
}
