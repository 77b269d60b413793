// Owns reading the editor's theme: colours as the page has them now, and a word when they change.
import { toDisposable, type Disposable } from '../../src/shared/disposable';
import { readableMark } from './colour';

export interface Palette {
  readonly foreground: string;
  /** What the page is drawn on. */
  readonly background: string;
  readonly muted: string;
  readonly grid: string;
  readonly train: string;
  readonly validation: string;
  readonly best: string;
  readonly problem: string;
  /** e.g. `11px "Segoe WPC", sans-serif` */
  readonly font: string;
}

/** The theme's chart colours, in the order that a mark falls back to. */
const MARKS = {
  blue: ['--vscode-charts-blue', '--vscode-textLink-foreground'],
  yellow: ['--vscode-charts-yellow', '--vscode-editorWarning-foreground'],
  green: ['--vscode-charts-green', '--vscode-testing-iconPassed'],
  purple: ['--vscode-charts-purple'],
  orange: ['--vscode-charts-orange', '--vscode-charts-yellow'],
  red: ['--vscode-charts-red', '--vscode-errorForeground'],
} as const;

/**
 * Reads the colours and hands them to the style sheets as `--mark-blue` and so on, each guarded against a theme in which
 * it could not be seen (charts-orange has an alpha of a third in Dark Modern).
 */
export function applyPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(name).trim();
      if (value !== '') return value;
    }
    return getComputedStyle(document.body).color;
  };
  const background = read(
    document.body.dataset['layout'] === 'side' ? '--vscode-sideBar-background' : '--vscode-editor-background',
    '--vscode-editor-background',
  );
  const mark = (name: keyof typeof MARKS): string => {
    const colour = readableMark(read(...MARKS[name]), background);
    // On the body: the root element's style is the editor's, and watched for changes of the theme.
    document.body.style.setProperty(`--mark-${name}`, colour);
    return colour;
  };
  mark('purple');
  mark('orange');
  const family = style.getPropertyValue('--vscode-font-family').trim();
  return {
    foreground: read('--vscode-foreground'),
    background,
    muted: read('--vscode-descriptionForeground', '--vscode-foreground'),
    // No theme variable is a quiet grid in every theme: charts-lines is too loud, panel borders glow in high contrast.
    grid: `color-mix(in srgb, ${read('--vscode-foreground')} 14%, transparent)`,
    // Blue and yellow stay apart for every kind of colour blindness; the line styles differ too.
    train: mark('blue'),
    validation: mark('yellow'),
    best: mark('green'),
    problem: mark('red'),
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
