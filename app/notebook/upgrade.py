"""Bringing an older notebook up to date: on a copy, whole or not at all.

The schema only grows. A revision creates tables and columns; the tables are then made anew from the log, so that what a
newer version had written and an older one had kept without showing appears by itself.
"""

import sqlite3
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from app.notebook import backup, database, files
from app.notebook.clock import Now
from app.notebook.materialise import rebuild

REVISIONS = Path(__file__).with_name("migrations")


def upgrade(path: Path, version: int, *, now: Now, revisions: Path = REVISIONS) -> None:
    """Upgrade the notebook at `path` from schema `version` to the last one; the caller holds the writer's lock.

    A verified copy goes to the backups first. The old file is replaced only by a complete and checked new one.
    """
    backup.save(path, backup.destination(path, now(), reason=f"avant-version-{database.SCHEMA_VERSION}"))
    with files.replacing(path) as temporary:
        backup.copy(path, temporary)
        db = database.connect(temporary)
        try:
            run(db, pending(version, revisions))
            backup.check(db, path)
        finally:
            db.close()


def pending(version: int, revisions: Path = REVISIONS) -> list[Script]:
    """The revisions after schema `version`, oldest first."""
    scripts = ScriptDirectory(str(revisions))
    every = reversed(list(scripts.walk_revisions()))
    return [script for script in every if int(script.revision) > version]


def run(db: sqlite3.Connection, scripts: list[Script]) -> None:
    """Run revisions on `db`, make its tables anew and sign it with the last one's number, in one transaction."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: db,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
    )
    # SQLAlchemy rolls back once at its first connection: it comes before our transaction.
    with engine.connect() as connection, database.transaction(db):
        with Operations.context(MigrationContext.configure(connection)):
            for script in scripts:
                script.module.upgrade()
        for script in scripts[-1:]:
            db.execute(f"PRAGMA user_version = {int(script.revision)}")
        rebuild(db)
