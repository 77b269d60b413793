// The code of a second extension in a measured editor: it writes how late the event loop of the extension host was in each
// second, in milliseconds, to the file that $HOST_LOOP_FILE names.
const { appendFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setInterval } = require('node:timers');

const RESOLUTION_MS = 2;

exports.activate = () => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const late = (share) => Math.max(0, delays.percentile(share) / 1e6 - RESOLUTION_MS);
  const write = () => {
    const line = { atMs: Date.now(), p50: late(50), p99: late(99), max: late(100) };
    appendFileSync(process.env.HOST_LOOP_FILE, `${JSON.stringify(line)}\n`);
    delays.reset();
  };
  setInterval(write, 1000).unref();
};
