# The ACME server. Its API has its own CA; the roots that issue certificates are new at each start.
pebble_daemons="pebble"

pebble_configure() {
  mkdir -p "$RUN/pebble"
  certificate "$RUN/pebble" acme.sandbox.test "DNS:acme.sandbox.test,DNS:localhost,IP:$ADDRESS,IP:127.0.0.1"
  render pebble.json
}

pebble_start() {
  svc pebble env PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config "$ETC/pebble.json" -dnsserver "$ADDRESS:53"
}

pebble_wait() {
  wait_svc pebble answers "$ADDRESS" 14000
  wait_svc pebble curl -sf --cacert "$RUN/pebble/ca.pem" -o "$RUN/pebble/root.pem" "$ACME_MANAGEMENT/roots/0"
  cp "$RUN/pebble/root.pem" "$RUN/browser-ca.pem"
}
