#!/usr/bin/env bash
# Sets up .venv from the hash-pinned requirements: `tools/setup.sh run` for use, `tools/setup.sh dev` for work.
# Needs Python 3.11 or newer and a package index; does nothing when the environment is already up to date.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
requirements="requirements/$kind.txt"

say() { printf '%s\n' "setup: $*" >&2; }
fail() { say "$1"; exit 2; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or newer found; install one, or name it: make setup PYTHON=/path/to/python3"
}

# Debian keeps ensurepip, and so `python3 -m venv`, in a package of its own.
install_venv() {
  local package
  package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    fail "$1 cannot make virtual environments; install them (Debian: sudo apt-get install $package) and run this again"
  fi
  say "installing $package with apt-get, which $1 needs to make virtual environments"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2 || say "apt-get update failed; trying with the lists that are here"
  apt-get install -y -qq --no-install-recommends "$package" >&2 || fail "apt-get could not install $package"
}

make_venv() {
  say "making .venv with $("$1" --version)"
  if ! "$1" -c 'import ensurepip' 2>/dev/null && "$1" -m pip --version >/dev/null 2>&1; then
    "$1" -m venv --clear --without-pip .venv
    "$1" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check pip && return
  fi
  "$1" -c 'import ensurepip, venv' 2>/dev/null || install_venv "$1"
  "$1" -m venv --clear .venv
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  make_venv "$(find_python)"
fi

# What was installed last; dev.txt holds all of run.txt, so an environment for work also serves for use.
wanted=$(cat "$requirements" pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat ".venv/.installed-$kind" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi
say "installing $(grep -c '^[a-z0-9].*==' "$requirements") pinned packages of $requirements; their hashes are checked"
quiet=()
[ -t 1 ] || quiet=(--quiet)
.venv/bin/python -m pip install --disable-pip-version-check "${quiet[@]}" --require-hashes -r "$requirements"
say "installing extractor itself"
.venv/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --no-index -e .
printf '%s' "$wanted" >".venv/.installed-$kind"
say "ready: .venv/bin/extractor"
