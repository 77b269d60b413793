// Owns the choice of a model for a table: every preset that has something to work on, best first, sized to the rows, with
// reasons, what it costs and what may be won. Pure; from a profile and a config alone.
import { presetNameSchema, type ModelSuggestion, type PresetName } from '../../shared/schema/modelPreset';
import type { Experiment } from '../../shared/schema/experiment';
import type { BackendName } from '../../shared/schema/training';
import { modelCost, type ModelCost } from './modelCost';
import { MODEL_RULES, ruleFacts } from './modelRules';
import { applyPreset, presetOf, presetProblem } from './presets';
import { columnsSeen, estimatedInputs, type TableFacts } from './tableFacts';
import { tuneModel } from './tuneModel';

export interface SuggestModelInput {
  /** Says task, features and split; what it has as a model and training is replaced. */
  readonly experiment: Experiment;
  /** Of `tableFacts`. */
  readonly facts: TableFacts;
  /** Where it will be trained; for the time that is told. */
  readonly backend: BackendName;
}

/** Never empty: a linear model and an MLP fit any table. */
export function suggestModel(input: SuggestModelInput): ModelSuggestion[] {
  const { experiment, facts, backend } = input;
  const plain = applyPreset(experiment, 'mlp');
  const rules = ruleFacts(plain, facts, columnsSeen(estimatedInputs(plain, facts)), backend);
  return presetNameSchema.options
    .filter((name) => presetProblem(name, experiment.features) === undefined)
    .map((name) => ({ name, ...MODEL_RULES[name](rules) }))
    .sort((a, b) => b.points - a.points)
    .map(({ name, reasons, gain }) => ({
      ...tunedPreset(input, name),
      preset: name,
      label: presetOf(name).label(),
      reasons: [...reasons],
      gain,
    }));
}

function tunedPreset(
  input: SuggestModelInput,
  name: PresetName,
): Pick<ModelSuggestion, 'experiment' | 'changes' | 'estimate'> {
  const tuned = tuneModel(applyPreset(input.experiment, name), name, input.facts);
  return {
    experiment: tuned.experiment,
    changes: [...tuned.changes],
    estimate: costOf(tuned.experiment, input),
  };
}

function costOf(experiment: Experiment, { facts, backend }: SuggestModelInput): ModelCost {
  const inputs = estimatedInputs(experiment, facts);
  const inputWidth = inputs.reduce((sum, slice) => sum + (slice.kind === 'ids' ? 1 : slice.width), 0);
  const { outputs: outputWidth, trainRows } = facts;
  return modelCost({ experiment, inputs, inputWidth, outputWidth, trainRows, backend });
}
