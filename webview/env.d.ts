// Declares what the editor puts into a page, and that a style sheet may be imported (esbuild writes it beside the page).
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;
declare module '*.css';
