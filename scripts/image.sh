#!/usr/bin/env bash
# Runs the build steps of the Dockerfile as plain commands, for machines without an engine for containers, and looks at
# what the image would hold: that its binary is small enough, asks for no library the base image lacks, and works with
# nothing else of ours beside it. An optimised build of everything: a quarter of an hour on two cores, the first time.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh

# The whole image. Its base, gcr.io/distroless/cc-debian12, cannot be measured here; it is Debian's libc6, libssl3,
# libgcc-s1, libstdc++6, libgomp1, tzdata and certificates without their documentation: less than 30 MB.
most_mb=100
base_mb=30
server=

main() {
  local image
  image=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now
  trap "finish '$image'" EXIT
  build "$image"
  binary=$image/bellbird
  size
  libraries
  commands "$image"
  echo "The image's binary is fine."
}

finish() {
  [ -z "$server" ] || stop_process "$server"
  rm -rf "$1"
}

# The RUN instruction of the first stage, as it stands: without the engine's caches, and with a folder for its root.
build() {
  local steps
  steps=$(awk '/^RUN /{run = 1} run {print} run && !/\\$/ {exit}' Dockerfile |
    sed -E 's/^RUN //; s/\\$//; s/--mount=[^ ]+//g' | tr -d '\n' | sed -E "s| /([a-z])| $1/\1|g; s/ +/ /g")
  echo "The Dockerfile's steps:$steps"
  # into ./target, which the steps name
  env -u CARGO_TARGET_DIR sh -ec "$steps" || fail "The Dockerfile's steps fail (the reason stands above)."
}

size() {
  local bytes
  bytes=$(wc -c <"$binary")
  echo "Size: $((bytes / 1000000)) MB, and less than $base_mb MB of the base image; at most $most_mb MB together."
  [ $((bytes + base_mb * 1000000)) -le $((most_mb * 1000000)) ] || fail "The image is too large."
}

# Whatever else it asked for would not be there, and the container would not start. (OpenSSL would, but our TLS is rustls.)
libraries() {
  local name asked=()
  while read -r name _; do
    name=${name##*/}
    case $name in
    linux-vdso.so.* | ld-linux*.so.* | libc.so.* | libm.so.* | libgcc_s.so.* | libstdc++.so.*) asked+=("$name") ;;
    *) fail "It asks for $name, which the base image does not have." ;;
    esac
  done < <(ldd "$binary")
  [ ${#asked[@]} -gt 0 ] || fail "ldd names no library: is this a binary for this machine?"
  echo "Libraries: ${asked[*]}"
}

# As in a container: nothing in the environment but what is set here, in the folder that becomes its home.
commands() {
  local waited home=$1/home-of-bellbird bellbird
  [ -d "$home/files" ] || fail "The Dockerfile makes no folder for files."
  bellbird=(env --ignore-environment --chdir "$home" BELLBIRD_HTTP_ADDR="127.0.0.1:$(free_port)"
    DATABASE_URL="sqlite:$home/bellbird.db" BELLBIRD_FILES_URL="file:$home/files"
    BELLBIRD_SECRET_KEY="$(head -c 32 /dev/urandom | base64)" "$binary")
  "${bellbird[@]}" --version || fail "\`bellbird --version\` fails."
  "${bellbird[@]}" openapi | cmp - openapi.yaml || fail "\`bellbird openapi\` is not openapi.yaml."
  "${bellbird[@]}" health >/dev/null 2>&1 && fail "\`bellbird health\` is content where nobody answers."
  "${bellbird[@]}" migrate up >/dev/null || fail "\`bellbird migrate up\` fails."
  "${bellbird[@]}" serve >"$1/serve.log" 2>&1 &
  server=$!
  for ((waited = 0; waited < 100; waited++)); do
    "${bellbird[@]}" health --ready >/dev/null 2>&1 && break
    sleep 0.1
  done
  "${bellbird[@]}" health --ready || { cat "$1/serve.log" >&2 && fail "\`bellbird serve\` is not well (its words stand above)."; }
  echo "It answers --version, openapi, migrate, serve and health."
}

main "$@"
