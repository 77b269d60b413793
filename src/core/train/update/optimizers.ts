// Owns which class an optimizer of the config is: exact update rules over one flat vector of parameters, in plain
// JavaScript, so that every engine and backend shares them bit for bit and their slots can be saved. Computed in float64,
// kept in the type of the parameters.
import { assertNever } from '../../../shared/errors';
import type { OptimizerConfig } from '../../../shared/schema/training';
import { Adadelta, Adagrad, RmsProp } from './adaptiveFamily';
import { Adam, Nadam } from './adamFamily';
import { Lion, Sgd } from './momentumFamily';
import type { Optimizer, OptimizerOptions } from './optimizer';

export function createOptimizer(config: OptimizerConfig, options: OptimizerOptions): Optimizer {
  switch (config.type) {
    case 'adam':
    case 'adamW':
      return new Adam(config, options);
    case 'sgd':
      return new Sgd(config, options);
    case 'rmsProp':
      return new RmsProp(config, options);
    case 'adagrad':
      return new Adagrad(config, options);
    case 'adadelta':
      return new Adadelta(config, options);
    case 'nadam':
      return new Nadam(config, options);
    case 'lion':
      return new Lion(config, options);
    default:
      return assertNever(config);
  }
}
