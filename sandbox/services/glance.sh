glance_daemons="glance"

glance_configure() {
  mkdir -p "$RUN"/glance/{images,staging}
  render glance-api.conf
}

glance_schema() { glance-manage --config-file "$ETC/glance-api.conf" db_sync; }
glance_start() { svc glance glance-api --config-file "$ETC/glance-api.conf"; }
glance_wait() { wait_svc glance answers "$ADDRESS" 9292; }
