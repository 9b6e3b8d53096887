"""One command being done: what was asked, on which notebook, and the two ways to open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app import paths
from app.cli.parser import JSON, NOTEBOOK, Asked
from app.cli.streams import say
from app.errors import KnownError
from app.models.declare import EntityType
from app.notebook.clock import Now
from app.notebook.store import Store
from app.services import entry, notebooks


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with; `now` tells the time."""

    asked: Asked
    now: Now

    @property
    def path(self) -> Path:
        """The notebook: the one named by --carnet, or the default one."""
        named = self.asked.option(NOTEBOOK.name)
        return Path(named) if named else paths.default_notebook()

    @property
    def wants_json(self) -> bool:
        return self.asked.has(JSON.name)

    @property
    def entity(self) -> EntityType:
        return entry.known_entity(self.asked.words["ENTITÉ"])

    @property
    def reference(self) -> str:
        """What names the row."""
        return self.asked.words["RÉF"]

    @property
    def today(self) -> date:
        return self.now().astimezone().date()

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """The notebook, beside whoever is writing it."""
        with notebooks.open_existing(self.path, read_only=True, now=self.now) as store:
            yield store

    @contextmanager
    def writing(self) -> Iterator[Store]:
        """The notebook and its lock, once the copy of the day is made; raises NotebookBusy."""
        with notebooks.open_existing(self.path, now=self.now) as store:
            for sentence in store.told:
                say(sentence)
            try:
                notebooks.save_daily(self.path, now=self.now)
            except KnownError as error:
                say(f"La copie du jour n’a pas pu être faite. {error}")
            yield store
