#!/bin/bash
# Started by `up` inside the new namespaces.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/lib.sh"
for service in $SERVICES; do . "$SANDBOX/services/$service.sh"; done
cd "$RUN"
METADATA_CACHE=${UAP_SANDBOX_METADATA_CACHE:-15}
# Routers and floating IPs take seconds to start, and few tests need them.
NEUTRON_PLUGINS=${UAP_SANDBOX_L3:+router}

each() {
  local service
  for service in $2; do if declare -F "${service}_$1" > /dev/null; then "${service}_$1"; fi; done
}

# --- prerequisites of all services: names, mounts, the public network

# Adds a namespace whose eth0 is joined to a link of the sandbox.
namespace() {
  ip netns add "$1"
  ip link add "$2" type veth peer name eth0 netns "$1"
  ip link set "$2" up
  ip -n "$1" link set lo up
  ip -n "$1" link set eth0 up
  # No hardware fills in checksums between namespaces.
  ethtool -K "$2" tx off > /dev/null
  ip netns exec "$1" ethtool -K eth0 tx off > /dev/null
}

hostname sandbox
mount --make-rprivate /
mount -t sysfs sysfs /sys
resolv=$(readlink -f /etc/resolv.conf)
mount -t tmpfs tmpfs /run
mkdir -p /run/{netns,lock,libvirt,named} "$(dirname "$resolv")"
touch "$resolv"
printf '127.0.0.1 localhost sandbox\n' > "$ETC/hosts"
echo "nameserver $DNS_SERVER" > "$ETC/resolv.conf"
mount --bind "$ETC/hosts" /etc/hosts
mount --bind "$ETC/resolv.conf" "$resolv"

ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
# The bridge agent owns prov1. Everything outside Neutron is on the other side, so that it works without the agent.
ip link add br-public type bridge
ip address add "$ADDRESS/${PUBLIC_CIDR#*/}" dev br-public
ip link add prov0 type veth peer name prov1
ip link set prov0 master br-public
for link in br-public prov0 prov1; do ip link set $link up; done
ethtool -K prov0 tx off > /dev/null
ethtool -K br-public tx off > /dev/null

# --- the passwords and schemas of an earlier run, if their inputs have not changed

key=$(cat "$SANDBOX"/conf/* "$SANDBOX/seed.py" "$SANDBOX/sandbox.env" "$SANDBOX"/services/*.sh <(dpkg-query -W -f='${Package} ${Version}\n' \
  'keystone*' 'glance*' 'placement*' 'nova*' 'neutron*' 'designate*' 'mariadb*' 'python3-oslo*' 2> /dev/null) | sha256sum)
CACHE=$DIR/cache/${key:0:16}
if [ ! -e "$CACHE/database.sql" ]; then
  rm -rf "$DIR"/cache/????????????????
  mkdir -p "$CACHE"
  for name in ADMIN SERVICE CLOUD_A CLOUD_B; do echo "${name}_PASSWORD=$(openssl rand -hex 16)"; done > "$CACHE/passwords"
fi
set -a
. "$CACHE/passwords"
set +a

mkdir -p "$RUN"/{lock,no-policy}
each configure "$SERVICES"
say "namespaces and configuration"

for service in memcached named pebble mirror libvirt rabbitmq mariadb; do "${service}_start"; done
mariadb_wait
say "database"
if [ -e "$CACHE/database.sql" ]; then
  sql < "$CACHE/database.sql"
else
  say "no schemas in the cache: creating them (about 15 s more, once)"
  nova_schema > "$LOG/schema-nova.log" 2>&1 &
  nova=$!
  each schema "keystone placement glance neutron designate" > "$LOG/schema.log" 2>&1 &
  wait $! || fail "a schema failed" "$LOG/schema.log"
  wait $nova || fail "the schema of nova failed" "$LOG/schema-nova.log"
fi
say "schemas"

keystone_start
if [ ! -e "$CACHE/database.sql" ]; then
  memcached_wait
  keystone_wait
  python3 "$SANDBOX/seed.py" identity > "$LOG/seed-identity.log" 2>&1 || fail "keystone cannot be filled" "$LOG/seed-identity.log"
  # shellcheck disable=SC2086
  mariadb-dump --no-defaults -uroot -S "$RUN/mariadb.sock" --databases $DATABASES > "$CACHE/database.tmp"
  mv "$CACHE/database.tmp" "$CACHE/database.sql"
  say "regions, endpoints, users"
fi

each wait "memcached named pebble mirror libvirt rabbitmq"
say "memcached, BIND, Pebble, libvirt, RabbitMQ"
# shellcheck disable=SC2086
each start "placement glance nova neutron designate instances browser $OPTIONAL"
python3 "$SANDBOX/seed.py" cloud > "$LOG/seed.log" 2>&1 &
seed=$!
for service in keystone placement glance nova neutron designate instances browser $OPTIONAL; do
  "${service}_wait"
  say "$service"
done
wait $seed || fail "the cloud cannot be filled" "$LOG/seed.log"
say "network, flavors, images, zones, compute node"
