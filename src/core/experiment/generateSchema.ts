// Entry of the generator: prints the JSON Schemas of the files a user writes, by name. `npm run generate` puts them into
// media/.
import { experimentJsonSchema, recipeJsonSchema } from './schemaKeys';

process.stdout.write(
  JSON.stringify({
    'experiment.schema.json': experimentJsonSchema(),
    'recipe.schema.json': recipeJsonSchema(),
  }),
);
