.DEFAULT_GOAL := help
.PHONY: help run test check bench real-data faults screenshots lock clean

help:  ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo
	@echo "  GATAMI_PORT (8000) and GATAMI_DATA_DIR (var) move \`make run\`; all settings are in the README."

run:  ## Install what is missing and start gatami with a database of its own
	@.ci/setup run
	@.venv/bin/gatami run

test:  ## Run the whole suite, browser tests included, on a database of its own (ARGS=... for pytest)
	@.ci/setup test
	@.venv/bin/pytest -n 3 --dist worksteal $(ARGS)

check:  ## Check style, types and the direction of imports
	@.ci/setup check
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench:  ## Measure speed against baselines, in a table
	@.ci/setup test
	@.venv/bin/python -m bench

real-data:  ## Run the real files in DATA=DIR through gatami, in a table
	@test -n "$(DATA)" || { echo "Please name the folder of the files: make real-data DATA=DIR"; exit 2; }
	@.ci/setup test
	@.venv/bin/python -m bench.real_data "$(DATA)"

faults:  ## Kill worker and web server at random moments under load, and count what was lost
	@.ci/setup test
	@.venv/bin/python -m bench.faults

screenshots:  ## Take the README's pictures anew
	@.ci/setup test
	@SCREENSHOTS=tests/screenshots .venv/bin/pytest tests/browser $(ARGS)

lock:  ## Write the lock files anew from pyproject.toml, package.json and today's versions
	@.ci/setup check
	@.ci/lock

clean:  ## Remove what was installed and cached here; the data in var stays
	rm -rf .venv node_modules static/vendor test-output *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .grimp_cache .hypothesis
