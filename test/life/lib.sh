# Shared by the scenarios; source it. A scenario is a script that can be run separately, on a running sandbox.
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../demo/lib.sh"
life=$root/test/life app=$root/test/life/app out=$root/test/life/out
mkdir -p "$out"
host_a=proxy-one.$ZONE_A host_b=proxy.$ZONE_B
# Variables with which a scenario changes settings; the app's main.ts reads them.
changes='LIFE_REGION LIFE_CLOUD LIFE_TSIG_FILE LIFE_ACME_TSIG_FILE LIFE_BACKEND LIFE_UNTIL LIFE_MARK LIFE_MIN_DAYS LIFE_ACME_URL
  LIFE_LIB LIFE_TIMEOUT LIFE_SECOND LIFE_REVOKE LIFE_RENEWAL_INFO LIFE_PROFILE'
export $changes

# --- counting

figure() { echo "  figure  $*"; }
skip() { skipped=$((skipped + 1)); echo "  skipped $*"; }
finish() {
  local pid
  for pid in "${background[@]:-}"; do [ -z "$pid" ] || kill "$pid" 2>/dev/null; done
  printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
  [ $failed = 0 ]
  exit
}
background=()

# --- deploying, as an operator does

in_app() { # in_app COMMAND...: inside the sandbox, in the app's folder
  (cd "$app" && "$root/sandbox/in" -e CHECKPOINT_DISABLE -e CI -e FORCE_COLOR -e TERRAFORM_BINARY_NAME \
    -e LEGO_CA_CERTIFICATES="${LIFE_CA_FILE:-$run/pebble/ca.pem}" $(printf -- '-e %s ' $changes) \
    -e TF_CLI_ARGS_plan -e TF_CLI_ARGS_apply -e PG_CONN_STR "$@")
}
# Half an hour is more than any of them may take.
cdktf() { in_app timeout --signal=INT --kill-after=60 1800 npx cdktf "$@" --skip-provider-lock --log-level error; }
tf() { local stack=$1; shift; in_app "$terraform" -chdir="$app/cdktf.out/stacks/$stack" "$@"; }

# Installs the providers of the clouds, from a registry or a mirror; prints the stacks whose providers are unavailable.
uninstallable() {
  local stack
  (cd "$app" && npx cdktf synth --log-level error) >"$out/synth.log" 2>&1 || { cat "$out/synth.log" >&2; return 1; }
  for stack in life-a life-b; do
    "$terraform" -chdir="$app/cdktf.out/stacks/$stack" init -input=false -no-color >"$out/$stack.init.log" 2>&1 || printf '%s ' $stack
  done
}
# deploy_to STACK LOG: logs the output to out/LOG.log; returns the exit code, and sets `took`
deploy_to() {
  local start=$SECONDS code
  cdktf deploy "$1" --auto-approve >"$out/$2.log" 2>&1
  code=$?
  took=$((SECONDS - start))
  return $code
}
deploys() { # deploys STACK LOG: succeeds; else shows the end
  deploy_to "$1" "$2" && { figure "$2: deployed in $took s"; return; }
  tail -n 30 "$out/$2.log"
  return 1
}
changed_nothing() { grep -qE 'No changes\.|Resources: 0 added, 0 changed, 0 destroyed' "$out/$1.log"; } # changed_nothing LOG
# taint_certificate [STACK]: its next deployment orders another certificate
taint_certificate() { tf "${1:-life-a}" taint "$(tf "${1:-life-a}" state list | grep '^acme_certificate\.')" >/dev/null; }
destroys() { # destroys STACK
  cdktf destroy "$1" --auto-approve >"$out/$1-destroy.log" 2>&1 && return
  tail -n 30 "$out/$1-destroy.log"
  return 1
}
# signal_terraform SIGNAL STACK: CDKTF runs Terraform in a session of its own
signal_terraform() {
  sandbox/in bash -c 'for pid in $(pgrep -x terraform); do [ "$(readlink /proc/$pid/cwd)" != "$1" ] || kill -"$0" $pid; done' \
    "$1" "$app/cdktf.out/stacks/$2"
}
# fails_saying STACK LOG PATTERN: the deployment fails, and what it says has the pattern
fails_saying() {
  if deploy_to "$1" "$2"; then echo "          it succeeded"; return 1; fi
  figure "$2: failed after $took s"
  said "$2" | sed 's/^/          | /'
  grep -qE -- "$3" <(said "$2")
}
# The errors of a log in one line each.
said() {
  sed -E 's/\x1b\[[0-9;]*m//g; s/^ *(life-[a-z]+) +//; s/^[│╷╵|] ?//; s/^ *│ ?//' "$out/$1.log" | grep -vE '^\s*$|^ *(╷|╵)' |
    awk '/Error: /{show=1} /^[^ ].*(Creating|Refreshing|Still creating)/{show=0} show' | head -n 24
}
empty_plan() { # empty_plan STACK: of a synth output that is new
  in_app npx cdktf synth --log-level error >"$out/synth.log" 2>&1 || { tail "$out/synth.log"; return 1; }
  no_more_to_do "$1"
}
no_more_to_do() { # no_more_to_do STACK: after a deployment, of the same synth output
  tf "$1" plan -input=false -no-color -detailed-exitcode >"$out/$1.plan.log" 2>&1 && return
  grep -vE 'Refreshing|Reading|Read complete' "$out/$1.plan.log" | tail -n 40
  return 1
}
plan_of() { # plan_of STACK: prints what would be done
  in_app npx cdktf synth --log-level error >"$out/synth.log" 2>&1 || { tail "$out/synth.log"; return 1; }
  tf "$1" plan -input=false -no-color 2>&1
}
# need STACK: deploys it with the app's own settings
need() {
  prepare
  if [ -s "$(state "$1")" ] && empty_plan "$1" >/dev/null 2>&1; then return; fi
  say "Deploying $1"
  deploys "$1" "$1" || { echo "$1 is not deployed: nothing to try" >&2; failed=$((failed + 1)); finish; }
}
state() { echo "$app/terraform.$1.tfstate"; }
output() { tf "$1" output -json "$2"; }
address_of() { output "$1" addresses | jq -r '.[] | .[0]'; }

