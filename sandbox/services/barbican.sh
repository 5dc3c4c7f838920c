# Started only if UAP_SANDBOX_SERVICES names it, because `up` has to be quick: UAP_SANDBOX_SERVICES=barbican sandbox/up
barbican_daemons="barbican"

barbican_configure() {
  # A new key at each start, because no secret survives a stop.
  BARBICAN_KEK=$(openssl rand -base64 32)
  render barbican.conf
  # Its WSGI program has no option for the path of its configuration.
  mount --bind "$ETC/barbican.conf" /etc/barbican/barbican.conf
}

barbican_start() {
  {
    echo "CREATE DATABASE barbican; GRANT ALL ON barbican.* TO 'os'@'127.0.0.1' IDENTIFIED BY 'os';" | sql
    barbican-manage db upgrade
  } > "$LOG/barbican-schema.log" 2>&1 || fail "the schema of barbican failed" "$LOG/barbican-schema.log"
  wsgi barbican 9311 1 /usr/bin/barbican-wsgi-api
}

barbican_wait() {
  wait_svc barbican answers "$ADDRESS" 9311
  # Not in the cached identity database, so that starts with and without Barbican share it.
  python3 "$SANDBOX/seed.py" barbican > "$LOG/seed-barbican.log" 2>&1 || fail "Keystone does not take Barbican" "$LOG/seed-barbican.log"
}
