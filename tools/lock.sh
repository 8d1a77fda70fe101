#!/usr/bin/env bash
# Writes requirements/{run,dev,baselines}.txt: exact versions with hashes, for every platform, of no particular index.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  local output=$1
  shift
  .venv/bin/uv pip compile pyproject.toml "$@" --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" -o "$output"
}

lock requirements/run.txt --extra html --extra embedded --group build "$@"
lock requirements/dev.txt --extra all --group build --group dev -c requirements/run.txt "$@"
lock requirements/baselines.txt --extra html --extra embedded --group build --group baselines --group dev "$@"
