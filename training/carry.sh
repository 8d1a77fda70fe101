#!/usr/bin/env bash
# Packs what a GPU machine needs that gets this tree in small pieces and reaches no network: wheels, prepared
# data, and the weights cut up. All of it lies in .carry/, which git must ignore (.git/info/exclude).
#
#   training/carry.sh pack [1.5b|0.5b] [DATA]   # fills .carry/; DATA: a folder of `python -m training prepare`
#   training/carry.sh lighten                   # takes the shipped adapter out of the tree (it is not needed there)
#   training/carry.sh restore                   # puts it back
#   training/carry.sh collect DIR               # joins the pieces of an adapter that came back
set -euo pipefail
cd "$(dirname "$0")/.."
carry=.carry
piece_bytes=${PIECE_BYTES:-41943040}
adapters=extractor/llm/adapters
# What the machine's own Python is sure to lack; versions are those of the lock files.
packages=(annotated-types anyascii babel gguf py3langid pydantic pydantic-core rapidfuzz sentencex typing-inspection)
target=(--python-version "${TARGET_PYTHON:-3.12}" --implementation cp)
for old in manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014 manylinux1; do
  target+=(--platform "${old}_x86_64")
done

pinned() { grep -h "^$1==" requirements/run.txt requirements/dev.txt | head -n 1 | cut -d' ' -f1; }

pack() {
  local base=${1:-1.5b} data=${2:-} weights
  git check-ignore -q "$carry/x" || { echo "first: echo /$carry/ >> .git/info/exclude" >&2; exit 2; }
  mkdir -p "$carry/wheels"
  rm -rf "$carry/data" "$carry/weights" "$carry/made"
  python -m pip download -q --no-deps --only-binary=:all: "${target[@]}" -d "$carry/wheels" \
    $(for name in "${packages[@]}"; do pinned "$name"; done)
  if [ -z "$data" ]; then
    data=$carry/made
    PYTHONPATH=. python -m training prepare --out "$data"
  fi
  mkdir -p "$carry/data"
  tar -C "$data" -cJf "$carry/data/data.tar.xz" data.json pairs-v0.jsonl pairs-v1.jsonl
  rm -rf "$carry/made"
  weights=$(PYTHONPATH=. python -m training weights --base "$base" ${WEIGHTS_DIR:+--weights "$WEIGHTS_DIR"})
  mkdir -p "$carry/weights"
  split -b "$piece_bytes" -d -a 2 "$weights" "$carry/weights/$(basename "$weights")."
  du -sh "$carry"/*
}

case ${1:-} in
  pack) pack "${@:2}" ;;
  lighten) mkdir -p "$carry/kept" && mv "$adapters"/*.gguf "$carry/kept/" ;;
  restore) mv "$carry"/kept/*.gguf "$adapters/" ;;
  collect) cat "$2"/adapter.part-* > "$2/adapter.lora.gguf" && sha256sum "$2/adapter.lora.gguf" ;;
  *) sed -n '2,9p' "$0" >&2; exit 2 ;;
esac
