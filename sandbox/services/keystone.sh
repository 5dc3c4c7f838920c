keystone_daemons="keystone"

keystone_configure() {
  render keystone.conf
  # What keystone-manage fernet_setup and credential_setup do, without 3 s each.
  local name
  for name in fernet credential; do
    mkdir -p "$RUN/keystone/$name"
    for file in 0 1; do openssl rand -base64 32 | tr '+/' '-_' | tr -d '\n' > "$RUN/keystone/$name/$file"; done
  done
  {
    echo clouds:
    cloud admin "$ADMIN_PASSWORD"
    cloud cloud-a "$CLOUD_A_PASSWORD"
    cloud cloud-b "$CLOUD_B_PASSWORD"
  } > "$RUN/clouds.yaml"
}

# User and project have the cloud's name.
cloud() {
  cat <<Y
  $1:
    region_name: $REGION_ONE
    regions: [$REGION_ONE, $REGION_TWO]
    identity_api_version: 3
    auth:
      auth_url: $AUTH_URL
      username: $1
      password: $2
      project_name: $1
      user_domain_name: Default
      project_domain_name: Default
Y
}

keystone_schema() {
  keystone-manage --config-file "$ETC/keystone.conf" db_sync
  OS_BOOTSTRAP_PASSWORD=$ADMIN_PASSWORD keystone-manage --config-file "$ETC/keystone.conf" bootstrap \
    --bootstrap-region-id "$REGION_ONE" --bootstrap-public-url "$AUTH_URL" --bootstrap-internal-url "$AUTH_URL" --bootstrap-admin-url "$AUTH_URL"
}

keystone_start() { OS_KEYSTONE_CONFIG_FILES=$ETC/keystone.conf wsgi keystone 5000 4 /usr/bin/keystone-wsgi-public; }
keystone_wait() { wait_svc keystone answers "$ADDRESS" 5000; }
