// Owns `npm test`: every check of this project in one run, each stage with its time and counts, and the verdict
// "N passed, N failed" alone on the last line. A failing stage does not keep the later ones from running.
// --unit, --suite, --journeys run a part; further words filter the unit tests or journeys by file name.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packExtension } from './e2e/packExtension.mjs';
import { runSuite } from './e2e/runSuite.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const OUT = path.join(ROOT, 'out');
/** Nearly all of it is DuckDB's library. */
const VSIX_BUDGET_MB = 30;

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 * @property {string[]} [failures] one line each
 */

const { values: parts, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { unit: { type: 'boolean' }, suite: { type: 'boolean' }, journeys: { type: 'boolean' } },
});

/**
 * In this order: packing replaces the bundles by those for production, without the suite.
 * @type {{ name: string, inPart: boolean | undefined, run: () => Promise<Outcome> }[]}
 */
const stages = [
  { name: 'build', inPart: parts.unit ?? parts.suite, run: () => one('build', 'node', ['esbuild.js']) },
  { name: 'types', inPart: false, run: () => one('types', 'npx', ['tsc', '-b']) },
  { name: 'lint', inPart: false, run: lint },
  { name: 'unit', inPart: parts.unit, run: () => vitest('unit', 'vitest.config.mts') },
  { name: 'processes', inPart: false, run: () => vitest('processes', 'vitest.processes.config.mts') },
  { name: 'in-editor suite', inPart: parts.suite, run: suite },
  { name: 'package', inPart: parts.journeys, run: pack },
  { name: 'journeys', inPart: parts.journeys, run: journeys },
];
const everything = !(parts.unit ?? parts.suite ?? parts.journeys);

fs.mkdirSync(OUT, { recursive: true });
const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const summary = [];
/** @type {string[]} */
const failures = [];
for (const { name, inPart, run } of stages) {
  if (!everything && !inPart) continue;
  console.log(`\n── ${name}`);
  const started = performance.now();
  const outcome = await run().catch((error) =>
    failed(error instanceof Error ? error.message : String(error)),
  );
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  failures.push(...(outcome.failures ?? []).map((line) => `${name}: ${line}`));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = outcome.skipped ? `, ${outcome.skipped} skipped` : '';
  summary.push(
    `${name.padEnd(16)} ${outcome.passed} passed, ${outcome.failed} failed${skipped}  (${seconds} s)`,
  );
  console.log(summary.at(-1));
}

const verdict = `${total.passed} passed, ${total.failed} failed`;
// For .ci/run: npm adds words of its own after a failure.
fs.writeFileSync(path.join(OUT, 'test-verdict.txt'), `${verdict}\n`);
console.log(`\n── summary\n${summary.join('\n')}`);
for (const line of failures) console.log(`FAILED ${line}`);
console.log(verdict);
process.exitCode = total.failed === 0 ? 0 : 1;

/**
 * @param {string} why
 * @returns {Outcome}
 */
function failed(why) {
  console.log(why);
  return { passed: 0, failed: 1, failures: [firstLine(why)] };
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n').find((line) => line.trim() !== '') ?? '';
}

/**
 * A command that counts as one test.
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<Outcome>}
 */
async function one(what, command, args) {
  const code = await shell(command, args);
  if (code === 0) return { passed: 1, failed: 0 };
  return { passed: 0, failed: 1, failures: [`${what} ended with code ${code}`] };
}

/** @returns {Promise<Outcome>} */
async function lint() {
  const rules = await one('eslint', 'npx', ['eslint', '.']);
  const format = await one('prettier', 'npx', ['prettier', '--check', '--log-level=warn', '.']);
  const found = [...(rules.failures ?? []), ...(format.failures ?? [])];
  return found.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: found };
}

/** @returns {Promise<Outcome>} */
async function suite() {
  const result = await runSuite();
  return {
    ...result,
    failures: result.failures.map(({ title, message }) => `${title}: ${firstLine(message)}`),
  };
}

/** @returns {Promise<Outcome>} */
async function pack() {
  const vsix = packExtension();
  process.env.MODEL_BENCH_VSIX = vsix;
  const megabytes = fs.statSync(vsix).size / 1e6;
  console.log(`${path.relative(ROOT, vsix)}: ${megabytes.toFixed(1)} MB of at most ${VSIX_BUDGET_MB} MB`);
  if (megabytes > VSIX_BUDGET_MB) return failed(`the VSIX has ${megabytes.toFixed(1)} MB, over its budget`);
  return { passed: 1, failed: 0 };
}

/** @returns {Promise<Outcome>} */
async function journeys() {
  if (!process.env.MODEL_BENCH_VSIX) return failed('not run: there is no package to install');
  return vitest('journeys', 'vitest.e2e.config.mts');
}

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that counts
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {{ name: string, status: string, message?: string,
 *   assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[]} testResults
 */

/**
 * @param {string} name
 * @param {string} config
 * @returns {Promise<Outcome>}
 */
async function vitest(name, config) {
  const file = path.join(OUT, `vitest-${name}.json`);
  fs.rmSync(file, { force: true });
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await shell('npx', ['vitest', 'run', '--config', config, ...report, ...filters]);
  if (!fs.existsSync(file)) return failed(`vitest ended with code ${code} and left no report`);
  /** @type {VitestReport} */
  const result = JSON.parse(fs.readFileSync(file, 'utf8'));
  const found = result.testResults.flatMap((test) => {
    // A file that could not be loaded has no tests to fail: it counts as one.
    if (test.status === 'failed' && test.assertionResults.length === 0) {
      return [`${path.relative(ROOT, test.name)}: ${firstLine(test.message ?? '')}`];
    }
    return test.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`);
  });
  // Errors outside of tests, and "no test files found".
  if (code !== 0 && found.length === 0) found.push(`vitest ended with code ${code}`);
  return {
    passed: result.numPassedTests,
    failed: found.length,
    skipped: result.numPendingTests,
    failures: found,
  };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function shell(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      shell: process.platform === 'win32', // npx is a .cmd there
      env: { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
