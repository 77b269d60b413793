// Owns the answers about recipes: preview, counts, export, script, config. All of them run the same steps.
import { nameInFile } from '../shared/columnNames';
import type { Handlers } from '../shared/protocol/channel';
import type { DataContract } from '../shared/protocol/data';
import type { Split, Task } from '../shared/schema/experiment';
import type { DatasetProfile } from '../shared/schema/profile';
import type { StepSummary } from '../shared/schema/recipeResult';
import type { RecipeStep } from '../shared/schema/recipeSteps';
import { createWorkbench } from '../core/data/workbench';
import { scaffoldExperiment, suggestTargets } from '../core/experiment/scaffold';
import { compactReading } from '../core/recipe/recipeFile';
import { pandasScript } from '../core/recipe/script/pandasScript';
import { sqlScript } from '../core/recipe/script/sqlScript';
import { exportRecipe } from '../core/recipe/session/exportRecipe';
import { previewRecipe } from '../core/recipe/session/preview';
import { profileAfter } from '../core/recipe/session/profileAfter';
import { runSteps } from '../core/recipe/session/runSteps';
import type { OnProgress, OpenFile, OpenFiles } from './openFiles';
import { readingElsewhere } from './readingElsewhere';

type RecipeHandlers = Pick<
  Handlers<DataContract>,
  'recipePreview' | 'recipeCounts' | 'export' | 'recipeText' | 'scaffold'
>;

export interface DataEvents {
  /** While a file is profiled or exported, fraction 0 to 1. */
  readonly onProgress: OnProgress;
  readonly onStepCounted: (counted: { token: string; summary: StepSummary }) => void;
}

export function recipeHandlers(files: OpenFiles, { onProgress, onStepCounted }: DataEvents): RecipeHandlers {
  return {
    recipePreview: ({ steps, split, target, show, limit, sampleRows, seed, ...file }, signal) =>
      files.use(file, (open) =>
        open.useSample({ rows: sampleRows, seed, signal }, (sample) => {
          // Lines are only known when the file has been read.
          const lineOf = (row: number): Promise<number | undefined> =>
            sample.fileRows === undefined ? Promise.resolve(undefined) : open.source.lineOf(row, { signal });
          return previewRecipe(sample, { steps, split, target, show, limit, lineOf, signal });
        }),
      ),
    recipeCounts: ({ steps, split, target, token, ...file }, signal) =>
      files.use(file, async (open) => {
        const { database, relation: base } = await open.relation(signal);
        const workbench = createWorkbench(database);
        try {
          const lineOf = (row: number): Promise<number | undefined> => open.source.lineOf(row, { signal });
          const counted: StepSummary[] = [];
          const { rows } = await runSteps(
            { steps, split, target, base, database, workbench, lineOf, signal },
            {
              countCells: true,
              onStep: ({ summary }) => {
                const told = { cellsChanged: 0, ...summary };
                counted.push(told);
                onStepCounted({ token, summary: told });
              },
            },
          );
          return { steps: counted, rows };
        } finally {
          workbench.dispose();
        }
      }),
    export: ({ steps, split, target, output, options, ...file }, signal) =>
      files.use(file, async ({ source }) => {
        const { fitted: _, ...result } = await exportRecipe(
          { source, output, options, steps, split, target },
          { signal, onProgress: (fraction) => onProgress({ path: file.path, fraction }) },
        );
        return result;
      }),
    recipeText: ({ steps, split, target, language, ...file }, signal) =>
      files.use(file, async ({ source }) => {
        const write = language === 'sql' ? sqlScript : pandasScript;
        const { text, issues } = await write({ source, steps, split, target }, { signal });
        return { text, issues: [...issues] };
      }),
    scaffold: ({ steps, split, ignored, relativePath, target, task, ...file }, signal) =>
      files.use(file, async (open) => {
        const { text, issues } = scaffoldExperiment({
          profile: await profileForConfig(open, { steps, split, target, task }, signal),
          relativePath,
          target,
          task,
          split,
          ignored,
          recipe: steps,
          reading: compactReading(await readingElsewhere(file, await open.profile(signal))),
        });
        return { text, issues: [...issues] };
      }),
  };
}

interface ConfigWanted {
  readonly steps: readonly RecipeStep[];
  readonly split?: Split | undefined;
  readonly target: string;
  readonly task?: Task | undefined;
}

/** Of the table that is trained on: after the recipe, where there is one. */
async function profileForConfig(
  open: OpenFile,
  { steps, split, target, task }: ConfigWanted,
  signal: AbortSignal,
): Promise<DatasetProfile> {
  const profile = await open.profile(signal);
  if (!steps.some(({ enabled }) => enabled)) return profile;
  const { source } = open;
  // Steps that learn from the target must know what it is; a file that lacks it gets it from a step.
  const inFile = nameInFile(target, steps);
  const known = suggestTargets(profile).find(({ column }) => column === inFile);
  const asked = task ?? known?.task;
  return profileAfter(
    { source, steps, split, target: asked === undefined ? undefined : { column: target, task: asked } },
    { signal },
  );
}
