#!/usr/bin/env bash
# Starts a throw-away PostgreSQL and Redis. Alone: prints their URLs and waits for Ctrl-C.
# With a command: runs it with DATABASE_URL, REDIS_URL and the test variables set, then stops them.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh

ensure_servers
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_servers
export DATABASE_URL=$BELLBIRD_TEST_POSTGRES_URL REDIS_URL=$BELLBIRD_TEST_REDIS_URL

if [ $# -gt 0 ]; then
  "$@"
  exit
fi
cat <<TEXT
Throw-away servers, with no data in them; Ctrl-C stops them and removes what they hold.

export DATABASE_URL=$DATABASE_URL
export REDIS_URL=$REDIS_URL
TEXT
# A wait on a child, unlike a sleep, lets a signal in at once.
tail -f /dev/null &
waiter=$!
trap 'kill "$waiter" 2>/dev/null; stop_servers' EXIT
wait "$waiter"
