# Everything that is done with this project from a fresh clone. Needs only Python 3.11, make and git.
.DEFAULT_GOAL := help
.PHONY: help demo test eval-gate setup setup-dev lint lock clean
BIN := .venv/bin

help: ## what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: setup ## set up, and extract the records of a bundled article with the embedded LLM
	@$(BIN)/extractor demo

test: setup-dev ## set up, and pass the tests
	@$(BIN)/pytest -n 2

eval-gate: setup-dev ## set up, and hold the recorded answers to the gold articles against the baseline
	@tools/eval_gate.sh $(BEFORE)

setup: ## install what is needed for use, into .venv
	@tools/setup.sh run

setup-dev: ## install what is needed for work, into .venv
	@tools/setup.sh dev

lint: setup-dev ## style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lock: ## pin the newest versions that pyproject.toml allows
	@tools/lock.sh

clean: ## remove what was made here
	@rm -rf .venv build dist .mypy_cache .ruff_cache .import_linter_cache
