// Owns the style and the room rules: who may import whom. The rooms are drawn in ARCHITECTURE.md.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports a room must not have: [pattern, why]. */
const room = (files, patterns) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: patterns.map(([regex, message]) => ({ regex, message })) },
    ],
  },
});
const NO_VSCODE = ['^vscode$', 'Only src/extension imports vscode.'];
const NO_NODE = ['^node:', 'This room runs in a browser too.'];
const NO_TF = ['^@tensorflow/', 'Only src/core/train and src/core/backend import tfjs.'];
const NO_DUCKDB = ['^@duckdb/', 'Only src/core/data imports DuckDB: it is native.'];
const NO_ROOMS = (...names) => [
  `^(\\.\\./)+(src/)?(${names.join('|')})(/|$)`,
  'The arrows go shared <- core <- {trainer, dataWorker, cli, extension}; shared <- webview.',
];

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', 'media/', 'test/e2e/host/node_modules/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Use a seeded stream of shared/random.ts.',
        },
        {
          selector: "MemberExpression[property.name='innerHTML']",
          message: 'Use textContent or createElement.',
        },
      ],
    },
  },
  {
    files: ['src/core/**/*.ts', 'src/shared/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a Clock as an argument.' },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.mts', '**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        exports: 'writable',
        performance: 'readonly',
        document: 'readonly',
        window: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  room(
    ['src/shared/**/*.ts'],
    [
      NO_VSCODE,
      NO_NODE,
      NO_TF,
      NO_DUCKDB,
      NO_ROOMS('core', 'trainer', 'dataWorker', 'cli', 'extension', 'webview'),
    ],
  ),
  room(
    ['src/core/**/*.ts'],
    [NO_VSCODE, NO_TF, NO_DUCKDB, NO_ROOMS('trainer', 'dataWorker', 'cli', 'extension', 'webview')],
  ),
  room(
    ['src/core/train/**/*.ts', 'src/core/backend/**/*.ts'],
    [NO_VSCODE, NO_DUCKDB, NO_ROOMS('trainer', 'dataWorker', 'cli', 'extension', 'webview')],
  ),
  room(
    ['src/core/data/**/*.ts'],
    [NO_VSCODE, NO_TF, NO_ROOMS('trainer', 'dataWorker', 'cli', 'extension', 'webview')],
  ),
  room(
    ['src/trainer/**/*.ts', 'src/dataWorker/**/*.ts', 'src/cli/**/*.ts'],
    [NO_VSCODE, NO_DUCKDB, NO_ROOMS('extension', 'webview')],
  ),
  room(
    ['src/extension/**/*.ts'],
    [
      NO_TF,
      NO_DUCKDB,
      NO_ROOMS('trainer', 'dataWorker', 'cli', 'webview'),
      [
        'core/(train|backend|data)/',
        'The extension host never loads tf or native code: ask the trainer or the data process.',
      ],
    ],
  ),
  room(
    ['webview/**/*.ts'],
    [
      NO_VSCODE,
      NO_NODE,
      NO_TF,
      NO_DUCKDB,
      NO_ROOMS('core', 'trainer', 'dataWorker', 'cli', 'extension'),
      ['^@vscode/webview-ui-toolkit', 'Only webview/ui/kit.ts imports the toolkit.'],
    ],
  ),
  { files: ['webview/ui/kit.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
