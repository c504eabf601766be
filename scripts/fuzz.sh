#!/usr/bin/env bash
# Asks every operation of openapi.yaml for what nobody would ask for, with a valid key, against a running server of
# its own (the demo: SQLite, the sandbox in place of Meta). An answer of 500 or more is a failure; so is a server that
# is gone.
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
# pip and hypothesis have much to say that is not about us
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 NO_COLOR=1

main() {
  local port key rc=0
  ensure_schemathesis
  cargo build --package bellbird --locked --quiet || exit 1
  rm -rf "$out" && mkdir -p "$out" || exit 1
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  port=$("$tools/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  # limits would answer most of the cases before anybody looked at them
  BELLBIRD__THROTTLE__CALLER_PER_SECOND=0 BELLBIRD__THROTTLE__ORGANIZATION_PER_SECOND=0 \
    BELLBIRD__THROTTLE__FAILURES_PER_MINUTE=0 \
    "$target/debug/bellbird" demo --port "$port" --data-dir "$out/data" --recipients 20 >"$out/server.log" 2>&1 </dev/null &
  server=$!
  key=$(wait_for_key) || fail "The server did not start:" "$(tail -n 20 "$out/server.log")"

  # a report of each run is in $out; the reproduction of a failure is printed as a curl command
  timeout --signal INT "$seconds" "$tools/bin/schemathesis" run openapi.yaml --url "http://127.0.0.1:$port" \
    --header "Authorization: Bearer $key" --checks not_a_server_error --max-examples "$examples" \
    --phases examples,coverage,fuzzing --suppress-health-check all --request-timeout 20 --continue-on-failure \
    --report junit --report-dir "$out" "$@" </dev/null 2>&1 | tee "$out/run.log"
  rc=${PIPESTATUS[0]}
  if ! kill -0 "$server" 2>/dev/null; then
    echo "The server is gone: its last words are in ${out#"$root"/}/server.log"
    exit 1
  fi
  # the time was up, which is no failure of anybody's
  [ "$rc" != 124 ] || rc=0
  if grep -q 'answered 500\|a handler panicked' "$out/server.log"; then
    echo "The server's log tells of errors of its own:"
    grep -m 10 'answered 500\|a handler panicked' "$out/server.log"
    exit 1
  fi
  exit "$rc"
}

# The demo's key, once the server answers.
wait_for_key() {
  local waited key
  for ((waited = 0; waited < 300; waited++)); do
    key=$(sed -n 's/.*API key, shown this once: *\(bb_[^ ]*\).*/\1/p' "$out/server.log" | head -n 1)
    [ -z "$key" ] || { echo "$key" && return; }
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
