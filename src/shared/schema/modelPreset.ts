// Owns the names of the model presets and what a suggestion of one says. Their texts and configs are made in core.
import * as z from 'zod';
import { experimentSchema } from './experiment';

/** Plain ones first, those for text behind. */
export const presetNameSchema = z.enum([
  'linear',
  'mlp',
  'wideAndDeep',
  'residualMlp',
  'categoryEmbeddings',
  'ftTransformer',
  'textEmbedding',
  'textConv',
  'textLstm',
  'textGru',
  'textTransformer',
  'multiInput',
]);
export type PresetName = z.infer<typeof presetNameSchema>;

export const modelSuggestionSchema = z.object({
  preset: presetNameSchema,
  label: z.string(),
  /** The whole config, sized to the table. */
  experiment: experimentSchema,
  /** What it sets that the preset by itself does not, in words. */
  changes: z.array(z.string()),
  /** Why it stands where it stands, each with its numbers. */
  reasons: z.array(z.string()).min(1),
  /** What may be won against the others. */
  gain: z.string(),
  estimate: z.object({
    parameters: z.int(),
    flopsPerStep: z.number(),
    stepsPerEpoch: z.int(),
    secondsPerEpoch: z.number(),
  }),
});
export type ModelSuggestion = z.infer<typeof modelSuggestionSchema>;
