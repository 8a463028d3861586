# What can be done here, one word each. `make` alone prints the list.
# Works with the make of Linux and of macOS (3.81): no command of ours is looked up on the PATH that is set below.

.DEFAULT_GOAL := help
.PHONY: help python setup check format test unit quick golden emulated engine bench demo demo-down live lock clean

VENV   := $(CURDIR)/.venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
# four workers, since the tests wait for clusters as well as compute, and a test at a time, since each takes its own time.
# What fails on a busy machine gets one more chance, alone and with the words of the first; what fails twice has failed.
ENGINE  = $(PYTEST) -n 4 --maxschedchunk 1 tests/engine || $(PYTEST) --last-failed tests/engine
# a worker for each emulator
EMULATED = $(PYTHON) -m tools.emulators && $(PYTEST) -n 2 --dist loadfile tests/emulated
UNIT   := tests/unit tests/golden
# what says that production may move: its properties are tried with 10,000 examples each
VERDICTS := $(patsubst %,tests/unit/gates/test_%.py,decide faults sequences stable)
QUICK  := $(filter-out tests/emulated tests/engine tests/__pycache__,$(patsubst %/,%,$(wildcard tests/*/)))

# compiled once for all runs, also where the environment says otherwise; `make clean` removes it
unexport PYTHONDONTWRITEBYTECODE

# the project's own tools come first, for everything that is started from here
export PATH := $(VENV)/toolchain/bin:$(VENV)/bin:$(PATH)

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# PYTHON3=/usr/bin/python3 makes it of another Python than the first on PATH
python: # the Python environment alone: enough for checks and quick tests
	@for python in $(PYTHON) $(PYTHON3) python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$$python" -m tools.environment; \
	done; \
	printf '%s\n' 'PATH: there is no Python 3.11 or newer' '  fix: install one, then run it again' >&2; exit 1

setup: python ## Make everything ready: Python environment and tools (a second time: under a second)
	@$(PYTHON) -m tools.toolchain

check: python ## Lint, format, types and import contracts
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports

format: python ## Put every file into the one format
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

test: setup ## Every test, with the real engine and real local clusters
	$(PYTEST) -n auto $(UNIT)
	$(PYTEST) -n auto $(filter-out $(UNIT),$(QUICK))
	$(PYTEST) -n auto -q --hypothesis-profile thorough -m hypothesis $(VERDICTS)
	$(PYTEST) -n auto -q --hypothesis-profile careful -m hypothesis tests/unit $(VERDICTS:%=--ignore=%)
	$(EMULATED)
	$(ENGINE)

unit: python ## The unit and golden tests, every decision: seconds
	$(PYTEST) -n auto $(UNIT)

quick: python ## Every test that needs no engine, no cluster and no emulator
	$(PYTEST) -n auto $(QUICK)

golden: python ## Write the golden answers anew; read the diff
	$(PYTEST) -q tests/golden tests/programs/test_transcripts.py --refresh
	git --no-pager diff --stat -- tests/golden docs/schemas

emulated: python ## The tests that call emulators of AWS; these are fetched the first time
	$(EMULATED)

engine: setup ## The tests with the real engine
	$(ENGINE)

bench: setup ## Measure; the README's numbers come from here
	$(PYTHON) -m benchmarks

demo: setup ## The whole story on this machine: two clusters, a release, a production that waits for people
	@$(PYTHON) -m tools.demo

demo-down: setup ## Take the demo down again
	@$(PYTHON) -m tools.demo down

live: setup ## What only an account can prove, on yours: CLOUD=aws|azure|gcp; names the costs and asks
	@$(PYTHON) -m tools.live $(CLOUD) $(if $(YES),--yes)

lock: setup ## Resolve the requirements and the tools' modules anew, and lock them (with uv)
	@command -v uv >/dev/null || { printf '%s\n' 'PATH: there is no uv' '  fix: $(PYTHON) -m pip install uv' >&2; exit 1; }
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 tools/emulators.in -o tools/emulators.txt
	$(PYTHON) -m tools.toolchain --lock

clean: ## Remove what was made in this folder (built tools stay in the cache outside)
	@[ ! -e .demo ] || { printf '%s\n' '.demo: the demo is there, and its clusters run' '  fix: make demo-down' >&2; exit 1; }
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
