// Owns the steps on numbers. Scales are fitted on train rows with scikit-learn's definitions (population sd, linear
// quantiles); a column with one value gets the divisor 1.
import type { FittedStates } from '../../../shared/schema/fittedSteps';
import type { StepKind } from '../../../shared/schema/recipeSteps';
import { columnsOf, numberOf, replaceColumns, type Relation } from '../../data/relation';
import type { StepContext, StepDefinition } from './step';

interface Scale {
  readonly column: string;
  readonly offset: number;
  readonly divisor: number;
}

function applyScales(scales: readonly Scale[], input: Relation): Relation {
  return replaceColumns(
    input,
    scales.map(({ column, offset, divisor }) => {
      const [found] = columnsOf(input, [column]);
      const value = found === undefined ? 'NULL' : numberOf(found);
      return { name: column, kind: 'number', sql: `((${value}) - ${literal(offset)}) / ${literal(divisor)}` };
    }),
  );
}

/** A number as SQL, from text: DuckDB takes 0.1 for a decimal, whose cast is an ulp off for one number in twenty. */
export function literal(value: number): string {
  return `'${value}'::DOUBLE`;
}

async function fitStandard(
  columns: readonly string[],
  train: Relation,
  { database, signal }: StepContext,
): Promise<FittedStates['standardise']> {
  const found = columnsOf(train, columns);
  const selected = found.flatMap((column) => [
    `favg(${numberOf(column)})`,
    `stddev_pop(${numberOf(column)})`,
  ]);
  const [row = []] = await database.rows(`SELECT ${selected.join(', ')} FROM ${train.from}`, { signal });
  return found.map(({ name }, i) => {
    const sd = Number(row[2 * i + 1] ?? 0);
    return { column: name, offset: Number(row[2 * i] ?? 0), divisor: sd > 0 ? sd : 1 };
  });
}

export const numberSteps = {
  standardise: {
    kind: 'fitted',
    columns: (_step, columns) => columns,
    fit: (step, train, context) => fitStandard(step.columns, train, context),
    apply: (_step, state, input) => applyScales(state, input),
  },
} satisfies { readonly [K in StepKind]?: StepDefinition<K> };
