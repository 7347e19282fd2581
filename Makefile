# From a bare clone: Python 3.11+, git and make are enough. Everything is installed into .venv, at the versions of
# constraints.txt; a second run installs nothing.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test live check docs bench soak mcp-soak lab voila sample smoke conformance mcpb clean

demo: .venv/.runtime
	@$(BIN)/python demo.py

# A process for each core. The tests in a real browser are skipped where there is no Chromium; BLUEDOOR_BROWSER=required
# makes them fail there instead.
test: .venv/.dev
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist loadgroup

# Asks the real API (or BLUEDOOR_API_URL), keyless: at most 44 requests in about a minute. Which assumptions hold.
live: .venv/.dev
	$(BIN)/python -m pytest -m live tests/live

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The site, into docs/_build; a warning is an error. Pages that are made from the code: `python -m docs_generator`.
docs: .venv/.docs
	@rm -rf docs/_build
	$(BIN)/python -m docs_generator --check
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs auto -d docs/_build/.doctrees docs docs/_build
	@echo "docs/_build/index.html"

bench: .venv/.dev
	$(BIN)/python -m benchmarks

# 50,000 requests with random faults, through many chains: no row lost or doubled, no memory that grows.
soak: .venv/.dev
	$(BIN)/python -m benchmarks.soak

# 20 HTTP clients of the MCP server for a minute: no error, no memory that grows.
mcp-soak: .venv/.dev
	$(BIN)/python -m benchmarks.mcp_soak

lab: .venv/.lab
	$(BIN)/jupyter lab notebooks $(ARGS)

# The explorer as a web page on this machine alone, by a template of its own that fetches nothing from elsewhere.
voila: .venv/.voila
	JUPYTER_PATH=notebooks $(BIN)/voila notebooks/02_explore.ipynb --token --Voila.ip=127.0.0.1 --template=offline $(ARGS)

sample: .venv/.dev
	$(BIN)/python -m sample_generator

# Builds the wheel and installs it, with its dependencies alone, into an empty environment.
smoke: .venv/.dev
	rm -rf dist/*.whl .venv-smoke
	$(BIN)/python -m build --wheel --no-isolation >/dev/null
	$(PYTHON) -m venv .venv-smoke
	.venv-smoke/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.whl
	.venv-smoke/bin/python -I tests/smoke.py
	rm -rf .venv-smoke

# The official suite of both protocol eras and the Inspector, against the server over HTTP; what may fail, and why, is in
# conformance/expected-failures.yml.
conformance: conformance/node_modules/.installed
	$(BIN)/python -m conformance

# The bundle for desktop hosts, dist/bluedoor.mcpb, validated and packed by the official tool.
mcpb: conformance/node_modules/.installed
	$(BIN)/python -m bundle

clean:
	rm -rf .venv .venv-smoke dist conformance/node_modules

# The build backend is installed first, pinned like everything else, and used without build isolation.
.venv/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bluedoor-tools needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "Setting up .venv (once) …"
	@$(PYTHON) -m venv .venv
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable '.[xlsx]'
	@touch $@

.venv/.dev: .venv/.runtime
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@

.venv/.lab: .venv/.runtime
	@$(PIP) --no-build-isolation --editable '.[lab,xlsx]'
	@touch $@

.venv/.voila: .venv/.runtime
	@$(PIP) --no-build-isolation --editable '.[voila,xlsx]'
	@touch $@

.venv/.docs: .venv/.runtime
	@$(PIP) --no-build-isolation --editable '.[docs,xlsx]'
	@touch $@

conformance/node_modules/.installed: .venv/.dev conformance/package.json conformance/package-lock.json
	@echo "Installing the tools of conformance/package.json (once) …"
	@$(BIN)/python -m conformance.tools
	@touch $@
