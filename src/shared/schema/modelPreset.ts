// Owns the names of the model presets and what a suggestion of one says. Their texts and configs are made in core.
import * as z from 'zod';

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
