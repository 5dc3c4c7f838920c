require "target"
