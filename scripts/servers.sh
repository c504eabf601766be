# shellcheck shell=bash
# Private PostgreSQL and Redis servers for tests and development: found (or installed), started on free
# loopback ports in a temporary folder, and stopped by process id. Tests of files in a bucket get an S3 server beside
# them. To be sourced; needs bash 3.2 or later.
#
# The system's own servers, if there are any, are neither used nor touched.

# The account PostgreSQL runs as: it refuses to be root, so root borrows an unprivileged one.
pg_user=
work=
pg_data=
redis_pid=
s3_pid=

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Sets pg_bin and redis_server when they are on this machine; succeeds if both are.
find_servers() {
  local folder
  pg_bin=
  for folder in "${BELLBIRD_TEST_PG_BIN:-}" "$(pg_config --bindir 2>/dev/null)" \
    /usr/lib/postgresql/{18,17,16,15,14}/bin \
    {/opt/homebrew,/usr/local}/opt/postgresql@{18,17,16,15,14}/bin \
    "$(dirname "$(command -v initdb || echo /nowhere/initdb)")" /usr/local/pgsql/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
      pg_bin=$folder
      break
    fi
  done
  redis_server=${BELLBIRD_TEST_REDIS_SERVER:-$(command -v redis-server || command -v valkey-server)}
  [ -n "$pg_bin" ] && [ -n "$redis_server" ]
}

# Finds the servers or installs them, and explains itself where it may not.
ensure_servers() {
  local missing=() brew=()
  if ! find_servers; then
    [ -n "$pg_bin" ] || { missing+=(postgresql) && brew+=(postgresql@17); }
    [ -n "$redis_server" ] || { missing+=(redis-server) && brew+=(redis); }
    if command -v apt-get >/dev/null; then
      if [ "$(id -u)" != 0 ]; then
        fail "Not on this machine, and needed by the tests: ${missing[*]}." \
          "Installing packages takes root, so please run this, then try again:" \
          "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
      fi
      apt_install "${missing[@]}"
      find_servers || fail "${missing[*]} went in, but initdb, pg_ctl, postgres or redis-server is still missing."
    elif command -v brew >/dev/null; then
      fail "Not on this machine, and needed by the tests: ${brew[*]}. Please run this, then try again:" \
        "  brew install ${brew[*]}"
    else
      fail "Not on this machine, and needed by the tests: ${missing[*]}." \
        "Please install PostgreSQL (initdb, pg_ctl, postgres; 14 or later) and Redis (7 or later) with your" \
        "system's package manager, or point BELLBIRD_TEST_PG_BIN at the folder with PostgreSQL's programs" \
        "and BELLBIRD_TEST_REDIS_SERVER at redis-server, then try again."
    fi
  fi
  if [ "$(id -u)" = 0 ]; then
    for pg_user in postgres nobody; do
      id "$pg_user" >/dev/null 2>&1 && break
    done
    command -v setpriv >/dev/null || command -v runuser >/dev/null ||
      fail "PostgreSQL refuses to run as root, and neither setpriv nor runuser (package util-linux) is here."
  fi
}

# Installs packages without letting them start their own services: those would take the standard ports.
apt_install() {
  local policy=/usr/sbin/policy-rc.d mine='' log rc=0
  echo "Installing $* with apt-get (their own services stay off) …"
  log=$(mktemp)
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    mine=yes
  fi
  {
    DEBIAN_FRONTEND=noninteractive apt-get update &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } </dev/null >"$log" 2>&1 || rc=$?
  [ -z "$mine" ] || rm -f $policy
  [ $rc = 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  [ $rc = 0 ] || fail "apt-get could not install $*; its last words stand above."
}

# Runs a command as the account PostgreSQL uses.
as_pg() {
  if [ -z "$pg_user" ]; then
    "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid "$pg_user" --regid "$(id -g "$pg_user")" --clear-groups "$@"
  else
    runuser -u "$pg_user" -- "$@"
  fi
}

# Prints a port nobody listens on. Below the range from which systems pick the ports of outgoing connections:
# a client waiting for its server to come back must not meet itself there.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo $port
}

# Starts both servers and exports where they are. $work is the folder they live in, gone after stop_servers.
start_servers() {
  local base=${TMPDIR:-/tmp}
  # Root's own temporary folder may be closed to the account PostgreSQL runs as.
  [ -z "$pg_user" ] || base=/tmp
  work=$(mktemp -d "$base/bellbird.XXXXXX")
  mkdir "$work/postgres" "$work/redis" "$work/tmp"
  chmod 711 "$work" "$work/tmp"
  start_postgres
  start_redis
  export BELLBIRD_TEST_PG_BIN=$pg_bin BELLBIRD_TEST_REDIS_SERVER=$redis_server
}

