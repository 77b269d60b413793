// Owns whether a config does what the data tab has drafted: then it is trained, and no second one is written. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { RecipeDraft } from '../../shared/protocol/view';
import type { Experiment, Split } from '../../shared/schema/experiment';
import type { Reading } from '../../shared/schema/reading';

/** What the draft leaves open may be anything. */
export function followsDraft(experiment: Experiment, draft: RecipeDraft): boolean {
  return (
    isDeepStrictEqual(experiment.recipe, draft.steps) &&
    isReadAlike(experiment.data.reading, draft.reading) &&
    (draft.split === undefined || isDeepStrictEqual(bare(experiment.split), bare(draft.split))) &&
    (draft.classWeights !== true || experiment.training.classWeights === 'balanced') &&
    !experiment.features.some(
      (feature) => feature.type !== 'id' && feature.use && draft.ignored?.includes(feature.column) === true,
    )
  );
}

/** A config says the encoding where the editor's own setting decided it. */
function isReadAlike(config: Reading, draft: Reading): boolean {
  const encoding = draft.encoding === 'auto' ? 'auto' : config.encoding;
  return isDeepStrictEqual({ ...config, encoding }, draft);
}

function bare({ description: _, ...split }: Split): unknown {
  return split;
}
