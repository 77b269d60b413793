// Owns the in-editor suite: runs inside the extension host (desktop VS Code or the test host), collects the suites,
// and writes what passed and failed into the file that $MODEL_BENCH_SUITE_RESULT names.
import fs from 'node:fs';
import Mocha from 'mocha';
import { activationSuite } from './activation.suite';
import { configSuite } from './config.suite';
import { csvDiagnosticsSuite } from './csvDiagnostics.suite';
import { dataSuite } from './data.suite';
import { trainingSuite } from './training.suite';

/** Each registers its tests when called. A new suite is added here, by hand: a forgotten file cannot pass. */
const SUITES = [activationSuite, configSuite, csvDiagnosticsSuite, dataSuite, trainingSuite];

/** What the result file holds; titles are full ones, suite first. */
export interface SuiteResult {
  passed: number;
  failed: number;
  passedTitles: string[];
  failures: { title: string; message: string }[];
}

/**
 * Called by VS Code with no arguments.
 * @throws Error when a test failed, which makes the editor end with code 1
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: true, timeout: 30_000 });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  for (const suite of SUITES) suite();

  const result: SuiteResult = { passed: 0, failed: 0, passedTitles: [], failures: [] };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => {
        result.passed += 1;
        result.passedTitles.push(test.fullTitle());
      })
      // Also called for a failing hook, whose tests then count as neither.
      .on('fail', (test, error: unknown) => {
        result.failed += 1;
        const message = error instanceof Error ? error.message : String(error);
        result.failures.push({ title: test.fullTitle(), message });
      });
  });
  const file = process.env['MODEL_BENCH_SUITE_RESULT'];
  if (file) fs.writeFileSync(file, JSON.stringify(result, undefined, 2));
  if (result.failed > 0) throw new Error(`${result.failed} in-editor tests failed`);
}
