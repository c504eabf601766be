#!/bin/sh
# Builds the binary and becomes the demo, so that Ctrl-C and the exit code are the demo's own.
set -eu
cd -- "$(dirname -- "$0")/.."
target=${CARGO_TARGET_DIR:-target}

# The console, where there is what it is built with; without it the demo is the API alone, and says so at /.
if [ ! -f web/dist/index.html ] && command -v npm >/dev/null; then
  echo "Building the console …" >&2
  scripts/web.sh >&2 || echo "The console could not be built; the demo goes on without it." >&2
fi
if [ ! -x "$target/debug/bellbird" ]; then
  echo "Building Bellbird. The first build takes some minutes, because every dependency is compiled once;" >&2
  echo "later ones take seconds." >&2
  # Not quiet: minutes without a sign of life look like a hang.
  cargo build --package bellbird --locked
else
  cargo build --package bellbird --locked --quiet
fi
exec "$target/debug/bellbird" demo "$@"
