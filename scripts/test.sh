#!/usr/bin/env bash
# Checks and tests everything on private servers and ends with the line `N passed, N failed`.
#
#   scripts/test.sh             formatting, clippy, build, openapi.yaml, generated clients, all tests, audit, containers,
#                               alerts
#   scripts/test.sh NAME …      only the integration tests whose path contains NAME; more words go to the
#                               test program (--nocapture, a second NAME …)
#
# The full log is in target/test.log; the screen leaves out the compiler's list of crates.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh

target=${CARGO_TARGET_DIR:-$PWD/target}
log=$target/test.log
passed=0
failed=0
failures=()
# What the test programs are told to leave out, because what it needs could not be had.
left_out=()
running=

# Colours and progress bars would end up in the log, and in the way of counting.
export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never

main() {
  mkdir -p "$target"
  : >"$log"
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  heading "Servers"
  ensure_rust_components
  ensure_servers
  start_servers
  # Tests make their folders here, so that what a crashed one leaves behind is found and stopped with ours.
  export TMPDIR="$work/tmp"
  export BELLBIRD_TEST_BIN="$target/debug/bellbird"
  say "$("$pg_bin/postgres" --version) at $BELLBIRD_TEST_POSTGRES_URL"
  say "$("$redis_server" --version | cut -d' ' -f1-3) at $BELLBIRD_TEST_REDIS_URL"
  buckets

  if [ $# -gt 0 ]; then
    step "Build" cargo build --workspace --bins --examples --locked
    clients "$@"
    tests "Integration tests: $*" cargo test --package bellbird-tests --test it --locked -- "$@" ${left_out[@]+"${left_out[@]}"}
  else
    # before anything is compiled, because it gets into the binary
    step "Console" scripts/web.sh check
    step "Formatting" cargo fmt --all --check
    step "Clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
    step "Build" cargo build --workspace --bins --examples --locked
    step "Console in a browser" scripts/web.sh e2e
    step "openapi.yaml" scripts/clients.sh document
    clients clients::
    step "Client for rust" scripts/clients.sh rust
    tests "Tests" cargo test --workspace --locked --no-fail-fast -- ${left_out[@]+"${left_out[@]}"}
    step "Audit of dependencies" scripts/audit.sh --advisories-warn
    step "Containers and monitoring" scripts/deploy.sh
  fi
}

say() { printf '%s\n' "$*" | tee -a "$log"; }
heading() { say "" && say "== $*"; }

# rustfmt and clippy are parts of the toolchain that a minimal installation leaves out.
ensure_rust_components() {
  local part
  for part in fmt clippy; do
    cargo $part --version >/dev/null 2>&1 && continue
    say "cargo $part is missing: adding it with rustup …"
    rustup component add "$([ $part = fmt ] && echo rustfmt || echo clippy)" >>"$log" 2>&1 ||
      fail "It could not be added. Please install cargo $part for $(rustc --version), then try again."
  done
}

# Runs a command with its output in the log and, shortened, on the screen; returns its exit code. In the
# background, because a shell that waits for a foreground command hears no signal until it ends; with a process
# group of its own (set -m), so that it can be ended with everything it started.
run() {
  local rc
  set -m
  { "$@" 2>&1 </dev/null | tee -a "$log" | readable; } &
  running=$!
  set +m
  wait "$running"
  rc=$?
  running=
  return $rc
}

# Leaves out what nobody reads: the list of crates (a line now and then shows that it goes on), test programs
# without tests, empty lines. Not in awk, because Debian's waits for a full buffer before it prints a line.
readable() {
  local line word crates=0 held='' empty=''
  while IFS= read -r line; do
    read -r word _ <<<"$line"
    case $word in
    '') ;;
    Compiling | Checking | Downloaded | Downloading | Updating | Locking | Adding | Blocking | Executable)
      crates=$((crates + 1))
      [ $((crates % 50)) != 0 ] || echo "   … $crates crates"
      ;;
    Running | Doc-tests) held=$line empty='' ;;
    *)
      if [ "$line" = "running 0 tests" ]; then
        empty=yes
      elif [ -n "$empty" ] && [ "${line#test result:}" != "$line" ]; then
        empty='' held=''
      else
        [ -z "$held" ] || printf '%s\n' "$held"
        held=''
        printf '%s\n' "$line"
      fi
      ;;
    esac
  done
}

