// Owns whether a config's network can be built, before anything is written or started: planned with the widths that a
// profile lets expect. Knows no engine.
import * as l10n from '@vscode/l10n';
import { didYouMean } from '../../shared/didYouMean';
import { BenchError } from '../../shared/errors';
import type { Experiment } from '../../shared/schema/experiment';
import type { ExperimentFinding } from '../../shared/schema/experimentFinding';
import type { DatasetProfile } from '../../shared/schema/profile';
import { planModel } from '../model/plan';
import { pathOfText } from '../model/planBuilder';
import { estimatedInputs, tableFacts } from '../model/tableFacts';

export function checkModel(experiment: Experiment, profile: DatasetProfile): ExperimentFinding[] {
  return [...checkPlan(experiment, profile), ...checkClassWeights(experiment, profile)];
}

/** Where in the config an error stands that is not about one layer. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'config.lossForTask': ['training', 'loss'],
  'config.outputActivation': ['model', 'output', 'activation'],
  'config.textNotPooled': ['model', 'inputs', 'text', 'layers'],
  'config.columnsNotPooled': ['model', 'inputs', 'columnsAsTokens', 'layers'],
};
/** How long a text is only its words say. */
const DATA_DECIDES = 'config.sequenceTooShort';

function checkPlan(experiment: Experiment, profile: DatasetProfile): ExperimentFinding[] {
  const facts = tableFacts(experiment, profile);
  const inputs = estimatedInputs(experiment, facts);
  // Without a feature there is another error.
  if (inputs.length === 0) return [];
  const inputWidth = inputs.reduce((sum, slice) => sum + (slice.kind === 'ids' ? 1 : slice.width), 0);
  try {
    planModel({ experiment, inputs, inputWidth, outputWidth: facts.outputs });
    return [];
  } catch (error) {
    if (!(error instanceof BenchError) || !error.code.startsWith('config.')) throw error;
    if (error.code === DATA_DECIDES) return [];
    const { at } = error.details;
    const path = typeof at === 'string' ? pathOfText(at) : (PLACES[error.code] ?? ['model', 'layers']);
    return [{ severity: 'error', code: error.code, message: error.message, path }];
  }
}

/** As far as the profile lists every class. */
function checkClassWeights({ training, data }: Experiment, profile: DatasetProfile): ExperimentFinding[] {
  const { classWeights } = training;
  const target = profile.columns.find(({ name }) => name === data.target.column);
  if (typeof classWeights === 'string' || target?.topValues?.length !== target?.distinct) return [];
  const classes = (target?.topValues ?? []).map(({ value }) => value);
  if (classes.length === 0) return [];
  return Object.keys(classWeights).flatMap((name): ExperimentFinding[] => {
    if (classes.includes(name)) return [];
    const near = didYouMean(name, classes) ?? classes[0] ?? '';
    const message = l10n.t(
      'training.classWeights: target "{0}" has no class "{1}". Did you mean "{2}"?',
      data.target.column,
      name,
      near,
    );
    return [
      { severity: 'error', code: 'config.unknownClass', message, path: ['training', 'classWeights', name] },
    ];
  });
}
