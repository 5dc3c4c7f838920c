-- Reading a global is faster than a call of require.
uap_target = require "target"
