#!/bin/sh
# Builds the binary and becomes the demo, so that Ctrl-C and the exit code are the demo's own.
set -eu
cd -- "$(dirname -- "$0")/.."
target=${CARGO_TARGET_DIR:-target}

if [ ! -x "$target/debug/bellbird" ]; then
  echo "Building Bellbird. The first build takes some minutes, because every dependency is compiled once;" >&2
  echo "later ones take seconds." >&2
  # Not quiet: minutes without a sign of life look like a hang.
  cargo build --package bellbird --locked
else
  cargo build --package bellbird --locked --quiet
fi
exec "$target/debug/bellbird" demo "$@"
