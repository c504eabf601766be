#!/usr/bin/env bash
# Installs the server that the tests of files in a bucket speak with, moto's S3, into target/tools/s3, at the version
# (and hashes) that tests/s3/requirements.txt names. servers.sh starts it.
#
# Exit code 75: it is not here and could not be installed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/servers.sh
. scripts/servers.sh
# shellcheck source=scripts/tools.sh
. scripts/tools.sh

tools=${CARGO_TARGET_DIR:-$PWD/target}/tools/s3
python_tools "$tools" tests/s3/requirements.txt "an S3 server for tests"
"$tools/bin/python" -c 'import moto; print("moto", moto.__version__)'
