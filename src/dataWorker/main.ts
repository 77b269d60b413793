// Entry of the data process: speaks the data contract over stdin and stdout. It ends with its parent: when stdin closes.
import * as l10n from '@vscode/l10n';
import { dataContract } from '../shared/protocol/data';
import { serve } from '../shared/protocol/channel';
import { streamTransport } from '../core/process/streamTransport';
import { createDataService } from './service';

/** Anything a library prints must not get between the messages. */
console.log = console.info = console.debug = console.error;

const bundle = process.env['MODEL_BENCH_L10N'];
if (bundle !== undefined) l10n.config({ contents: bundle });

const service = createDataService({
  onProgress: (progress) => channel.emit('progress', progress),
  onStepCounted: (counted) => channel.emit('stepCounted', counted),
});
const transport = streamTransport(process.stdin, process.stdout, () => process.exit(0));
const channel = serve(transport, dataContract, service.handlers);
channel.onDidClose(() => {
  service.dispose();
  process.exit(0);
});
