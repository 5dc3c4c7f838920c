memcached_daemons="memcached"
memcached_configure() { :; }
memcached_start() { svc memcached memcached -u root -l 127.0.0.1 -m 64; }
memcached_wait() { wait_svc memcached answers 127.0.0.1 11211; }
