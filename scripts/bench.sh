#!/usr/bin/env bash
# Measures Bellbird end to end with a release build, on private servers that are started and stopped here.
#
#   scripts/bench.sh                    hot functions, every row three times, then docs/benchmarks.md
#   scripts/bench.sh ROW [--runs N …]   one row (send, send-statuses, floor, peer, ingest, one-number, lanes, idle, scale,
#                                       embedded, million, big-tables); its results are added to those there are
#   scripts/bench.sh hot                hot functions only
#   scripts/bench.sh report             docs/benchmarks.md from the results so far
#   scripts/bench.sh of-tests NAME      what tests/benches/NAME.rs measures: limiter, preflight; it prints a table
#   scripts/bench.sh smoke              every row once with a handful of recipients, into a report of its own
#
# Results are lines of JSON in target/bench. On a machine that is busy they are worth nothing.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh

target=${CARGO_TARGET_DIR:-$PWD/target}
bench() { "$target/release/bench" "$@" --bin "$target/release/bellbird" --peer "$target/tools/peer-bullmq"; }
results=$target/bench/results.jsonl

main() {
  local what=${1:-all}
  [ $# = 0 ] || shift
  case $what in
  hot) hot ;;
  report) build && bench report --results "$results" "$@" ;;
  embedded) build && bench embedded --results "$results" "$@" && bench report --results "$results" ;;
  smoke)
    results=$target/bench/smoke.jsonl
    build && node_is_here && with_servers || exit
    rm -f "$results"
    bench all --runs 1 --recipients 500 --seconds 3 --limit 120 --results "$results" "$@" || exit
    bench report --results "$results" --out "$target/bench/smoke.md"
    ;;
  all)
    build && node_is_here && hot && with_servers || exit
    # a row that cannot be measured is told in the report
    local rc=0
    bench all --results "$results" "$@" || rc=$?
    bench report --results "$results" || exit
    exit $rc
    ;;
  of-tests)
    # what is measured is the release build; what measures it need not be one
    build && BELLBIRD_TEST_BIN="$target/release/bellbird" \
      scripts/services.sh cargo bench --workspace --profile dev --bench "$1" --locked
    ;;
  peer) build && node_is_here && with_servers && bench peer --results "$results" "$@" ;;
  *) build && with_servers && bench "$what" --results "$results" "$@" ;;
  esac
}

build() { cargo build --workspace --bin bellbird --bin bench --release --locked; }
hot() { cargo bench --package bellbird-benches --bench hot --locked; }

node_is_here() {
  { command -v node && command -v npm; } >/dev/null ||
    fail "The peer needs Node.js 20.18 or newer and npm; Debian, Ubuntu: apt-get install nodejs npm"
}

with_servers() {
  ensure_servers
  trap stop_servers EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  start_servers
}

main "$@"
