// Owns what can be wrong with an expression, and where.
import { BenchError } from '../errors';
import type { Span } from './ast';

/** `message` is translated: what was expected, what was found, what to do. */
export interface ExpressionIssue extends Span {
  readonly message: string;
  /** What may have been meant. */
  readonly didYouMean?: string;
}

export function issueAt(at: Span, message: string, didYouMean?: string): ExpressionIssue {
  const { offset, length } = at;
  return { offset, length, message, ...(didYouMean === undefined ? {} : { didYouMean }) };
}

/** 'recipe.expression', with `offset` and `length` in its details. */
export function expressionError({ message, offset, length, didYouMean }: ExpressionIssue): BenchError {
  return new BenchError('recipe.expression', message, {
    details: { offset, length, ...(didYouMean === undefined ? {} : { didYouMean }) },
  });
}
