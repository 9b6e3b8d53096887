"""The notebooks that are measured: built once through the log, kept outside the repository, copied for each run."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from sqlalchemy.schema import CreateIndex, CreateTable

from app.models.registry import ENTITIES, metadata
from app.notebook import log
from app.notebook.store import Store, create_notebook
from app.paths import resource
from app.services import reference
from bench import large, words

#: Where the notebooks are kept from one run to the next.
CACHE = "CARNET_BENCH_CACHE"
#: When they are built and read, for the notebook's own clock.
NOW = datetime(large.TODAY.year, large.TODAY.month, large.TODAY.day, 13, 3, tzinfo=UTC)


def cache_folder() -> Path:
    named = os.environ.get(CACHE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("carnet-de-quartier-bench", appauthor=False))


def fingerprint() -> str:
    """What a notebook is built from: the generator, the schema, the référentiel. Another one, another file."""
    summary = hashlib.blake2b(digest_size=6)
    for module in (large, words):
        summary.update(Path(str(module.__file__)).read_bytes())
    summary.update(log.SCHEMA.encode())
    for table in metadata.sorted_tables:
        for made in (CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda one: str(one.name)))):
            summary.update(str(made).encode())
    for declared in ENTITIES.values():
        summary.update(repr((declared.key, declared.searched, sorted(declared.fields))).encode())
    for path in sorted(resource("reference").rglob("*.jsonl")):
        summary.update(path.read_bytes())
    return summary.hexdigest()


def large_notebook(actions: int, *, tell: Callable[[str], None] = lambda _: None) -> Path:
    """The path of the notebook of that many actions, built when it is not there yet. Copy it, never change it."""
    path = cache_folder() / f"carnet-{actions}-{fingerprint()}.carnet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        tell(f"Construction du carnet de {actions} actions…")
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            made = Path(folder) / path.name
            build(made, large.Size.of(actions)).close()
            os.replace(made, path)
        for older in path.parent.glob(f"carnet-{actions}-*.carnet"):
            if older != path:
                older.unlink()
        tell(f"Construit en {time.perf_counter() - begun:.0f} s ({path.stat().st_size / 1e6:.0f} Mo).")
    return path


def build(path: Path, size: large.Size) -> Store:
    """Make a notebook at `path`: the référentiel, then the rows of `large`, through the log."""
    frame = reference.load_frame(large.REFERENCE)
    districts = reference.find_districts(frame, large.DISTRICT)
    store = create_notebook(
        path, author="Chef de projet Est", district=districts[0].id, installation="bench", now=lambda: NOW
    )
    reference.plant(store, reference.planting(frame, districts))
    for batch in large.batches(size):
        store.apply(batch, "Recevoir les données d’un collègue", kind="import")
    return store


def copied(source: Path, target: Path) -> Path:
    """A copy to work on. Nobody has the source open: copying the file is safe."""
    shutil.copyfile(source, target)
    return target