# Starts the S3 server of the tests of files in a bucket. Where it cannot be had, its step says so, and they are left out.
buckets() {
  step "S3 server" scripts/s3.sh
  case $step_ended in
  0) start_s3 "$target/tools/s3/bin/python" && say "S3 at $BELLBIRD_TEST_S3_URL" ;;
  75) left_out+=(--skip buckets::) ;;
  esac
}

# Generates the clients whose quickstarts are among the tests with one of these NAMEs in their path. Where a generator
# cannot be had, its step says so, and its quickstart is left out.
clients() {
  local language name
  for language in typescript python; do
    for name in "$@"; do
      case clients::quickstarts::$language in *"$name"*) ;; *) continue ;; esac
      step "Client for $language" scripts/clients.sh $language
      [ $step_ended != 75 ] || left_out+=(--skip "clients::quickstarts::$language")
      break
    done
  done
}

# A step that is no test counts as one. Its exit code is in step_ended.
step() {
  local name=$1 began=$SECONDS rc=0
  shift
  heading "$name"
  run "$@" || rc=$?
  step_ended=$rc
  case $rc in
  0) passed=$((passed + 1)) && say "$name: passed ($((SECONDS - began)) s)" ;;
  75) say "$name: NOT DONE, see above; counted neither as passed nor as failed" ;;
  *) failed=$((failed + 1)) && failures+=("$name") && say "$name: FAILED ($((SECONDS - began)) s)" ;;
  esac
}

# Runs cargo test and adds up what the test programs report.
tests() {
  local name=$1 began=$SECONDS rc=0 start ok bad broken failing
  shift
  heading "$name"
  start=$(wc -l <"$log")
  run "$@" || rc=$?
  # A program that started and reported nothing has crashed: one failure. So is a build that never got there.
  read -r ok bad broken < <(tail -n "+$((start + 1))" "$log" | awk '
    /^ *(Running|Doc-tests) / { started++ }
    /^test result:/ { reported++; for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) } }
    END { print p + 0, f + 0, (started > reported) ? started - reported : 0 }')
  while read -r failing; do
    failures+=("$failing")
  done < <(tail -n "+$((start + 1))" "$log" | sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p')
  [ "$broken" = 0 ] || failures+=("$broken test programs that ended without a result")
  bad=$((bad + broken))
  if [ $rc != 0 ] && [ $bad = 0 ]; then
    bad=1 && failures+=("$name: cargo test ended with code $rc")
  fi
  if [ $rc = 0 ] && [ $((ok + bad)) = 0 ]; then
    bad=1 && failures+=("$name: no test ran")
  fi
  passed=$((passed + ok)) failed=$((failed + bad))
  say "$name: $ok passed, $bad failed ($((SECONDS - began)) s)"
}

# On every way out: stop everything, then sum up.
finish() {
  local rc=$? failing waited
  trap - EXIT
  trap '' INT TERM HUP
  if [ -n "$running" ]; then
    kill -TERM -- "-$running" 2>/dev/null
    for ((waited = 0; waited < 30; waited++)); do
      kill -0 -- "-$running" 2>/dev/null || break
      sleep 0.1
    done
  fi
  stop_servers
  if [ $rc != 0 ]; then
    failed=$((failed + 1)) && failures+=("the run itself, which ended early with code $rc")
  fi
  heading "Result ($SECONDS s; full log: ${log#"$PWD"/})"
  if [ ${#failures[@]} -gt 0 ]; then
    for failing in "${failures[@]}"; do say "failed: $failing"; done
  fi
  say "$passed passed, $failed failed"
  [ $rc = 0 ] || exit $rc
  [ $failed = 0 ] && [ $passed != 0 ] || exit 1
  exit 0
}

main "$@"
