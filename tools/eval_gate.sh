#!/usr/bin/env bash
# How good the tool is on the gold articles, from the recorded answers of a real LLM, and whether that is good
# enough: tools/eval_gate.sh [BEFORE]. Offline; what it finds is left in eval-results/. Exits with 5 where a gate is
# missed, with 4 where an answer is not recorded (`extractor eval record` records it). The gates hold against
# evals/baseline.json; the report shows what changed since that, or since BEFORE, another branch's baseline say.
set -euo pipefail
cd "$(dirname "$0")/.."
out=eval-results
baseline=evals/baseline.json
before=${1:-$baseline}
step() { .venv/bin/extractor eval "$@" --out "$out"; }

answered=0
step run --recorded || answered=$?
# An article that the LLM failed (3) is for the gates to judge.
[ "$answered" -eq 0 ] || [ "$answered" -eq 3 ] || exit "$answered"
step score "$out/predictions.jsonl"

verdict=0
step gate || verdict=$?
[ "$verdict" -eq 0 ] || [ "$verdict" -eq 5 ] || exit "$verdict"

if [ -f "$before" ]; then
  step report --against "$before"
else
  step report
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$verdict"
