"""Files joined to records: their rows, and their bytes beside the log."""

from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = """
CREATE TABLE attachment (id TEXT NOT NULL, name TEXT, media_type TEXT, size INTEGER, added_on TEXT, note TEXT,
    sha256 TEXT, record_entity TEXT, record TEXT, example INTEGER, created_at INTEGER, updated_at INTEGER,
    updated_by INTEGER, deleted INTEGER, PRIMARY KEY (id));
CREATE INDEX ix_attachment_record ON attachment (record);
CREATE INDEX ix_attachment_sha256 ON attachment (sha256);
CREATE TABLE attachment_blob (sha256 TEXT PRIMARY KEY, bytes BLOB);
"""


def upgrade() -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)
