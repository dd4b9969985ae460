"""The job queue's own tables, as procrastinate 3.10 makes them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The driver's own cursor takes many statements with percent signs at once; SQLAlchemy's text does not.
    raw = op.get_bind().connection.driver_connection
    raw.execute(SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead.")
