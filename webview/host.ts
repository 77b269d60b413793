// Owns a page's line to the extension host: the language bundle, the transport, the state that the user arranged.
// Imported first by each page. Never keeps what the host knows better (runs, profiles, points).
import '../src/shared/jitless';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { connect, type ClientChannel, type Contract, type Transport } from '../src/shared/protocol/channel';
import { toDisposable } from '../src/shared/disposable';
import { setLanguage } from './ui/format';

function readBundle(): void {
  setLanguage(document.documentElement.lang);
  const text = document.getElementById('l10n-bundle')?.textContent ?? '';
  // An unreadable bundle leaves the page in English rather than blank.
  try {
    if (text.trim() !== '') l10n.config({ contents: text });
  } catch (error) {
    console.warn('Model Bench: unreadable language bundle', error);
  }
}

// Before any module of the page asks for a string at load time.
readBundle();
const api = acquireVsCodeApi();

/** Messages of the editor itself carry no `kind`; the channel drops what it cannot read. */
const transport: Transport = {
  send: (message) => api.postMessage(message),
  onMessage(listener) {
    const own = (event: MessageEvent<unknown>): void => listener(event.data);
    window.addEventListener('message', own);
    return toDisposable(() => window.removeEventListener('message', own));
  },
  onDidClose: () => toDisposable(() => undefined),
  close: () => undefined,
};

export function connectToHost<C extends Contract>(contract: C): ClientChannel<C> {
  return connect(transport, contract);
}

export interface Arrangement<T> {
  readonly value: T;
  update(change: Partial<T>): void;
}

/** Kept beside what the user arranged: what the host restores the page for after a reload. */
const source = document.body.dataset['source'] ?? '';

const savedSchema = z.object({ arrangement: z.unknown() });

/** What the user arranged in this page (axis, zoom, column widths), kept by the editor over hiding and reload. */
export function arrangement<S extends z.ZodObject>(
  schema: S,
  initial: z.output<S>,
): Arrangement<z.output<S>> {
  const saved = savedSchema.safeParse(api.getState());
  const parsed = schema.safeParse(saved.data?.arrangement);
  let value = parsed.success ? parsed.data : initial;
  api.setState({ source, arrangement: value });
  return {
    get value() {
      return value;
    },
    update(change) {
      value = { ...value, ...change };
      api.setState({ source, arrangement: value });
    },
  };
}

export interface PageBody {
  readonly root: HTMLElement;
  readonly layout: 'side' | 'wide';
}

export function pageBody(): PageBody {
  return { root: document.body, layout: document.body.dataset['layout'] === 'side' ? 'side' : 'wide' };
}
