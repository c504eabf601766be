#!/bin/sh
# Writes a document that the binary prints: scripts/write.sh openapi openapi.yaml. Goes through a second file, so that a
# failing build does not leave an empty one behind.
set -eu
cd -- "$(dirname -- "$0")/.."
verb=$1 file=$2
fresh=$file.new
trap 'rm -f "$fresh"' EXIT
# the whole workspace, as for the tests: one package alone has other features, and everything would be built again
cargo build --workspace --bins --quiet
"${CARGO_TARGET_DIR:-target}/debug/bellbird" "$verb" >"$fresh"
if [ ! -s "$fresh" ]; then
  echo "\`bellbird $verb\` printed nothing; $file stays as it is." >&2
  exit 1
fi
mv "$fresh" "$file"
echo "$file is up to date."
