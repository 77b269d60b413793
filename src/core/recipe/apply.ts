// Owns turning rows into the model's input, with a fitted recipe: the same for training and for prediction.
import type { FittedEncoder, FittedRecipe } from '../../shared/schema/recipe';
import type { ColumnRequest } from '../data/readRelation';
import type { Table } from '../data/table';
import { encoders, numberValues, textValues } from './fit';

/** The columns that `applyRecipe` needs, as they must be read; each once. */
export function recipeColumns(recipe: FittedRecipe): ColumnRequest[] {
  return recipe.encoders.map(({ column, type }) => ({ name: column, as: readAs(type) }));
}

/** How a feature's column is read from the file. */
export function readAs(type: FittedEncoder['type']): ColumnRequest['as'] {
  return type === 'number' ? 'number' : 'text';
}

/**
 * @param table with the columns of `recipeColumns`
 * @returns x [rows, featureNames.length], row-major, finite
 */
export function applyRecipe(recipe: Pick<FittedRecipe, 'encoders'>, table: Table): { x: Float32Array } {
  const stride = recipe.encoders.reduce((width, encoder) => width + encoder.names.length, 0);
  const x = new Float32Array(table.rows * stride);
  let offset = 0;
  for (const encoder of recipe.encoders) {
    applyEncoder(encoder, table, x, stride, offset);
    offset += encoder.names.length;
  }
  return { x };
}

function applyEncoder(
  encoder: FittedEncoder,
  table: Table,
  x: Float32Array,
  stride: number,
  offset: number,
): void {
  const { column } = encoder;
  switch (encoder.type) {
    case 'number':
      encoders.number.apply(encoder, numberValues(table, column), x, stride, offset);
      break;
    case 'category':
      encoders.category.apply(encoder, textValues(table, column), x, stride, offset);
      break;
    case 'categoryIds':
      encoders.categoryIds.apply(encoder, textValues(table, column), x, stride, offset);
      break;
    case 'tokens':
      encoders.tokens.apply(encoder, textValues(table, column), x, stride, offset);
      break;
    case 'boolean':
      encoders.boolean.apply(encoder, textValues(table, column), x, stride, offset);
      break;
    case 'datetime':
      encoders.datetime.apply(encoder, textValues(table, column), x, stride, offset);
      break;
    case 'text':
      encoders.text.apply(encoder, textValues(table, column), x, stride, offset);
      break;
  }
}
