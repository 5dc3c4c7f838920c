require("target").connect()
