"""A made-up revision: the number of participants of an action."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("action", sa.Column("participants", sa.Integer))
