# Two commands: `make serve` and `make test`. Both make .venv when it is missing or outdated.
.DELETE_ON_ERROR:
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
JOBS ?= 2

.PHONY: serve test browser lint format screenshots evaluate benchmarks clean

serve: $(READY)
	@$(BIN)/inventory-assistant serve

test: $(READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not browser"

browser: $(READY)
	@$(BIN)/python -m pytest -m browser tests/browser

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

screenshots: $(READY)
	@$(BIN)/python -m tests.browser.screenshots

evaluate: $(READY)
	@$(BIN)/inventory-assistant model evaluate

$(READY): pyproject.toml
	@sh scripts/install.sh $(VENV)

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
