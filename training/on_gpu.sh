#!/usr/bin/env bash
# Trains on a GPU machine that has PyTorch, transformers and peft. Run it in the root of the tree, there.
#
#   training/on_gpu.sh piece .carry/weights/FILE.NN   # one call for each piece; any order, again does no harm
#   training/on_gpu.sh tune  [--base 1.5b ...]        # starts `python -m training tune`, waits, brings results
#   training/on_gpu.sh sweep [--budget-minutes 20 ..] # the same for `sweep`
#   training/on_gpu.sh follow                         # waits on, for a run that outlasts one call
#
# Results go to $OUT: curve, card, log, comparison, and the adapter in pieces of 15 MB (training/carry.sh collect).
# HERE keeps weights and runs between calls; WAIT is how many seconds one call may take.
set -euo pipefail
cd "$(dirname "$0")/.."
here=${HERE:-/tmp/training}
out=${OUT:-$here/out}
wait_s=${WAIT:-540}
run=$here/run
export PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1

set_up() {
  mkdir -p "$here/site" "$here/weights" "$out"
  if compgen -G ".carry/wheels/*.whl" >/dev/null && [ ! -e "$here/site/.done" ]; then
    python3 -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade --target "$here/site" \
      .carry/wheels/*.whl
    touch "$here/site/.done"
  fi
  if [ -e .carry/data/data.tar.xz ]; then mkdir -p "$here/data" && tar -C "$here/data" -xJf .carry/data/data.tar.xz; fi
}

join_weights() {
  local first name
  for first in "$here"/weights/*.gguf.00; do
    [ -e "$first" ] || return 0
    name=${first%.00}
    cat "$name".[0-9][0-9] > "$name.joined"
    mv "$name.joined" "$name"
    rm "$name".[0-9][0-9]
  done
}

start() {
  if [ -e "$here/pid" ] && kill -0 "$(cat "$here/pid")" 2>/dev/null && [ ! -e "$here/done" ]; then
    echo "a run is under way: follow it" >&2
    return
  fi
  set_up
  join_weights
  rm -f "$here/done"
  local data=()
  if [ -d "$here/data" ]; then data=(--data "$here/data"); fi
  local command=(python3 -m training "$1" --out "$run" --weights "$here/weights" "${data[@]}" "${@:2}")
  if [ "$1" = tune ]; then command+=(--resume); fi
  PYTHONPATH="$PWD:$here/site${PYTHONPATH:+:$PYTHONPATH}" setsid bash -c '"$@" >>"$0/run.log" 2>&1; echo $? >"$0/done"' "$here" "${command[@]}" &
  echo $! >"$here/pid"
}

follow() {
  local until=$((SECONDS + wait_s))
  while [ ! -e "$here/done" ] && [ "$SECONDS" -lt "$until" ]; do sleep 2; done
  bring
  if [ -e "$here/done" ]; then echo "done: exit code $(cat "$here/done")"; else echo "still running: call follow"; fi
}

bring() {
  local best
  cp "$here/run.log" "$out/" 2>/dev/null || true
  tail -n 25 "$here/run.log" | tr '\r' '\n' | tail -n 25
  cp "$run"/comparison.{md,json} "$out/" 2>/dev/null || true
  best=$run
  if [ -e "$run/comparison.json" ]; then
    best=$run/$(python3 -c 'import json, sys
cards = json.load(open(sys.argv[1]))
print(max(cards, key=lambda name: ((cards[name]["best"] or {}).get("dev", {}).get("dx_f1") or 0)))' "$run/comparison.json")
  fi
  cp "$best"/{curve.json,card.md,card.json} "$out/" 2>/dev/null || true
  if [ -e "$best/adapter.lora.gguf" ]; then split -b 15000000 -d -a 1 "$best/adapter.lora.gguf" "$out/adapter.part-"; fi
}

case ${1:-} in
  piece) mkdir -p "$here/weights" && cp "$2" "$here/weights/" && ls "$here/weights" | wc -l ;;
  tune | sweep) start "$@"; follow ;;
  follow) follow ;;
  *) sed -n '2,11p' "$0" >&2; exit 2 ;;
esac
