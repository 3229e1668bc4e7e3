PY := .venv/bin/python
.PHONY: run test check bench setup

setup:
	python3 tools/setup.py
