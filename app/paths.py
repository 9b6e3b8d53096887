"""Where things are: the shipped resources and the folders of the person.

`CARNET_HOME` moves every folder below one place: tests, a USB key, or somebody trying the application out.
"""

import os
import sys
from pathlib import Path

import platformdirs

APP_NAME = "Carnet de quartier"
NOTEBOOK_SUFFIX = ".carnet"


def resource(*parts: str) -> Path:
    """Path of a shipped resource, in a checkout, an installed wheel or a frozen build."""
    return _resources().joinpath(*parts)


def data_dir() -> Path:
    """Folder of the notebooks kept by default."""
    return _folder("donnees", Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))


def config_dir() -> Path:
    """Folder of the preferences and of the identity of this installation."""
    return _folder("configuration", Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)))


def log_dir() -> Path:
    """Folder of the technical logs (never a personal datum in them)."""
    return _folder("journaux", Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)))


def backup_dir() -> Path:
    """Folder of the verified copies of the notebooks."""
    return _folder("sauvegardes", Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "sauvegardes")


def default_notebook() -> Path:
    """The notebook opened when none is named."""
    return data_dir() / f"carnet{NOTEBOOK_SUFFIX}"


def _folder(name: str, usual: Path) -> Path:
    home = os.environ.get("CARNET_HOME")
    return Path(home) / name if home else usual


def _resources() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    package = Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"
