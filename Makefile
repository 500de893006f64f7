# Everything happens in .venv/ of this checkout. A stamp file says which requirements are installed.

PYTHON ?= python3
BIN := .venv/bin
SEED ?= 1  # shuffles the tests: the same seed, the same order
RUN := .venv/run-ready
DEV := .venv/dev-ready
TOOLS := .venv/tools-ready
# Tests write in memory where there is room: most of their waiting is for a disk to confirm what nobody will miss.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print $$6 }')
TESTING := PYTHONDONTWRITEBYTECODE= $(if $(MEMORY),PYTEST_DEBUG_TEMPROOT=$(MEMORY))

# Three at a time on two cores: tests wait for servers, browsers and mails that are on their way.
PYTEST := pytest -n 3 --dist worksteal --randomly-seed=$(SEED) $(ARGS)

.PHONY: demo test coverage soak check format bench screenshots sample checks-page caniemail requirements clean

demo: $(RUN) ## Runs the main job on the sample publication.
	@$(BIN)/newsletter demo

test: $(TOOLS) check ## Passes the whole test suite; installs what it needs.
	$(TESTING) $(BIN)/python -m $(PYTEST)

coverage: $(TOOLS) ## The same tests, and which lines and branches none of them reaches; takes half as long again.
	$(BIN)/coverage erase
	$(TESTING) $(BIN)/coverage run -m $(PYTEST)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

soak: $(TOOLS) ## What is too long for every day: the same properties over many more examples, the big kill test.
	NEWSLETTER_SOAK=1 $(BIN)/python -m pytest -n 2 -m "hypothesis or soak" $(ARGS)

check: $(DEV) ## Formatter, linter and type checker; writes nothing.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV) ## Writes what the formatter and the linter can mend.
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(TOOLS) ## Prints figures beside their peers, measured in the same run.
	$(BIN)/python -m bench.assemble
	$(BIN)/python -m bench.check
	$(BIN)/python -m bench.gather
	$(BIN)/python -m bench.readers
	$(BIN)/python -m bench.ledger
	$(BIN)/python -m bench.press
	$(BIN)/python -m bench.deliver
	$(BIN)/python -m bench.archive
	$(BIN)/python -m bench.desk

sample: $(DEV) ## Remakes sent/ of the sample's finished issues and the golden files, to be read as a diff.
	$(BIN)/python -m tests.tools.remake_sent
	$(BIN)/python -m tests.tools.golden

checks-page: $(DEV) ## Writes docs/checks.md and docs/checks-measured.md anew from the checks and their corpus.
	$(BIN)/python -m tests.tools.checks_page
	$(BIN)/python -m tests.tools.corpus

caniemail: $(TOOLS) ## Fetches the newest tests of caniemail.com that checks are made with.
	$(BIN)/python -m tests.tools.caniemail

screenshots: $(TOOLS) ## Takes the pictures of docs/screenshots anew from the sample.
	$(BIN)/python -m tests.tools.screenshots

requirements: $(DEV) ## Compiles pyproject.toml into pinned files with hashes that name no host.
	$(BIN)/python -m tests.tools.requirements

clean:
	rm -rf .venv tests/node/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv || { echo "Python has no venv here; on Debian: apt-get install python3-venv"; rm -rf .venv; exit 1; }

$(RUN): .venv/bin/python requirements/run.txt pyproject.toml
	@echo "Setting up .venv (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(TOOLS): $(DEV) tests/setup.sh tests/node/package.json tests/node/package-lock.json
	@sh tests/setup.sh
	@touch $@
