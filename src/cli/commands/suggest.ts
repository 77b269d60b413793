// Owns `suggest`: what to do with a CSV. Targets, a split that explains itself, and against each finding of the checks the
// first recipe step that takes it away.
import * as path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Split } from '../../shared/schema/experiment';
import type { QualityReport } from '../../shared/schema/quality';
import type { RecipeStep } from '../../shared/schema/recipeSteps';
import { describeStep } from '../../shared/stepTexts';
import { openCsv } from '../../core/data/csvSource';
import { suggestTargets } from '../../core/experiment/scaffold';
import { checkQuality } from '../../core/quality/checkQuality';
import { compactStep, recipeFileText } from '../../core/recipe/recipeFile';
import {
  EXIT_OK,
  print,
  printJson,
  profilingProgress,
  ProgressLine,
  requireOutput,
  writeOutput,
} from '../output';
import { readingOf, type ReadingFlags } from '../readingOptions';
import { targetAndSplit } from './targetAndSplit';

export interface SuggestOptions extends ReadingFlags {
  readonly target?: string;
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
}

interface SuggestedStep {
  readonly step: RecipeStep;
  readonly reason: string;
  readonly at: 'start' | 'end';
}

export async function suggest(csv: string, options: SuggestOptions): Promise<number> {
  const { output } = options;
  if (output !== undefined) await requireOutput(path.resolve(output), options.force);
  const source = await openCsv(path.resolve(csv), { reading: readingOf(options) });
  const progress = new ProgressLine(process.stderr, () => performance.now());
  try {
    const profile = await source.profile({ onProgress: profilingProgress(progress) });
    const targets = suggestTargets(profile);
    const chosen = options.target ?? targets[0]?.column;
    const parted = chosen === undefined ? undefined : targetAndSplit(profile, chosen, undefined);
    const report = await checkQuality(source, {
      profile,
      ...parted,
      nowMs: Date.now(),
      onProgress: (fraction) => progress.update(() => l10n.t('Checking … {0} %', Math.round(100 * fraction))),
    });
    progress.end();
    const steps = suggestedSteps(report);
    if (output !== undefined) {
      await writeOutput(path.resolve(output), recipeFileText({ steps: steps.map(({ step }) => step) }));
    }
    if (options.json) {
      printJson({
        event: 'suggested',
        targets,
        ...parted,
        steps: steps.map(({ step, ...rest }) => ({ ...rest, step: compactStep(step) })),
      });
      return EXIT_OK;
    }
    const reason = targets.find(({ column }) => column === chosen)?.reason;
    if (chosen !== undefined)
      print(l10n.t('Target: {0}', reason === undefined ? chosen : `${chosen} (${reason})`));
    if (parted?.split !== undefined) print(l10n.t('Split: {0}', splitText(parted.split)));
    if (steps.length === 0) print(l10n.t('Steps: none; the checks found nothing to repair.'));
    else printSteps(steps);
    if (output !== undefined) print(output);
    return EXIT_OK;
  } finally {
    progress.end();
    source.close();
  }
}

/** Repairs of what the file says come first. Two findings may ask for the same step: once is enough. */
function suggestedSteps({ checks }: QualityReport): SuggestedStep[] {
  const found: SuggestedStep[] = [];
  const seen = new Set<string>();
  const findings = checks.flatMap((check) => check.findings).filter(({ status }) => status !== 'pass');
  for (const { message, remedies } of findings) {
    const remedy = remedies.find(({ kind }) => kind === 'steps');
    if (remedy?.kind !== 'steps') continue;
    for (const step of remedy.steps) {
      const key = JSON.stringify(step);
      if (!seen.has(key)) found.push({ step, reason: message, at: remedy.at });
      seen.add(key);
    }
  }
  return [...found.filter(({ at }) => at === 'start'), ...found.filter(({ at }) => at === 'end')];
}

function splitText({ description, ...split }: Split): string {
  return description === undefined ? JSON.stringify(split) : `${JSON.stringify(split)} (${description})`;
}

function printSteps(steps: readonly SuggestedStep[]): void {
  print(l10n.t('Steps:'));
  for (const [index, { step, reason }] of steps.entries()) {
    print(`${index + 1}. ${describeStep(step)}`);
    print(`   ${reason}`);
    print(`   ${JSON.stringify(compactStep(step))}`);
  }
}
