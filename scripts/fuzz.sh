#!/usr/bin/env bash
# Asks every operation of openapi.yaml for what nobody would ask for, with a valid key, and those that are for people once
# more as an administrator who is signed in, against a running server of its own (the demo: SQLite, the sandbox in place
# of Meta). An answer of 500 or more is a failure; so is a server that is gone.
#
#   scripts/fuzz.sh                 as many cases as fit into the time
#   scripts/fuzz.sh --seed 7 …      more words go to `schemathesis run`
#
# FUZZ_EXAMPLES: cases per operation and phase (25). FUZZ_SECONDS: the longest it may take (600).
#
# Exit code 75: something is not here and could not be installed, so nothing was asked.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
root=$PWD
# shellcheck source=scripts/servers.sh
. scripts/servers.sh

target=${CARGO_TARGET_DIR:-$root/target}
tools=$target/tools/fuzz
out=$target/fuzz
examples=${FUZZ_EXAMPLES:-25}
seconds=${FUZZ_SECONDS:-600}
server=
password= key=
# pip and hypothesis have much to say that is not about us
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 NO_COLOR=1

main() {
  local port token rc=0
  ensure_schemathesis
  cargo build --workspace --bins --locked --quiet || exit 1
  rm -rf "$out" && mkdir -p "$out/data" || exit 1
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  port=$("$tools/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  people || fail "An organization with a key and an administrator could not be made (the reason stands above)."
  # limits would answer most of the cases before anybody looked at them
  BELLBIRD__THROTTLE__CALLER_PER_SECOND=0 BELLBIRD__THROTTLE__ORGANIZATION_PER_SECOND=0 \
    BELLBIRD__THROTTLE__FAILURES_PER_MINUTE=0 BELLBIRD__AUTH__ACCESS_MINUTES=60 \
    "$target/debug/bellbird" demo --port "$port" --data-dir "$out/data" --recipients 20 >"$out/server.log" 2>&1 </dev/null &
  server=$!
  token=$(sign_in) || fail "The server did not start:" "$(tail -n 20 "$out/server.log")"

  ask all "$key" "$@" || rc=1
  # signing out would answer everything after it with 401
  ask people "$token" --include-tag People --include-tag Platform --exclude-operation-id signOut "$@" || rc=1
  if ! kill -0 "$server" 2>/dev/null; then
    echo "The server is gone: its last words are in ${out#"$root"/}/server.log"
    exit 1
  fi
  if grep -q 'answered 500\|a handler panicked' "$out/server.log"; then
    echo "The server's log tells of errors of its own:"
    grep -m 10 'answered 500\|a handler panicked' "$out/server.log"
    exit 1
  fi
  exit "$rc"
}

# One run; a report of it is in $out, and what reproduces a failure is printed as a curl command.
ask() {
  local name=$1 bearer=$2 rc=0
  shift 2
  timeout --signal INT "$seconds" "$tools/bin/schemathesis" run openapi.yaml --url "http://127.0.0.1:$port" \
    --header "Authorization: Bearer $bearer" --checks not_a_server_error --max-examples "$examples" \
    --phases examples,coverage,fuzzing --suppress-health-check all --request-timeout 20 --continue-on-failure \
    --report junit --report-dir "$out/$name" "$@" </dev/null 2>&1 | tee "$out/$name.log"
  rc=${PIPESTATUS[0]}
  # the time was up, which is no failure of anybody's
  [ "$rc" = 0 ] || [ "$rc" = 124 ]
}

# Before the server starts, in its database: an organization with a key, and a person who administers the installation.
people() {
  local organization
  head -c 32 /dev/urandom | base64 >"$out/data/secret.key" && chmod 600 "$out/data/secret.key" || return 1
  local env=(env "DATABASE_URL=sqlite:$out/data/bellbird.db" "BELLBIRD_SECRET_KEY=$(cat "$out/data/secret.key")")
  local bellbird=("${env[@]}" "$target/debug/bellbird")
  "${bellbird[@]}" migrate up >/dev/null || return 1
  organization=$("${bellbird[@]}" org create 'A shop' --country IN) || return 1
  key=$("${bellbird[@]}" key create "$organization" --name fuzz 2>/dev/null) || return 1
  password=$("${bellbird[@]}" user create fuzz@example.com --name Fuzz --org "$organization" 2>/dev/null) || return 1
  "${bellbird[@]}" user platform-admin fuzz@example.com >/dev/null
}

# The administrator's access token, once the server answers.
sign_in() {
  local waited answer body
  body="{\"email\": \"fuzz@example.com\", \"password\": \"$password\"}"
  for ((waited = 0; waited < 300; waited++)); do
    answer=$(curl --silent --max-time 5 --header 'Content-Type: application/json' --data "$body" \
      "http://127.0.0.1:$port/api/v1/auth/login")
    if [[ $answer =~ \"access_token\":\"([^\"]+)\" ]]; then
      echo "${BASH_REMATCH[1]}" && return
    fi
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

stop() {
  [ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } 2>/dev/null
}

# Python and the packages of fuzz/requirements.txt; installed anew when that changes.
ensure_schemathesis() {
  cmp -s fuzz/requirements.txt "$tools/installed" && return
  python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    not_done "Python 3.11 or newer, with venv, is needed for this."
  echo "Installing schemathesis into ${tools#"$root"/} …"
  rm -rf "$tools" && mkdir -p "$(dirname "$tools")" || exit 1
  python3 -m venv "$tools" || not_done "python3 could not make an environment for it."
  "$tools/bin/pip" install --quiet --require-hashes --only-binary :all: --requirement fuzz/requirements.txt </dev/null ||
    not_done "pip could not install it (the reason stands above)."
  cp fuzz/requirements.txt "$tools/installed"
}

not_done() {
  printf '%s\n' "$@" >&2
  exit 75
}

main "$@"
