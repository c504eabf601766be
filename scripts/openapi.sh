#!/bin/sh
# Writes openapi.yaml. Goes through a second file, so that a failing build does not leave an empty one behind.
set -eu
cd -- "$(dirname -- "$0")/.."
fresh=openapi.yaml.new
trap 'rm -f "$fresh"' EXIT
# the whole workspace, as for the tests: one package alone has other features, and everything would be built again
cargo build --workspace --bins --quiet
"${CARGO_TARGET_DIR:-target}/debug/bellbird" openapi >"$fresh"
if [ ! -s "$fresh" ]; then
  echo "\`bellbird openapi\` printed nothing; openapi.yaml stays as it is." >&2
  exit 1
fi
mv "$fresh" openapi.yaml
echo "openapi.yaml is up to date."
