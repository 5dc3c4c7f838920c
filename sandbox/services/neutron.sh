neutron_daemons="neutron-server linuxbridge-agent dhcp-agent metadata-agent"
# Routers and floating IPs are optional: UAP_SANDBOX_L3.
[ ! -e "$PIDS/l3-agent" ] || neutron_daemons+=" l3-agent"

neutron_configure() {
  mkdir -p "$RUN/neutron"
  render neutron.conf ml2_conf.ini neutron-agents.ini dnsmasq.conf
  NEUTRON_SERVER=(--config-file "$ETC/neutron.conf" --config-file "$ETC/ml2_conf.ini")
}

neutron_schema() { neutron-db-manage "${NEUTRON_SERVER[@]}" upgrade head; }
neutron_start() { svc neutron-server neutron-server "${NEUTRON_SERVER[@]}"; }

neutron_wait() {
  wait_svc neutron-server answers "$ADDRESS" 9696
  local agent
  for agent in linuxbridge dhcp metadata ${UAP_SANDBOX_L3:+l3}; do
    svc $agent-agent env PATH="$SANDBOX/services/neutron:$PATH" neutron-$agent-agent "${NEUTRON_SERVER[@]}" --config-file "$ETC/neutron-agents.ini"
  done
}
