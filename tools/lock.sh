#!/usr/bin/env bash
# Writes requirements/run.txt and dev.txt: exact versions with hashes, for every platform, of no particular index.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  local output=$1
  shift
  .venv/bin/uv pip compile pyproject.toml "$@" --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" -o "$output"
}

lock requirements/run.txt --extra all --group build "$@"
lock requirements/dev.txt --extra all --group build --group dev -c requirements/run.txt "$@"
