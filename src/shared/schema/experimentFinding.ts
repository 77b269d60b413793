// Owns what a check of a config against its data says. JSON and IPC safe.
import * as z from 'zod';
import { fromErrorData } from '../errors';

export const experimentFindingSchema = z.object({
  severity: z.enum(['error', 'warning']),
  /** `area.name`, as of a BenchError. */
  code: z.string(),
  message: z.string(),
  /** Where in the config. */
  path: z.array(z.union([z.string(), z.int()])).readonly(),
});
export type ExperimentFinding = z.infer<typeof experimentFindingSchema>;

/** @throws BenchError with the first error, if there is one */
export function requireNoError(findings: readonly ExperimentFinding[]): readonly ExperimentFinding[] {
  const error = findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw fromErrorData({ code: error.code, message: error.message });
  return findings;
}
