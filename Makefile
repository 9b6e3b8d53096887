# Every target prepares what it needs first: packaging/setup.sh, which does nothing the second time.

PYTHON_OF_VENV = .venv/bin/python

.PHONY: help run test bench screens

help:
	@echo "make run      prépare tout et ouvre Carnet de quartier (sans écran : un carnet d’exemple et son PDF)"
	@echo "make test     prépare tout et lance toutes les vérifications"
	@echo "make bench    mesure les vitesses et écrit bench/results.json"
	@echo "make screens  dessine chaque page, claire et sombre, dans ecrans/"

run:
	@sh packaging/setup.sh run
	@sh packaging/run.sh

test:
	@sh packaging/setup.sh test
	$(PYTHON_OF_VENV) -m ruff check .
	$(PYTHON_OF_VENV) -m ruff format --check .
	$(PYTHON_OF_VENV) -m mypy
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m pytest -n 2

bench:
	@sh packaging/setup.sh test
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m bench

screens:
	@sh packaging/setup.sh test
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m app.ui.screens ecrans
