// Owns the shell of every page: strict CSP with a nonce, the bundle, the translations; and the transport to it.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { toPostable } from '../../shared/numbers';
import type { Transport } from '../../shared/protocol/channel';

export type PageName = 'metrics' | 'architecture' | 'preprocess';

export interface PageOptions {
  readonly page: PageName;
  readonly title: string;
  /** `side` is the narrow layout of a view, `wide` that of an editor tab. */
  readonly layout: 'side' | 'wide';
  /** What the page shows, e.g. a path; the page keeps it so that it can be restored after a reload. */
  readonly source?: string;
}

export function distUri(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/** Sets options and HTML. Nothing may be loaded but our own bundle. */
export function loadPage(webview: vscode.Webview, extensionUri: vscode.Uri, options: PageOptions): void {
  const dist = distUri(extensionUri);
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const nonce = randomBytes(16).toString('base64');
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const csp = [
    `default-src 'none'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
  ].join('; ');
  webview.html = `<!DOCTYPE html>
<html lang="${escapeHtml(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<title>${escapeHtml(options.title)}</title>
<link rel="stylesheet" href="${file(`${options.page}.css`)}">
</head>
<body data-page="${options.page}" data-layout="${options.layout}" data-source="${escapeHtml(options.source ?? '')}">
<script type="application/json" id="l10n-bundle">${jsonForHtml(vscode.l10n.bundle ?? {})}</script>
<script type="module" nonce="${nonce}" src="${file(`${options.page}.js`)}"></script>
</body>
</html>`;
}

export function webviewTransport(webview: vscode.Webview, onDidDispose: vscode.Event<void>): Transport {
  return {
    send: (message) => void webview.postMessage(toPostable(message)),
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
    onDidClose: (listener) => onDidDispose(() => listener(vscode.l10n.t('The page was closed.'))),
    close: () => undefined,
  };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** JSON that cannot end its script element. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
