import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showReport } from '../../src/cli/commands/report';
import { RunStore } from '../../src/core/runs/runStore';
import { stringifyJson } from '../../src/shared/numbers';
import { runReportSchema } from '../../src/shared/schema/report';
import { reportOf } from '../core/report/support';

let root: string;
let printed: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'mb-report-'));
  fs.writeFileSync(path.join(root, 'run.json'), '{}');
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(root, { recursive: true, force: true });
});

const store = (): RunStore => new RunStore(root, { now: () => 0 });

describe('modelbench report', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)(
    'prints that of a %s readably, and as it is',
    async (task) => {
      const report = await reportOf(task);
      fs.writeFileSync(path.join(root, 'report.json'), stringifyJson(report));
      expect(await showReport(store(), root, { json: false })).toBe(0);
      const lines = printed.split('\n');
      expect(lines[0]).toBe(report.verdict.text);
      for (const title of [
        'of each model',
        'Scores of this network',
        'Importance',
        'Dependence',
        'Slices',
        'Rows of the largest loss',
      ])
        expect(
          lines.some((line) => line.includes(title)),
          title,
        ).toBe(true);
      expect(printed).not.toMatch(/undefined|NaN|\[object/);
      // Tables begin their columns at the same place.
      const models = lines.findIndex((line) => line.includes('of each model'));
      const at = lines[models + 1]!.indexOf('validation (');
      for (const line of lines.slice(models + 2, models + 7))
        expect(line.slice(at - 1, at + 1)).toMatch(/^ \S/);
      printed = '';
      expect(await showReport(store(), root, { json: true })).toBe(0);
      expect(runReportSchema.parse(JSON.parse(printed))).toEqual(report);
    },
  );

  it('says so when there is none, and when it is damaged', async () => {
    await expect(showReport(store(), root, { json: false })).rejects.toMatchObject({ code: 'cli.noReport' });
    fs.writeFileSync(path.join(root, 'report.json'), '{"version": 1}');
    await expect(showReport(store(), root, { json: false })).rejects.toMatchObject({
      code: 'run.unreadable',
    });
  });
});
