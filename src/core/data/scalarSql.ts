// Owns small pieces of SQL that steps and expressions are made of. Knows nothing of relations.
import { sqlTexts } from './database';

/** A finite number as the very same DOUBLE. (Without exponent DuckDB reads a DECIMAL, which rounds twice.) */
export function doubleSql(value: number): string {
  const text = String(value);
  return `(${text.includes('e') ? text : `${text}e0`})`;
}

/** A name, a field of one, a short literal: as cheap to write twice as once. */
const ATOM = /^(?:\w+|struct_extract\(\w+, '\w+'\)|'[^']{0,40}'|\([-+\w.]{1,30}\))$/;

/**
 * A value that is used more than once and computed once. Written out twice, expressions in expressions would double with
 * each level; a function of one argument over a list of one costs some 20 ns a row (measured, DuckDB 1.5.5).
 * @param name the value's name in `body`, another one than those the body uses from outside
 * @param body must not grow with the expression: DuckDB binds a lambda in a lambda's body twice, and so on
 */
export function bindSql(name: string, value: string, body: (name: string) => string): string {
  return ATOM.test(value) ? body(value) : `list_transform([${value}], lambda ${name}: ${body(name)})[1]`;
}

/** The same for several values, in one lambda. */
export function bindAllSql(
  name: string,
  values: readonly string[],
  body: (names: readonly string[]) => string,
): string {
  if (values.every((value) => ATOM.test(value))) return body(values);
  const fields = values.map((value, i) => `'v${i}': ${value}`);
  return `list_transform([{${fields.join(', ')}}], lambda ${name}: ${body(
    values.map((_, i) => `struct_extract(${name}, 'v${i}')`),
  )})[1]`;
}

/** A text, or NULL where it is empty: in a relation, empty is missing. */
export function presentTextSql(text: string): string {
  return bindSql('t0', text, (name) => `(CASE WHEN ${name} <> '' THEN ${name} END)`);
}

/** What people write for yes and no, lower case. */
export const TRUE_TEXTS: readonly string[] = ['true', 'yes', 't', 'y', '1', '是', '真'];
export const FALSE_TEXTS: readonly string[] = ['false', 'no', 'f', 'n', '0', '否', '假'];

/** A BOOLEAN or NULL. @param text SQL, trimmed */
export function booleanOfTextSql(text: string): string {
  return bindSql(
    'b0',
    `lower(${text})`,
    (lower) =>
      `CASE WHEN list_contains([${sqlTexts(TRUE_TEXTS)}], ${lower}) THEN true WHEN list_contains([${sqlTexts(FALSE_TEXTS)}], ${lower}) THEN false END`,
  );
}

/** A TIMESTAMP or NULL. @param ms SQL, a finite DOUBLE: milliseconds since 1970, in the range of a JavaScript Date */
export function timestampOfMsSql(ms: string): string {
  return bindSql(
    'b0',
    ms,
    (value) => `CASE WHEN abs(${value}) <= 8.64e15 THEN make_timestamp((${value} * 1000)::BIGINT) END`,
  );
}
