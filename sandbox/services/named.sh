# BIND: the private root, the RFC 2136 zone of cloud-a, and the zones that Designate adds.
named_daemons="named"

named_configure() {
  mkdir -p "$RUN/named" "$RUN/tsig"
  render named.conf root.db zone-a.db
  cp "$ETC/root.db" "$ETC/zone-a.db" "$RUN/named/"
  local name host
  openssl rand -base64 32 > "$ETC/rndc.secret"
  for name in cloud-a acme; do openssl rand -base64 32 > "$RUN/tsig/$name.secret"; done
  key rndc-key "$ETC/rndc.secret" > "$ETC/rndc.key"
  key "$TSIG_KEY" "$RUN/tsig/cloud-a.secret" > "$ETC/tsig.key"
  key "$TSIG_ACME_KEY" "$RUN/tsig/acme.secret" >> "$ETC/tsig.key"
  {
    echo "zone \"$ZONE_A\" { type primary; file \"zone-a.db\"; notify no; update-policy {"
    echo "grant $TSIG_KEY zonesub ANY;"
    for host in $TSIG_ACME_HOSTS; do echo "grant $TSIG_ACME_KEY name _acme-challenge.$host.$ZONE_A. TXT;"; done
    echo "}; };"
  } > "$ETC/zone-a.conf"
}

key() { printf 'key "%s" { algorithm %s; secret "%s"; };\n' "$1" "$TSIG_ALGORITHM" "$(< "$2")"; }

named_start() { svc named named -g -c "$ETC/named.conf"; }
named_wait() { wait_svc named answers "$ADDRESS" 53; }
