designate_daemons="designate-central designate-api designate-worker designate-mdns designate-producer"

designate_configure() {
  mkdir -p "$RUN/designate"
  render designate.conf pools.yaml
}

designate_schema() { designate-manage --config-file "$ETC/designate.conf" database sync; }
designate_start() { svc designate-central designate-central --config-file "$ETC/designate.conf"; }

designate_wait() {
  # A producer that starts before central fails its first call after a minute, and never works again.
  wait_svc designate-central logged designate-central "Starting central service"
  local name
  for name in api worker mdns producer; do svc designate-$name designate-$name --config-file "$ETC/designate.conf"; done
  designate-manage --config-file "$ETC/designate.conf" pool update --file "$ETC/pools.yaml" > "$LOG/designate-pool.log" 2>&1 \
    || fail "Designate does not take its pool" "$LOG/designate-pool.log"
  wait_svc designate-api answers "$ADDRESS" 9001
  wait_svc designate-mdns answers "$ADDRESS" 5354
}
