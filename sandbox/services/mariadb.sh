mariadb_daemons="mariadb"
DATABASES="keystone glance placement nova_api nova nova_cell0 neutron designate"

mariadb_configure() {
  mkdir -p "$RUN/mariadb"
  mount -t tmpfs -o size=2g tmpfs "$RUN/mariadb"
}

mariadb_start() {
  mariadb-install-db --no-defaults --user=root --datadir="$RUN/mariadb" --auth-root-authentication-method=normal --skip-test-db \
    > "$LOG/mariadb.log" 2>&1 || fail "the database cannot be made" "$LOG/mariadb.log"
  svc mariadb mariadbd --no-defaults --user=root --datadir="$RUN/mariadb" --socket="$RUN/mariadb.sock" --pid-file="$RUN/mariadb/pid" \
    --bind-address=127.0.0.1 --skip-name-resolve --skip-log-bin --innodb-buffer-pool-size=192M --innodb-flush-log-at-trx-commit=0 \
    --innodb-doublewrite=0 --innodb-use-native-aio=0 --max-connections=500 --character-set-server=utf8mb3 --performance-schema=0
}

mariadb_wait() {
  wait_svc mariadb answers 127.0.0.1 3306
  local name
  for name in $DATABASES; do
    echo "CREATE DATABASE $name; GRANT ALL ON $name.* TO 'os'@'127.0.0.1' IDENTIFIED BY 'os';"
  done | sql
}
