# Shared by the scripts of the demo and the e2e; source it.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. sandbox/sandbox.env
export CHECKPOINT_DISABLE=1 CI=1 FORCE_COLOR=0
run=${UAP_SANDBOX_DIR:-$HOME/.cache/uap-sandbox}/run
terraform=${TERRAFORM_BINARY_NAME:-terraform}

say() { printf '\n\033[1m%s\033[0m\n' "[$(printf '%4d' $SECONDS) s] $*"; }

# Counts for the closing line `N passed, N failed, N skipped`.
passed=0 failed=0 skipped=0
check() { # check NAME COMMAND...
  local name=$1
  shift
  if "$@"; then passed=$((passed + 1)); echo "  ok      $name"; else
    failed=$((failed + 1))
    echo "  NOT OK  $name"
  fi
}
is() { [ "$1" = "$2" ] || { printf "          got '%s'\n          not '%s'\n" "$1" "$2"; return 1; }; }
count() { # count LOG: adds the counts of its closing line; a log without one counts as a failure
  local p f s
  read -r p f s < <(tail -n 1 "$1" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tr -dc '0-9 \n')
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-1})) skipped=$((skipped + ${s:-0}))
}

within() { # within SECONDS COMMAND...: sets `took`
  local start=$SECONDS limit=$1
  shift
  until "$@"; do
    took=$((SECONDS - start))
    [ $took -lt "$limit" ] || return 1
    sleep 1
  done
  took=$((SECONDS - start))
}

hosts_of() { # the UAPs of a cloud
  case $1 in
    cloud-a) echo "proxy-one.$ZONE_A proxy-two.$ZONE_A" ;;
    cloud-b) echo "proxy.$ZONE_B" ;;
  esac
}

# Runs a command inside the sandbox, where the cloud is; Terraform's providers are already installed.
inside() {
  sandbox/in -e CHECKPOINT_DISABLE -e CI -e FORCE_COLOR -e TERRAFORM_BINARY_NAME \
    -e LEGO_CA_CERTIFICATES="$run/pebble/ca.pem" "$@"
}

# Installs the providers of a synthesized stack, from a registry or a mirror; fails if one is unavailable.
install_providers() {
  "$terraform" -chdir="cdktf.out/stacks/$1" init -input=false -no-color >"cdktf.out/$1.init.log" 2>&1
}

# Prints the clouds whose providers are available, one a line, and the reason for each other one.
deployable() {
  local cloud missing
  npx cdktf synth --log-level error >cdktf.out.log 2>&1 || { cat cdktf.out.log >&2; return 1; }
  rm -f cdktf.out.log
  for cloud in cloud-a cloud-b; do
    if install_providers "$cloud"; then
      echo "$cloud"
    else
      missing=$(grep -oE '(hashicorp/dns|vancluever/acme|terraform-provider-openstack/openstack)' "cdktf.out/$cloud.init.log" | sort -u | paste -sd ' ')
      echo "skipped $cloud: Terraform can't install ${missing:-see cdktf.out/$cloud.init.log} (no registry and no mirror has it)" >&2
    fi
  done
}

# refuse_occupied TARGET [PREFIX]: exits if the sandbox is up and has instances whose names do not begin with PREFIX. The
# tests use the same projects and host names as the demo, and take the sandbox down at their end.
refuse_occupied() {
  local servers
  sandbox/status --quiet || return 0
  servers=$(for cloud in cloud-a cloud-b; do inside openstack --os-cloud "$cloud" server list -f value -c Name; done | grep -v "^${2:-\$}" | paste -sd ' ')
  [ -n "$servers" ] || return 0
  echo "make $1: the sandbox already holds instances ($servers); run \"make demo-down\" first, or \"sandbox/down\" if they are not the demo's" >&2
  exit 1
}

deploy() { # the operator's command, inside the sandbox
  claim_state "$1" || return 1
  echo "\$ npx cdktf deploy $1 --auto-approve"
  inside npx cdktf deploy "$1" --auto-approve --skip-provider-lock --log-level error
}

# Each start of the sandbox is a new cloud, and a state of an older one is useless. The marker distinguishes the demo's
# states from the state of a real cloud of the same name, which the demo does not touch.
sandbox_id() { stat -c %Y "$run/clouds.yaml" 2>/dev/null || echo none; }
state_of() { echo "terraform.$1.tfstate"; }
marker_of() { echo "terraform.$1.tfstate.sandbox"; }

claim_state() {
  local state marker
  state=$(state_of "$1") marker=$(marker_of "$1")
  if [ -s "$state" ] && [ ! -e "$marker" ]; then
    echo "$state exists and is not the demo's: move it away, or run the demo in another clone" >&2
    return 1
  fi
  [ "$(cat "$marker" 2>/dev/null)" = "$(sandbox_id)" ] || rm -f "$state" "$state.backup"
  sandbox_id >"$marker"
}

forget_state() {
  [ ! -e "$(marker_of "$1")" ] || rm -f "$(state_of "$1")" "$(state_of "$1").backup" "$(marker_of "$1")"
}

destroy() {
  inside npx cdktf destroy "$1" --auto-approve --skip-provider-lock --log-level error
}

sandbox_gone() { # takes the sandbox down, and checks that nothing of it is left
  sandbox/down && ! ip netns list | grep -q uap && ! sandbox/status --quiet
}
