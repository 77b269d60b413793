// Entry of the generator: prints the JSON Schema of an experiment config. `npm run generate` writes it to media/.
import { experimentJsonSchema } from './schemaKeys';

process.stdout.write(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`);
