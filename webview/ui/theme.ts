// Owns reading the editor's theme: colours as the page has them now, and a word when they change.
import { toDisposable, type Disposable } from '../../src/shared/disposable';

export interface Palette {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly train: string;
  readonly validation: string;
  readonly best: string;
  readonly problem: string;
  /** e.g. `11px "Segoe WPC", sans-serif` */
  readonly font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (...names: string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(name).trim();
      if (value !== '') return value;
    }
    return getComputedStyle(document.body).color;
  };
  const family = style.getPropertyValue('--vscode-font-family').trim();
  return {
    foreground: read('--vscode-foreground'),
    muted: read('--vscode-descriptionForeground', '--vscode-foreground'),
    // No theme variable is a quiet grid in every theme: charts-lines is too loud, panel borders glow in high contrast.
    grid: `color-mix(in srgb, ${read('--vscode-foreground')} 14%, transparent)`,
    train: read('--vscode-charts-blue'),
    validation: read('--vscode-charts-orange'),
    best: read('--vscode-charts-green'),
    problem: read('--vscode-charts-red', '--vscode-errorForeground'),
    font: `11px ${family === '' ? 'sans-serif' : family}`,
  };
}

/** The editor sets its variables on the root element and the theme's kind on the body. */
export function onDidChangeTheme(listener: () => void): Disposable {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-kind', 'data-vscode-theme-id'],
  });
  return toDisposable(() => observer.disconnect());
}

export function prefersReducedMotion(): boolean {
  return (
    matchMedia('(prefers-reduced-motion: reduce)').matches ||
    document.body.classList.contains('vscode-reduce-motion')
  );
}
