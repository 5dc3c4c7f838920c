# Users' instances: a namespace beside the public network's guests, with an address for each.
instances_daemons="instances"

instances_configure() {
  mkdir -p "$RUN/instances"
  certificate "$RUN/instances" instance.sandbox.test "IP:$INSTANCE_ONE,IP:$INSTANCE_TWO,IP:$INSTANCE_ODD"
  namespace instances prov-instances
  local address
  ip link set prov-instances master br-public
  for address in $INSTANCE_ONE $INSTANCE_TWO $INSTANCE_ODD $INSTANCE_MUTE; do
    ip -n instances address add "$address/${PUBLIC_CIDR#*/}" dev eth0
  done
  ip -n instances route add default via "$ADDRESS"
}

instances_start() { svc instances ip netns exec instances python3 "$SANDBOX/services/instances/app.py" "$RUN/instances"; }
instances_wait() { wait_svc instances answers "$INSTANCE_ODD" "$INSTANCE_STUCK_PORT"; }
