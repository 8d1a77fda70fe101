#!/usr/bin/env bash
# Writes requirements/*.txt: exact versions with hashes, for every platform, of no particular index.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
  local output=$1 source=$2
  shift 2
  .venv/bin/uv pip compile "$source" "$@" --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" -o "$output"
}

lock requirements/run.txt pyproject.toml --extra html --extra embedded --group build "$@"
lock requirements/dev.txt pyproject.toml --extra all --group build --group dev -c requirements/run.txt "$@"
lock requirements/baselines.txt pyproject.toml --extra html --extra embedded --group build --group baselines --group dev "$@"
lock requirements/peers.txt pyproject.toml --extra html --group build --group peers "$@"
lock requirements/training.txt pyproject.toml --extra html --extra embedded --group build --group training "$@"
# Curator wants another instructor than ours, so it lives in an environment of its own.
lock requirements/curator.txt - <<<"bespokelabs-curator==0.1.31"
