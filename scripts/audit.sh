#!/usr/bin/env bash
# Checks our dependencies against deny.toml with cargo-deny: licences, banned crates, sources, and known
# vulnerabilities where the advisory database can be reached; and the packages that write and check the clients with
# npm audit, where npm's registry can be asked.
#
# --advisories-warn: a new advisory is printed but is no failure. `./dev test` uses it, because a commit that
# passed yesterday should pass today; `./dev audit` is strict.
#
# Exit code 75: cargo-deny is not here and could not be installed, so nothing was checked.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
tools="${CARGO_TARGET_DIR:-$PWD/target}/tools"
strict=yes
[ "${1:-}" != --advisories-warn ] || strict=

PATH="$tools/bin:$PATH"
if ! cargo deny --version >/dev/null 2>&1; then
  echo "cargo-deny is not on this machine: building it once into $tools (takes two or three minutes) …"
  # It runs for two seconds, so what counts is how soon it is there.
  export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
  if ! cargo install cargo-deny --version 0.20.2 --locked --quiet --root "$tools" </dev/null; then
    echo "cargo-deny could not be installed (the reason stands above); nothing was audited."
    exit 75
  fi
fi

rc=0
cargo deny --locked --log-level error check --show-stats licenses bans sources || rc=1

if ! said=$(cargo deny --locked --log-level error fetch db 2>&1 </dev/null); then
  echo "advisories not checked: the advisory database cannot be reached from here ($(grep -m 1 '^fatal' <<<"$said" || tail -n 1 <<<"$said"))"
elif ! cargo deny --locked --log-level error check --disable-fetch advisories; then
  if [ -n "$strict" ]; then
    rc=1
  else
    echo "There are new advisories (above). They do not fail the tests; \`./dev audit\` is strict about them."
  fi
fi

# Nothing of these is shipped; they run where clients are generated.
for lock in clients/*/package-lock.json benches/*/package-lock.json; do
  folder=$(dirname "$lock")
  if ! command -v npm >/dev/null; then
    echo "npm audit: $folder not checked: there is no npm on this machine"
    continue
  fi
  # the number of known vulnerabilities, or why it is not known
  found=$(cd "$folder" && npm audit --package-lock-only --json 2>/dev/null </dev/null | node -e '
    const said = JSON.parse(require("fs").readFileSync(0, "utf8") || "{}");
    console.log(said.metadata ? said.metadata.vulnerabilities.total : (said.message ?? "no answer"));' 2>/dev/null)
  case $found in
  0) echo "npm audit: $folder has no known vulnerabilities" ;;
  '' | *[!0-9]*) echo "npm audit: $folder not checked: the registry cannot be asked from here (${found:-no answer})" ;;
  *)
    (cd "$folder" && npm audit --package-lock-only </dev/null)
    if [ -n "$strict" ]; then
      rc=1
    else
      echo "There are new advisories (above). They do not fail the tests; \`./dev audit\` is strict about them."
    fi
    ;;
  esac
done
exit $rc
