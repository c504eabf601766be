#!/usr/bin/env bash
# The console in web/: installs what it needs and builds it into web/dist, from where it gets into the binary.
#
#   scripts/web.sh          only the build
#   scripts/web.sh e2e      the console of the built binary ($BELLBIRD_TEST_BIN) in a browser, with pictures
#   scripts/web.sh check    linter, client against openapi.yaml, tests, build, and how large it is
#
# Exit code 75: Node.js or its packages are not here and could not be installed, so nothing was done.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh
# shellcheck source=scripts/tools.sh
. scripts/tools.sh
# npm has much to say that is not about us
export NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NO_UPDATE_NOTIFIER=1

{ command -v node && command -v npm; } >/dev/null || get nodejs npm
node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' ||
  not_done "Node.js 20 or newer is needed for the console; this machine has $(node --version)."
cd web || exit 1
if ! cmp -s package-lock.json node_modules/.installed; then
  echo "Installing what the console needs into web/node_modules …"
  npm ci --no-progress --loglevel error </dev/null || not_done "npm could not install it (the reason stands above)."
  cp package-lock.json node_modules/.installed
fi
if [ "${1-}" = e2e ]; then
  [ -x /usr/bin/chromium ] || get chromium fonts-noto-core
  BELLBIRD_BIN=${BELLBIRD_TEST_BIN:-../target/debug/bellbird} npm run --silent e2e
  exit
fi
if [ "${1-}" = check ]; then
  npm run --silent lint && npm run --silent generate:check && npm test --silent || exit 1
fi
npm run --silent build || exit 1
# what is embedded is looked at when this file is compiled
touch ../api/src/console.rs
[ "${1-}" != check ] || npm run --silent size
