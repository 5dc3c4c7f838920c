// What cdktf.json loads before main.ts: tsx, so that main.ts and stacks/ may be TypeScript, and before it the library.
// Of the library's files those are taken that `npm run build` compiled, as far as they are of the very sources that are
// here. It takes a third less time than to leave all to tsx, which also reads what packages hold.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const dist = path.join(__dirname, 'dist');
const digests = path.join(dist, 'sources.json');
const compiled = existsSync(digests) ? JSON.parse(readFileSync(digests, 'utf8')) : {};

/** Loads a file as it is compiled if that is current, else by other means. */
const compiledOr = (otherwise) => (module, file) => {
  const name = path.relative(__dirname, file);
  const digest = Object.hasOwn(compiled, name) && createHash('sha256').update(readFileSync(file)).digest('base64');
  if (digest && digest === compiled[name]) {
    module._compile(readFileSync(path.join(dist, name.replace(/\.ts$/, '.js')), 'utf8'), file);
  } else {
    otherwise(module, file);
  }
};

require.extensions['.ts'] = compiledOr((module, file) => {
  require('tsx/cjs');
  require.extensions['.ts'](module, file);
});
require('./lib');
require('tsx/cjs');
require.extensions['.ts'] = compiledOr(require.extensions['.ts']);
