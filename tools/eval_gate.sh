#!/usr/bin/env bash
# How good the tool is on the gold articles, from the recorded answers of a real LLM, and whether that is good
# enough: tools/eval_gate.sh [BASELINE]. Offline; what it finds is left in eval-results/. Exits with 5 where a gate
# is missed, with 4 where an answer is not recorded (`extractor eval record` records it). With BASELINE, a report of
# another branch say, the report shows what changed since that one; the gates hold against evals/baseline.json.
set -euo pipefail
cd "$(dirname "$0")/.."
extractor=.venv/bin/extractor
out=eval-results
baseline=evals/baseline.json
against=${1:-$baseline}

# An article that the LLM failed (3) is for the gates to judge.
"$extractor" eval run --recorded --out "$out" || [ $? -eq 3 ]
"$extractor" eval score "$out/predictions.jsonl" --out "$out"

missed=0
"$extractor" eval gate --out "$out" || missed=$?
[ "$missed" -eq 0 ] || [ "$missed" -eq 5 ] || exit "$missed"

if [ -f "$against" ]; then
  "$extractor" eval report --out "$out" --against "$against"
else
  "$extractor" eval report --out "$out"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$missed"
