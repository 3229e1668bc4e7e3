# Each is a thin call of tools/setup.py, which works without make: python3 tools/setup.py run
.PHONY: run test check bench bench-ledger setup
PYTHON ?= python3

run test check bench setup:
	@$(PYTHON) tools/setup.py $@ $(ARGS)

bench-ledger:
	@$(PYTHON) tools/setup.py bench ledger $(ARGS)
