nova_daemons="nova-conductor nova-scheduler nova-api nova-compute"

nova_configure() {
  mkdir -p "$RUN/nova/instances"
  render nova.conf nova-control.conf nova-compute.conf
  NOVA_CONTROL=(--config-file "$ETC/nova.conf" --config-file "$ETC/nova-control.conf")
}

nova_schema() {
  nova-manage "${NOVA_CONTROL[@]}" api_db sync
  # Creates the cells with SQL, which saves three runs of nova-manage.
  sql nova_api <<'SQL'
INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection, disabled) VALUES
 (NOW(), '00000000-0000-0000-0000-000000000000', 'cell0', 'none:///', 'mysql+pymysql://os:os@127.0.0.1/nova_cell0', 0),
 (NOW(), '11111111-1111-1111-1111-111111111111', 'cell1', 'rabbit://guest:guest@127.0.0.1:5672/', 'mysql+pymysql://os:os@127.0.0.1/nova', 0);
SQL
  nova-manage "${NOVA_CONTROL[@]}" db sync
}

nova_start() { svc nova-conductor nova-conductor "${NOVA_CONTROL[@]}"; }

nova_wait() {
  # A compute node that starts before the conductor waits ten seconds for it.
  wait_svc nova-conductor logged nova-conductor "Starting conductor node"
  svc nova-compute nova-compute --config-file "$ETC/nova.conf" --config-file "$ETC/nova-compute.conf"
  svc nova-api nova-api "${NOVA_CONTROL[@]}"
  svc nova-scheduler nova-scheduler "${NOVA_CONTROL[@]}"
}
