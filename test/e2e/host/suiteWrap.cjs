// Owns the suite's verdict: runs in the extension host in front of the real suite and leaves "0" or "1" in a file.
// Without the file a dead extension host would look like a passed suite: the editor then ends with code 0.
const fs = require('node:fs');

/** Called by VS Code. @returns {Promise<void>} */
exports.run = async () => {
  const suite = process.env.MODEL_BENCH_SHIM_SUITE;
  const verdict = process.env.MODEL_BENCH_SHIM_VERDICT;
  if (!suite || !verdict) throw new Error('vscodeShim.mjs did not say which suite to run.');
  let code = 1;
  try {
    await require(suite).run();
    code = 0;
  } finally {
    fs.writeFileSync(verdict, String(code));
  }
};
