uap_target.connect()
