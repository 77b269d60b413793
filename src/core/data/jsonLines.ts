// Owns reading JSON lines: a column for each key of any line, cells as one would write them. What is no JSON object is
// kept apart and told.
import * as l10n from '@vscode/l10n';
import type { DataIssue } from '../../shared/schema/profile';
import { cellColumn } from './cells';
import type { CsvSyntax } from './csvText';
import { sqlPath, sqlText, type Database, type QueryOptions } from './database';

/** For the ends of line of a text whose quotes never hold one. */
export const LINE_SYNTAX: CsvSyntax = { delimiter: ',', quote: '', escape: '' };
/** No line of JSON has it: control characters are escaped there. */
const NO_DELIMITER = '\u001f\u001e\u001f';

/** SQL that gives `line` (from 1) and `t`, blank lines included. @param maxLineBytes a longer line is an error */
export function linesOfFile(path: string, maxLineBytes: number): string {
  const options = [
    sqlPath(path),
    'auto_detect = false',
    'header = false',
    `delim = ${sqlText(NO_DELIMITER)}`,
    "quote = ''",
    "escape = ''",
    "columns = {'t': 'VARCHAR'}",
    `max_line_size = ${maxLineBytes}`,
    "compression = 'none'",
    'hive_partitioning = false',
  ].join(', ');
  return `(SELECT row_number() OVER () AS line, t FROM read_csv(${options}))`;
}

/** The same for lines at hand. */
export function linesOfTexts(texts: readonly string[]): string {
  const list = texts.map((text, index) => `(${index + 1}, ${sqlText(text)})`).join(', ');
  return `(SELECT * FROM (VALUES ${list}) lines(line, t))`;
}

const IS_OBJECT = "(CASE WHEN json_valid(t) THEN json_type(t) = 'OBJECT' ELSE false END)";

export interface JsonColumns {
  /** In the order in which they are first seen. */
  readonly keys: readonly string[];
  readonly issues: readonly DataIssue[];
  /** Some text has a NUL, which is to be left out. */
  readonly hasNul: boolean;
}

/** @param lines SQL as of `linesOfFile` */
export async function jsonColumns(
  lines: string,
  database: Database,
  options: QueryOptions = {},
): Promise<JsonColumns> {
  const found = await database.rows(
    `SELECT key, min(line) AS first, arg_min(place, line)
     FROM (SELECT line, unnest(keys) AS key, unnest(range(len(keys))) AS place
       FROM (SELECT line, json_keys(t) AS keys FROM ${lines} WHERE ${IS_OBJECT}))
     GROUP BY key ORDER BY 2, 3`,
    options,
  );
  const [counted = []] = await database.rows(
    `SELECT count(*) FILTER (WHERE NOT good), min(line) FILTER (WHERE NOT good),
       count(*) FILTER (WHERE good), min(line) FILTER (WHERE good)
     FROM (SELECT line, t, ${IS_OBJECT} AS good FROM ${lines} WHERE trim(t, ' \t\r') <> '')
     WHERE NOT good OR contains(t, '\\u0000')`,
    options,
  );
  const [bad = 0, first = 0, withNul = 0, firstNul = 0] = counted.map(Number);
  return {
    // DuckDB's SQL ends at a NUL: such a key cannot be asked for.
    keys: found.map(([key]) => String(key)).filter((key) => !key.includes('\0')),
    issues: lineIssues({ bad, first, withNul, firstNul }),
    hasNul: withNul > 0,
  };
}

function lineIssues(found: { bad: number; first: number; withNul: number; firstNul: number }): DataIssue[] {
  const { bad, first, withNul, firstNul } = found;
  const issues: DataIssue[] = [];
  if (bad > 0) {
    const message = l10n.t(
      'Line {0} is no JSON object; expected one in each line. Lines left out: {1}. Correct these lines.',
      first,
      bad,
    );
    issues.push({ severity: 'warning', code: 'data.badJsonLines', message, line: first, count: bad });
  }
  if (withNul > 0) {
    const message = l10n.t(
      'NUL characters are left out; lines with them: {0}, the first is line {1}. They are no text: look where the file comes from.',
      withNul,
      firstNul,
    );
    issues.push({ severity: 'warning', code: 'data.nulCharacters', message, line: firstNul, count: withNul });
  }
  return issues;
}

/** Rows with c0, c1, ... as text and `line`. @param lines SQL as of `linesOfFile` */
export function jsonCells(lines: string, { keys, hasNul }: JsonColumns): string {
  const pointers = keys.map((key) => sqlText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  const cells = keys.map((_, index) => {
    const cell = `v[${index + 1}]`;
    return `${hasNul ? `replace(${cell}, chr(0), '')` : cell} AS ${cellColumn(index)}`;
  });
  return `SELECT ${[...cells, 'line'].join(', ')}
    FROM (SELECT line, json_extract_string(t, [${pointers.join(', ')}]) AS v FROM ${lines} WHERE ${IS_OBJECT})`;
}
