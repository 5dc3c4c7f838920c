# Shared by the scripts of the sandbox, outside and inside its namespaces.
SANDBOX=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
set -a
. "$SANDBOX/sandbox.env"
set +a
DIR=${UAP_SANDBOX_DIR:-$HOME/.cache/uap-sandbox}
RUN=$DIR/run ETC=$DIR/run/etc LOG=$DIR/run/log PIDS=$DIR/run/pids
# Services, in the order in which they are configured, started and waited for.
SERVICES="memcached named pebble mirror libvirt rabbitmq mariadb keystone placement glance nova neutron designate instances browser"
# Services that start only if UAP_SANDBOX_SERVICES names them; a file keeps the names for the other scripts.
OPTIONAL=${UAP_SANDBOX_SERVICES-$(cat "$RUN/services" 2> /dev/null || true)}
SERVICES+=${OPTIONAL:+ $OPTIONAL}

# Debian's programs need Debian's Python, so the caller's PATH is not used. Only the Pebble that `install` builds is first.
export CALLER_PATH=${CALLER_PATH:-$PATH} BUILT=$DIR/pebble-$PEBBLE_VERSION
export PATH=$BUILT:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
: "${STARTED:=${EPOCHREALTIME/./}}"

say() {
  local ms=$(((${EPOCHREALTIME/./} - STARTED) / 1000))
  printf '%4d.%d s  %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*"
}

# fail SENTENCE [LOG FILE]
fail() {
  echo "sandbox: $1" >&2
  if [ -n "${2:-}" ] && [ -e "$2" ]; then
    echo "--- the end of $2:" >&2
    tail -n 15 "$2" >&2
  fi
  exit 1
}

must_be_root() { [ "$(id -u)" = 0 ] || fail "needs root: it makes network namespaces"; }

# wait_for SECONDS COMMAND...
wait_for() {
  local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@"; do
    [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# --- outside

# apt_sources SUITE: a sources.list of a suite of Debian or Ubuntu, from the mirror that the machine's own apt uses
apt_sources() {
  local own lines mirror pocket
  own=$(. /etc/os-release; echo "$VERSION_CODENAME")
  lines=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' \
    | sed -n "s#^\(https\?:[^ ]*\) $own\(-security\|-updates\|\) main\$#deb \1 $1\2 main#p" | sort -u)
  [ -n "$lines" ] || fail "no http(s) source of $own main in apt's sources"
  case $1 in jammy | noble) ;; *) echo "$lines"; return ;; esac
  # Mirrors of Debian often have Ubuntu too. Debian has no package with Ubuntu's keys, so signatures are not verified.
  mirror=${UAP_SANDBOX_UBUNTU_MIRROR:-$(sed -n 's#^deb \(.*\)/debian/\? .*#\1/ubuntu#p' <<< "$lines" | head -n 1)}
  [ -n "$mirror" ] || fail 'UAP_SANDBOX_UBUNTU_MIRROR must name a mirror of Ubuntu'
  for pocket in '' -updates -security; do echo "deb [trusted=yes] $mirror $1$pocket main universe"; done
}

start_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# The init process of the running sandbox. The start time is compared too, because pids are reused.
init_pid() {
  local pid start
  { read -r pid start < "$RUN/init"; } 2>/dev/null || return 1
  [ "$(start_of "$pid")" = "$start" ] && grep -qzxF "$RUN/init.py" "/proc/$pid/cmdline" || return 1
  echo "$pid"
}

# enter [NAME=VALUE...] COMMAND...: in all namespaces of the sandbox, in a clean environment, in the same directory.
# The command ends when its caller is killed.
# CDKTF and Terraform would wait for their version-check servers, which are unreachable from inside.
enter() {
  local pid
  pid=$(init_pid) || fail "the sandbox is not up: $SANDBOX/up"
  exec nsenter -t "$pid" -n -m -u -i -p --wdns="$PWD" -- setpriv --pdeathsig TERM \
    env -i PATH="$PATH" HOME="$HOME" TERM="${TERM:-dumb}" LC_ALL=$LC_ALL CHECKPOINT_DISABLE=1 DISABLE_VERSION_CHECK=1 UAP_SANDBOX_DIR="$DIR" OS_CLIENT_CONFIG_FILE="$RUN/clouds.yaml" "$@"
}

# --- inside

# svc NAME COMMAND...: a daemon, its log and its pid
svc() {
  local name=$1
  shift
  setsid bash -c 'echo $$ > "$0"; exec "$@"' "$PIDS/$name" "$@" </dev/null >> "$LOG/$name.log" 2>&1 &
}

alive() {
  local pid
  { read -r pid < "$PIDS/$1"; } 2>/dev/null && [ -e "/proc/$pid" ]
}

answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }
logged() { grep -qF "$2" "$LOG/$1.log" 2>/dev/null; }

# wait_svc NAME COMMAND...: waits until the command succeeds; fails at once if the daemon died
wait_svc() {
  local name=$1
  shift
  settled() { "$@" || { [ -e "$PIDS/$name" ] && ! alive "$name"; }; }
  wait_for "${WAIT:-120}" settled "$@" || fail "$name is not ready after ${WAIT:-120} s ($*)" "$LOG/$name.log"
  alive "$name" || fail "$name has ended" "$LOG/$name.log"
}

# wsgi NAME PORT PROCESSES FILE. One thread each: with several, Keystone mixes up the tokens of requests that it serves
# at the same time. No keep-alive: clients fail occasionally on connections that uwsgi closes.
wsgi() {
  svc "$1" uwsgi --plugins python3 --master --die-on-term --enable-threads --buffer-size 65535 --listen 100 --thunder-lock --need-app \
    --add-header Connection:close --processes "$3" --http-socket "$ADDRESS:$2" --wsgi-file "$4"
}

# render FILE...: templates of conf/ into the configuration folder. A line @AUTH@ or @COMMON@ stands for a whole file.
render() {
  local file name expression=()
  for name in ADDRESS RUN REGION_ONE ZONE_A ZONE_B SERVICE_PASSWORD METADATA_CACHE NEUTRON_PLUGINS BARBICAN_KEK OCTAVIA_NETWORK OCTAVIA_FLAVOR OCTAVIA_GROUP; do
    expression+=(-e "s|@$name@|${!name:-}|g")
  done
  for file; do
    sed -e "/^@COMMON@\$/{r $SANDBOX/conf/common.inc" -e 'd}' "$SANDBOX/conf/$file" \
      | sed -e "/^@AUTH@\$/{r $SANDBOX/conf/auth.inc" -e 'd}' | sed "${expression[@]}" > "$ETC/$file"
  done
}

# sql [DATABASE]: statements from standard input
sql() { mariadb --no-defaults -uroot -S "$RUN/mariadb.sock" "$@"; }

# certificate FOLDER NAME SUBJECT-ALT-NAMES: a certificate authority ca.pem, and cert.pem, key.pem that it signed
certificate() {
  local alg=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  (
    cd "$1"
    openssl req -x509 "${alg[@]}" -days 3650 -subj "/CN=$2 CA" -keyout ca.key -out ca.pem -addext basicConstraints=critical,CA:TRUE
    openssl req "${alg[@]}" -subj "/CN=$2" -keyout key.pem -out csr.pem
    openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out cert.pem -extfile <(echo "subjectAltName=$3")
    rm csr.pem ca.key
  ) >> "$LOG/certificate.log" 2>&1
}
