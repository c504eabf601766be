#!/usr/bin/env bash
# Generates clients from openapi.yaml and checks what comes out, each into target/clients/<language>.
#
#   scripts/clients.sh                  everything below
#   scripts/clients.sh document         openapi.yaml itself: is it OpenAPI, and does the linter like it?
#   scripts/clients.sh typescript       openapi-typescript's types; the quickstart against them by `tsc --strict`
#   scripts/clients.sh python           openapi-python-client's package; the quickstart against it by `mypy --strict`
#   scripts/clients.sh rust             the source of the crate in clients/rust, as a package of its own
#
# Generators are installed into target/tools/clients, at the versions (and hashes) that the lock files in clients/
# name. Exit code 75: something is not here and could not be installed, so nothing was done.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
root=$PWD
# shellcheck source=scripts/servers.sh
. scripts/servers.sh
# shellcheck source=scripts/tools.sh
. scripts/tools.sh

target=${CARGO_TARGET_DIR:-$root/target}
tools=$target/tools/clients
out=$target/clients
node_bin=$tools/node/node_modules/.bin
python_bin=$tools/python/bin
# npm has much to say that is not about us
export NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NO_UPDATE_NOTIFIER=1

main() {
  local part rc=0 worst=0
  mkdir -p "$out" "$tools"
  [ $# -gt 0 ] || set -- document typescript python rust
  for part in "$@"; do
    case $part in
    document | typescript | python | rust) ;;
    *) fail "There is no client for $part: choose among document, typescript, python and rust." ;;
    esac
    # in a shell of its own, so that one that cannot be made keeps no other from being made
    rc=0
    ("$part") || rc=$?
    [ $rc = 0 ] || [ $worst = 1 ] || { [ $rc = 75 ] && worst=75; } || worst=1
  done
  return $worst
}

document() {
  ensure_python
  ensure_node
  "$python_bin/openapi-spec-validator" openapi.yaml || exit 1
  "$node_bin/spectral" lint --ruleset clients/spectral.yaml --fail-severity warn openapi.yaml || exit 1
}

typescript() {
  local folder=$out/typescript
  ensure_node
  rm -rf "$folder" && mkdir -p "$folder" || exit 1
  cp clients/typescript/{package,package-lock,tsconfig}.json docs/clients/quickstart.ts "$folder/" || exit 1
  ln -s "$tools/node/node_modules" "$folder/node_modules" || exit 1
  # without the flag a field with a default would have to be given in every request
  "$node_bin/openapi-typescript" openapi.yaml --default-non-nullable=false --output "$folder/bellbird.d.ts" || exit 1
  "$node_bin/tsc" --project "$folder" || exit 1
  echo "TypeScript: ${folder#"$root"/}/bellbird.d.ts; the quickstart is sound."
}

python() {
  local folder=$out/python
  ensure_python
  rm -rf "$folder"
  "$python_bin/openapi-python-client" generate --path openapi.yaml --output-path "$folder" --meta poetry \
    --config clients/python/config.yaml --fail-on-warning || exit 1
  MYPYPATH=$folder "$python_bin/mypy" --strict --follow-imports=silent --cache-dir "$tools/mypy" \
    docs/clients/quickstart.py || exit 1
  echo "Python: ${folder#"$root"/}; the quickstart is sound."
}

rust() {
  local folder=$out/rust written
  written=$(cargo build --workspace --locked --quiet --message-format json |
    sed -n 's/.*"reason":"build-script-executed".*bellbird-client.*"out_dir":"\([^"]*\)".*/\1/p' | tail -n 1)
  [ -s "$written/client.rs" ] || fail "the crate bellbird-client wrote no client"
  rm -rf "$folder" && mkdir -p "$folder/src" || exit 1
  cp "$written/client.rs" "$folder/src/generated.rs" || exit 1
  sed 's|^ *include!.*|    include!("generated.rs");|' clients/rust/src/lib.rs >"$folder/src/lib.rs" || exit 1
  own_manifest >"$folder/Cargo.toml" || exit 1
  rustfmt --edition 2024 "$folder/src/generated.rs" || exit 1
  cargo metadata --no-deps --format-version 1 --manifest-path "$folder/Cargo.toml" >/dev/null || exit 1
  echo "Rust: ${folder#"$root"/}, a package of its own."
}

# The manifest of clients/rust without the workspace: its values written out, and nothing that builds or tests it.
own_manifest() {
  awk '
    FNR == NR { if ($0 ~ /^[a-z_-]+ = /) { name = $1; sub(/^[^=]*= /, ""); sub(/ +#.*/, ""); value[name] = $0 } next }
    /^\[build-dependencies\]/ { exit }
    /^publish/ { next }
    match($0, /\.workspace = true/) { name = substr($0, 1, RSTART - 1); print name " = " value[name]; next }
    !/^#/ { print }
    END { print "[workspace]" }
  ' Cargo.toml clients/rust/Cargo.toml
}

# Node and the packages of clients/typescript/package-lock.json; installed anew when that changes.
ensure_node() {
  { command -v node && command -v npm; } >/dev/null || get nodejs npm
  node -e 'process.exit(Number(parseInt(process.versions.node) < 18))' ||
    not_done "Node.js 18 or newer is needed; this machine has $(node --version)."
  cmp -s clients/typescript/package-lock.json "$tools/node/installed" && return
  echo "Installing the generators for TypeScript into ${tools#"$root"/}/node …"
  rm -rf "$tools/node" && mkdir -p "$tools/node" || exit 1
  cp clients/typescript/{package,package-lock}.json "$tools/node/" || exit 1
  # scripts of packages are not run: nothing we use needs them
  (cd "$tools/node" && npm ci --ignore-scripts --no-progress --loglevel error </dev/null) ||
    not_done "npm could not install them (the reason stands above)."
  cp clients/typescript/package-lock.json "$tools/node/installed"
}

# Python and the packages of clients/python/requirements.txt.
ensure_python() {
  python_tools "$tools/python" clients/python/requirements.txt "the generators for Python"
}

main "$@"
