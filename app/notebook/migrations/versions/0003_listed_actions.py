"""The plan listed from an index, without the long texts of its actions."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_action_listed ON action"
        ' ("order", code, title, priority, objective, promoter, status, progress, "end", blocking_point, deleted, id)'
    )
