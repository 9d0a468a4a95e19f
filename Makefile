# Two commands for a newcomer: `make demo` and `make test`. Each target makes .venv when it is missing.
# ARGS="…" is passed on.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test run lint bench venv docs

demo: venv
	@$(RUN) -m chatbot demo $(ARGS)

run: venv
	@$(RUN) -m chatbot run $(ARGS)

test: venv
	@$(RUN) -m pytest $(ARGS)

lint: venv
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy && $(VENV)/bin/lint-imports

bench: venv
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; PYTHONPATH=. $(RUN) $$file $(ARGS) || exit 1; done

docs: venv
	@$(RUN) -m chatbot.docs

venv: $(VENV)/.complete

$(VENV)/.complete: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11, 3.12 or 3.13 is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed; name it by PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && uv pip install --quiet --python $(RUN) -r requirements.txt; \
	else \
		$(PYTHON) -m venv $(VENV) 2>/dev/null || { echo "python3-venv is missing: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; \
		$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt; \
	fi
	@touch $@
