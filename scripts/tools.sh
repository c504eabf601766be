# shellcheck shell=bash
# Tools that come as packages: Debian's where we may install them, Python's into a folder of their own. To be sourced
# after servers.sh. A script that uses them ends with exit code 75 where they cannot be had.

# Installs Debian's packages where we may; elsewhere says which.
get() {
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    (apt_install "$@") || not_done "$* could not be installed."
  else
    not_done "Not on this machine, and needed here: $*. Please install them with your system's package manager." \
      "  Debian, Ubuntu: sudo apt-get install --no-install-recommends $*"
  fi
}

not_done() {
  printf '%s\n' "$@" >&2
  exit 75
}

# python_tools FOLDER REQUIREMENTS WHAT: Python, and in that folder the packages of a requirements.txt with hashes;
# installed anew when it changes.
python_tools() {
  local folder=$1 requirements=$2 what=$3
  # pip has much to say that is not about us
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
  python3 -c 'import ensurepip' 2>/dev/null || get python3 python3-venv
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    not_done "Python 3.11 or newer is needed; this machine has $(python3 --version)."
  cmp -s "$requirements" "$folder/installed" && return
  echo "Installing $what into ${folder#"$PWD"/} …"
  rm -rf "$folder"
  python3 -m venv "$folder" || not_done "python3 could not make an environment for $what."
  "$folder/bin/pip" install --quiet --require-hashes --only-binary :all: --requirement "$requirements" </dev/null ||
    not_done "pip could not install $what (the reason stands above)."
  cp "$requirements" "$folder/installed"
}
