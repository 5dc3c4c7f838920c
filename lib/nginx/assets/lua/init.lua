-- A global is found sooner than a module by its name.
uap_target = require "target"
