# Every target prepares what it needs first: packaging/setup.sh, which does nothing the second time.

PYTHON_OF_VENV = .venv/bin/python

.PHONY: help run test faults test-libreoffice bench screens

help:
	@echo "make run      prépare tout et ouvre Carnet de quartier (sans écran : un carnet d’exemple et son PDF)"
	@echo "make test     prépare tout et lance toutes les vérifications"
	@echo "make faults   les longues épreuves : fichiers abîmés, arrêts brutaux, échanges au hasard (une heure ou plus)"
	@echo "make test-libreoffice  installe LibreOffice et vérifie les allers-retours par ses fichiers"
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
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m pytest -n 2 --dist worksteal

# Long, by hand: faults put into the merge, 5,000 spoiled files (50 through real processes), a kill at every step, the
# deep profile of hypothesis.
faults:
	@sh packaging/setup.sh test
	$(PYTHON_OF_VENV) -m tests.notebook.mutations
	CARNET_MUTATIONS=5000 $(PYTHON_OF_VENV) -m pytest tests/exchange/test_fuzz.py
	CARNET_KILLS=all $(PYTHON_OF_VENV) -m pytest -s tests/exchange/test_killed.py
	HYPOTHESIS_PROFILE=deep $(PYTHON_OF_VENV) -m pytest -n 2 tests/notebook/test_machine.py \
		tests/notebook/test_against_model.py tests/exchange/test_replicas.py \
		tests/exchange/test_properties.py tests/exchange/test_properties_hand.py tests/exchange/test_export.py

test-libreoffice:
	@sh packaging/setup.sh test-libreoffice
	CARNET_BOOKS=20 $(PYTHON_OF_VENV) -m pytest tests/exchange/test_libreoffice.py \
		tests/exchange/test_libreoffice_reading.py tests/exchange/test_plan.py

bench:
	@sh packaging/setup.sh test
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m bench

screens:
	@sh packaging/setup.sh test
	QT_QPA_PLATFORM=offscreen $(PYTHON_OF_VENV) -m app.ui.screens ecrans
