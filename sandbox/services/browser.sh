# The clients' network, behind the gateway of the public one: only a namespace, no daemon.
browser_daemons=""

browser_configure() {
  namespace browser prov-browser
  ip address add "$BROWSER_GATEWAY/24" dev prov-browser
  ip -n browser address add "$BROWSER_ADDRESS/24" dev eth0
  ip -n browser route add default via "$BROWSER_GATEWAY"
}

browser_start() { :; }
browser_wait() { wait_for 5 ip netns exec browser ping -qc1 -W1 "$ADDRESS" > /dev/null || fail "the browser's network does not reach $ADDRESS"; }