start_postgres() {
  local port tries log="$work/postgres.log" made=''
  pg_data="$work/postgres/data"
  [ -z "$pg_user" ] || chown "$pg_user" "$work/postgres"
  chmod 700 "$work/postgres"
  # Trust is fine here: reachable from this machine only, for minutes, with nothing in it. C.UTF-8 knows the
  # letters of every language; where it does not exist, C will do.
  for locale in C.UTF-8 C; do
    if (cd / && as_pg "$pg_bin/initdb" --pgdata="$pg_data" --username=postgres --auth=trust --encoding=UTF8 \
      --locale=$locale --no-sync) >"$log" 2>&1; then
      made=yes
      break
    fi
    rm -rf "$pg_data"
  done
  [ -n "$made" ] || { cat "$log" >&2 && fail "initdb failed; its words stand above."; }
  as_pg tee -a "$pg_data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$work/postgres'
fsync = on
synchronous_commit = on
max_connections = 300
shared_buffers = 128MB
logging_collector = off
CONF
  for tries in 1 2 3 4 5; do
    port=$(free_port)
    if (cd / && as_pg "$pg_bin/pg_ctl" start --wait --timeout=60 --silent --pgdata="$pg_data" \
      --log="$work/postgres/server.log" --options="-p $port") >>"$log" 2>&1 </dev/null; then
      export BELLBIRD_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
      return
    fi
  done
  tail -n 20 "$log" "$work/postgres/server.log" >&2
  fail "PostgreSQL did not start after $tries tries; its words stand above."
}

start_redis() {
  local port tries waited
  for tries in 1 2 3 4 5; do
    port=$(free_port)
    "$redis_server" --port "$port" --bind 127.0.0.1 --dir "$work/redis" --appendonly yes --appendfsync everysec \
      --save '' --daemonize no >"$work/redis/server.log" 2>&1 </dev/null &
    redis_pid=$!
    for ((waited = 0; waited < 100; waited++)); do
      if redis_answers "$port"; then
        export BELLBIRD_TEST_REDIS_URL="redis://127.0.0.1:$port"
        return
      fi
      kill -0 "$redis_pid" 2>/dev/null || break
      sleep 0.1
    done
    stop_process "$redis_pid"
    redis_pid=
  done
  tail -n 20 "$work/redis/server.log" >&2
  fail "Redis did not start after $tries tries; its words stand above."
}

# start_s3 PYTHON: starts the S3 server that scripts/s3.sh installed and exports where it is, by the names that every
# tool for S3 knows. It holds everything in memory, and any key opens it.
start_s3() {
  local python=$1 port tries waited log="$work/s3.log"
  for tries in 1 2 3 4 5; do
    port=$(free_port)
    "$python" -m moto.server --host 127.0.0.1 --port "$port" >"$log" 2>&1 </dev/null &
    s3_pid=$!
    for ((waited = 0; waited < 300; waited++)); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        export BELLBIRD_TEST_S3_URL="http://127.0.0.1:$port"
        export AWS_ENDPOINT=$BELLBIRD_TEST_S3_URL AWS_ALLOW_HTTP=true AWS_REGION=eu-central-1
        export AWS_ACCESS_KEY_ID=tests AWS_SECRET_ACCESS_KEY=tests
        unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3
        return
      fi
      kill -0 "$s3_pid" 2>/dev/null || break
      sleep 0.1
    done
    stop_process "$s3_pid"
    s3_pid=
  done
  tail -n 20 "$log" >&2
  fail "The S3 server did not start after $tries tries; its words stand above."
}

redis_answers() {
  local answer=''
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'PING\r\n' >&3
  read -r -t 2 answer <&3
  exec 3>&-
  [ "${answer%$'\r'}" = +PONG ]
}

# Asks a process to end with the given signal (TERM), and insists after ten seconds.
stop_process() {
  local pid=$1 signal=${2:-TERM} waited
  kill -"$signal" "$pid" 2>/dev/null || return 0
  for ((waited = 0; waited < 100; waited++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
}

# Stops what start_servers started, and whatever servers a crashed test left in our folder; removes the folder.
stop_servers() {
  local file pid
  [ -n "$work" ] && [ -d "$work" ] || return 0
  [ -z "$redis_pid" ] || stop_process "$redis_pid"
  [ -z "$s3_pid" ] || stop_process "$s3_pid"
  # QUIT ends PostgreSQL at once, with its children: nothing in it is to be kept.
  for file in "$pg_data" "$work"/tmp/*/data "$work"/tmp/*; do
    if [ -f "$file/postmaster.pid" ]; then
      pid=$(head -n 1 "$file/postmaster.pid")
      is_ours "$pid" postgres && stop_process "$pid" QUIT
    fi
    if [ -f "$file/redis.pid" ]; then
      pid=$(cat "$file/redis.pid")
      is_ours "$pid" "$(basename "$redis_server")" && stop_process "$pid"
    fi
  done
  rm -rf "$work"
  work=
}

# A pid file may outlive its process, and the number may have gone to a stranger.
is_ours() {
  case "$(ps -p "$1" -o comm= 2>/dev/null)" in
  "$2" | */"$2") return 0 ;;
  *) return 1 ;;
  esac
}
