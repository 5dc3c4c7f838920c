# Starts the sandbox's database again with its existing files: run it inside the sandbox.
. "$(dirname "$0")/../../sandbox/lib.sh"
. "$SANDBOX/services/mariadb.sh"
mariadb-install-db() { :; }
mariadb_start
wait_svc mariadb answers 127.0.0.1 3306
