neutron_daemons="neutron-server linuxbridge-agent dhcp-agent metadata-agent"

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
  for agent in linuxbridge dhcp metadata; do
    svc $agent-agent neutron-$agent-agent "${NEUTRON_SERVER[@]}" --config-file "$ETC/neutron-agents.ini"
  done
}
