placement_daemons="placement"
placement_configure() { render placement.conf; }
placement_schema() { placement-manage --config-file "$ETC/placement.conf" db sync; }
placement_start() { OS_PLACEMENT_CONFIG_DIR=$ETC wsgi placement 8778 2 /usr/bin/placement-api; }
placement_wait() { wait_svc placement answers "$ADDRESS" 8778; }
