# Everything runs from .venv, which `make setup` makes and keeps up to date; nothing is installed anywhere else.
SHELL := /bin/sh
# Tests start some two hundred processes of ours: none of them should compile it all again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
BIN := .venv/bin
CODE := $(wildcard src tests docs_gen bench proof)
MIGRATIONS := $(wildcard src/fibregate/migrations/0*.sql)
HOUSE_TESTS := $(wildcard tests/test_architecture.py tests/test_docs.py tests/test_schema.py)

.PHONY: help setup lock demo serve check lint types floors dependencies unused migrations house test bench prove docs schema clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## set up .venv; quick when nothing changed
	@.ci/setup

demo: setup ## play a whole order, from an address to COMPLETED, and show every exchange
	@$(BIN)/fibregate demo

serve: setup ## a sandbox that stays up on port 8080
	@$(BIN)/fibregate sandbox --port 8080 --data .fibregate-sandbox

check: lint types floors dependencies unused migrations house ## every check; `make -k check` goes on after a failure

lint: setup # style, and the formatter's
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/basedpyright $(CODE)

floors: setup # who may import whom
	$(BIN)/lint-imports --no-cache

dependencies: setup
	$(BIN)/deptry src

unused: setup
	$(BIN)/vulture

migrations: setup
	$(if $(MIGRATIONS),$(BIN)/squawk $(MIGRATIONS))

house: setup # the laws that no linter knows
	$(BIN)/pytest -q $(HOUSE_TESTS)

# What fails beside others, on a machine that may be busy with more than this, is asked once more alone, with the same
# seed: both are seen, and what fails twice has failed.
test: setup ## all tests, on three processes
	$(BIN)/pytest -n 3 || $(BIN)/pytest --last-failed --last-failed-no-failures none --randomly-seed=last

bench: setup ## the speed of the service against pgbench on the same server
	@$(BIN)/python -m bench

prove: setup ## every promise under kills, races and hostile receivers; FULL=1 for the figures of a release
	@$(BIN)/python -m proof $(if $(FULL),--full)

docs: setup ## write the generated pages of docs/reference again
	@$(BIN)/python -m docs_gen

schema: setup ## write src/fibregate/migrations/schema.sql again, after a new migration
	@FIBREGATE_WRITE_SCHEMA=1 $(BIN)/pytest -q tests/test_schema.py

lock: setup ## write both lock files again, with newer versions where there are any
	@.ci/lock

clean: ## remove what was made; a serving sandbox has to be stopped first
	rm -rf .venv .fibregate-sandbox dist build .pytest_cache .ruff_cache .hypothesis .schemathesis .import_linter_cache
	find src tests docs_gen bench proof -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