# The marker identifies states of an earlier sandbox, which are useless.
prepare() {
  local stack
  [ "$(cat "$app/terraform.sandbox" 2>/dev/null)" = "$(sandbox_id)" ] || rm -f "$app"/terraform.*.tfstate*
  sandbox_id >"$app/terraform.sandbox"
  [ -s "$out/ssh" ] || ssh-keygen -q -t ed25519 -N '' -f "$out/ssh"
  sandbox/in python3 "$life/cloud.py" keypair "$out/ssh.pub" >/dev/null
}
cloud() { sandbox/in python3 "$life/cloud.py" "$@"; }

# --- the instance

on() { # on STACK COMMAND: as root on its instance, by SSH
  local address
  address=$(address_of "$1")
  shift
  sandbox/in ssh -n -i "$out/ssh" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ConnectTimeout=20 -o ServerAliveInterval=10 "root@$address" "$@"
}
web() { sandbox/browser curl -sS --max-time 15 --cacert "$run/browser-ca.pem" "$@"; }
serves() { [ "$(web -o /dev/null -w '%{http_code}' "https://http-198-51-100-21-8888.$1/x")" = 200 ]; }
serial() { # the serial number of the certificate that is served
  sandbox/browser sh -c "openssl s_client -connect $1:443 -servername $1 </dev/null 2>/dev/null | openssl x509 -noout -serial" | cut -d= -f2
}
says() { # says STACK PATTERN: the serial console, as `openstack console log show` prints it
  cloud console "$1" | grep -E "uap:.*($2)"
}

# --- load

# load_start NAME HOST: requests and WebSockets from the browser's network, until load_stop
load_start() {
  rm -f "$out/$1.load.json" "$out/$1.load.stop" "$out/$1.load.ready"
  sandbox/browser node "$life/load.mjs" "$2" "$run/browser-ca.pem" "$out/$1.load" >"$out/$1.load.log" 2>&1 &
  background+=($!)
  within 60 test -e "$out/$1.load.ready" || { cat "$out/$1.load.log"; return 1; }
}
load_stop() {
  touch "$out/$1.load.stop"
  within 60 test -s "$out/$1.load.json" || { cat "$out/$1.load.log"; return 1; }
  jq -r '"  figure  load: \(.seconds) s; requests: " + ([.kinds | to_entries[] | "\(.key) \(.value.sent) sent, \(.value.lost) lost, \(.value.retried) sent again"] | join("; "))
    + "; WebSockets: \(.websockets.open) open, \(.websockets.lost) lost, \(.websockets.echoes) echoes; certificates seen: \(.certificates | length); longest outage \(.outage) s"' "$out/$1.load.json"
}
of_load() { jq -e "$2" "$out/$1.load.json" >/dev/null; } # of_load NAME JQ-CONDITION
nothing_lost() { # requests and WebSockets
  jq -e '([.kinds[].lost] | add) == 0 and .websockets.lost == 0 and ([.kinds[].sent] | min) > 0 and .websockets.echoes > 0' "$out/$1.load.json" >/dev/null ||
    { jq -c '.errors[:10]' "$out/$1.load.json"; return 1; }
}

# --- faults

# between PORT RULES [CERTIFICATE-FOLDER]: puts a misbehaving proxy in front of a service of the sandbox
between() {
  local port=$1 rules=$2 tls=${3:-}
  sandbox/in /usr/bin/python3 "$life/between.py" 18999 "$ADDRESS" "$port" "$rules" $tls >"$out/between-$port.log" 2>&1 &
  between_pid=$!
  background+=($between_pid)
  within 10 grep -q listening "$out/between-$port.log" || { cat "$out/between-$port.log"; return 1; }
  sandbox/in nft -f - <<N
table ip life {
  chain output {
    type nat hook output priority -110; policy accept;
    ip daddr $ADDRESS tcp dport $port meta mark != 77 redirect to :18999
  }
}
N
}
no_longer_between() {
  sandbox/in nft delete table ip life
  kill "$between_pid"
}
# signal STOP nova-api: a daemon of the sandbox with its workers, which are one process group
signal() { sandbox/in bash -c "kill -$1 -- -\$(cat $run/pids/$2)"; }
