return require("target").pass()
